import type { ParentCondition } from '@linstock/core';
import type { Bond } from './bonds-kept.ts';
import type { Act, Stage } from './stage.ts';
import { act } from './stage.ts';

const CHAIN = 12;
const PARENTS = 50;
/** Of a job that shares its work. */
export const CHILDREN = 3;
const FAILS: Act = { failures: 100, ms: 2 };

/** Jobs that wait for others, as they were enqueued. */
export class Family {
  readonly bonds: Bond[] = [];
  readonly #stage: Stage;

  /** Ids of jobs that enqueue so many children while they run, and wait for them. */
  readonly sharing: string[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Some of each kind. */
  async found(name: string, children: number): Promise<void> {
    await Promise.all([this.chain(), this.fanOut(children), this.fanIn(name), this.mixed(), this.mixed()]);
    const shares = Array.from({ length: 8 }, () => ({ children: CHILDREN }));
    this.sharing.push(...(await this.#stage.enqueueMany(shares)));
  }

  async child(parents: readonly string[], on: ParentCondition, input: Act): Promise<string> {
    const { id } = await this.#stage.client.continueWith(parents, act, input, { on });
    this.#stage.own.push(id);
    this.bonds.push({ id, parents, on });
    return id;
  }

  /** Each waits for the one before. */
  async chain(): Promise<void> {
    let last = await this.#stage.enqueue({ ms: 10 });
    for (let n = 1; n < CHAIN; n++) last = await this.child([last], 'succeeded', { ms: 10 });
  }

  /** All wait for one; some are attached when it may have ended. */
  async fanOut(children: number): Promise<void> {
    const parent = await this.#stage.enqueue({ ms: 30 });
    await Promise.all(
      Array.from({ length: children }, (_, n) => this.child([parent], 'succeeded', { ms: n % 3 })),
    );
  }

  /** One waits for all; they live in one shard, because their keys do. */
  async fanIn(name: string): Promise<void> {
    const concurrency = { key: `{${name}}`, limit: 10 };
    const inputs = Array.from({ length: PARENTS }, (_, n) => ({ ms: n % 20 }));
    const parents = await this.#stage.enqueueMany(inputs, { concurrency });
    await this.child(parents, 'succeeded', { ms: 5 });
    await this.child(parents, 'finished', { ms: 5 });
  }

  /** Parents that fail and parents that succeed, with children for either end, and children of theirs. */
  async mixed(): Promise<void> {
    const good = await this.#stage.enqueue({ ms: 20 });
    const bad = await this.#stage.enqueue(FAILS, { maxAttempts: 1 });
    for (const parent of [good, bad]) {
      for (const on of ['failed', 'finished', 'cancelled'] as const) {
        // One that waits for the cancelling of what failed would wait for ever: it may run again.
        if (parent === bad && on === 'cancelled') continue;
        const child = await this.child([parent], on, { ms: 3 });
        await this.child([child], 'finished', { ms: 3 });
      }
    }
  }
}
