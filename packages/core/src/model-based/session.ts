import { isDeepStrictEqual } from 'node:util';
import type { Connection } from '../redis/connect.ts';
import { shardPrefix } from '../redis/keys.ts';
import type { Call } from './calls.ts';
import { findDifferences } from './comparison.ts';
import { execute, Stores } from './executions.ts';
import { findDamage } from './invariants.ts';
import { reversed } from './lists.ts';
import { predict } from './predictions.ts';
import { QUEUES } from './producer-model.ts';
import { copyAll, readSnapshot, removeAll } from './snapshot.ts';
import type { Tally } from './tally.ts';
import { outcomesOf, wordsOf } from './tally.ts';
import type { TimelessScripts } from './timeless-connection.ts';
import { timelessConnection } from './timeless-connection.ts';
import type { World } from './world.ts';
import { newWorld } from './world.ts';

const START_MS = 1_700_000_000_000;

/** Where a run takes place. */
export interface Place {
  readonly connection: Connection;
  readonly scripts: TimelessScripts;
  readonly namespace: string;
  readonly shard: number;
  /** Ends the server and starts it again; without it a restart only forgets the scripts. */
  readonly restart?: () => Promise<void>;
}

/** A process that works: an identity, the numbers it used, and what it believes to hold. */
export interface Slot {
  worker: string;
  lastClaim: number;
  held: { claim: string; id: string }[];
}

/** One run: the model, the shard beside it, and what the clients of both remember. */
export class Session {
  world: World = newWorld(START_MS);
  readonly slots: Slot[] = [];
  /** All ids that were ever made. */
  readonly ids: string[] = [];
  /** Calls that were sent: each may be executed again. */
  readonly sent: Call[] = [];
  /** The highest call number per lane, as its client counts. */
  readonly numbers = new Map<number, number>();
  readonly tally: Tally;
  readonly #place: Place;
  readonly #stores: Stores;
  readonly #backup: string;
  /** Outcomes that were accepted since Redis last forgot something: at most one per job of a claim. */
  #accepted = new Set<string>();
  #saved: World | undefined;
  #workers = 0;

  constructor(place: Place, tally: Tally) {
    this.#place = place;
    this.tally = tally;
    // The world is replaced when Redis forgets; the clock is of whichever is there.
    const clock = { read: () => this.world.now };
    const connection = timelessConnection(place.connection, place.scripts, {
      get now() {
        return clock.read();
      },
    });
    this.#stores = new Stores(connection, shardPrefix(place.namespace, place.shard));
    this.#backup = shardPrefix(`${place.namespace}-saved`, place.shard);
  }

  async start(): Promise<void> {
    this.tally.runs++;
    await this.#stores.queues.learnCodes(QUEUES);
    for (let i = 0; i < 3; i++) {
      this.slots.push({ worker: '', lastClaim: 0, held: [] });
      await this.restartSlot(i);
    }
  }

  async end(): Promise<void> {
    await removeAll(this.#place.connection, [this.#stores.prefix, this.#backup]);
  }

  slot(pick: number): Slot {
    const slot = this.slots[pick % this.slots.length];
    if (slot === undefined) throw new Error('a run has slots from its start on');
    return slot;
  }

  /** A new process in place of one: another identity, which knows nothing. */
  async restartSlot(index: number): Promise<void> {
    const slot = this.slot(index);
    slot.worker = this.newWorker();
    slot.lastClaim = 0;
    slot.held = [];
    await this.call({ verb: 'register', worker: slot.worker });
  }

  newWorker(): string {
    return `worker${String(this.#workers++).padStart(6, '0')}`;
  }

  /** Ids do not rise: producers have clocks of their own. */
  newId(): string {
    const id = `0${reversed(String(this.ids.length).padStart(4, '0')).join('')}`.padEnd(26, '0');
    this.ids.push(id);
    return id;
  }

  /** Executes a call and compares what it answers. */
  async call(call: Call): Promise<unknown> {
    this.tally.calls++;
    const failed = this.world.stats.get('failed');
    const expected = predict(this.world, call);
    const reply = await execute(this.#stores, call);
    if (!isDeepStrictEqual(reply, expected)) {
      throw new Error(
        `${JSON.stringify(call)} answered ${JSON.stringify(reply)}, the model ${JSON.stringify(expected)}`,
      );
    }
    this.#audit(call, reply);
    const isPoison = call.verb === 'rescue' && this.world.stats.get('failed') !== failed;
    for (const word of isPoison ? ['poison'] : wordsOf(reply)) {
      const answer = `${call.verb} ${word}`;
      this.tally.answers.set(answer, (this.tally.answers.get(answer) ?? 0) + 1);
    }
    return reply;
  }

  /** I4: a job of a claim has one outcome, however often and in whatever forms it is sent. */
  #audit(call: Call, reply: unknown): void {
    for (const { claim, id, answer } of outcomesOf(call, reply)) {
      const key = `${claim} ${id}`;
      if (answer === 'OK' && this.#accepted.has(key)) throw new Error(`two outcomes of ${key} were accepted`);
      if (answer === 'OK') this.#accepted.add(key);
    }
  }

  async check(): Promise<void> {
    const snapshot = await readSnapshot(this.#place.connection, this.#stores.prefix);
    const wrong = [...findDamage(snapshot), ...findDifferences(this.world, snapshot)];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  }

  async flushScripts(): Promise<void> {
    await this.#place.connection.redis.call('SCRIPT', 'FLUSH');
  }

  async restartRedis(): Promise<void> {
    if (this.#place.restart === undefined) await this.flushScripts();
    else await this.#place.restart();
  }

  /** Redis will have forgotten what comes from now on, if {@link rollBack} is called. */
  async save(): Promise<void> {
    this.#saved = structuredClone(this.world);
    await copyAll(this.#place.connection, this.#stores.prefix, this.#backup);
  }

  /** Redis comes back without its last writes; everybody else remembers them. Time goes on. */
  async rollBack(): Promise<void> {
    if (this.#saved === undefined) return;
    const { now } = this.world;
    this.world = structuredClone(this.#saved);
    this.world.now = now;
    this.#accepted = new Set();
    await copyAll(this.#place.connection, this.#backup, this.#stores.prefix);
  }
}
