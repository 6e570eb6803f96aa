import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

// What scripts write is seen by MONITOR, which not every store has.
const server = await startRedis();
let scenes = 0;
const stage = new Stage({ url: server.url, namespace: () => `t${scenes++}` }, testShardCount());
afterEach(() => stage.closeAll());
afterAll(() => server.stop());

const held = defineJob<number>({ name: 'held' });
const free = defineJob<number>({ name: 'free' });
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** What became of the marks of a scene's jobs since it began to watch. */
class Moves {
  /** How often each job was set apart, by id. */
  readonly parks = new Map<string, number>();
  /** How often each job was let go again. */
  readonly returns = new Map<string, number>();
  readonly #scene: Scene;
  readonly #heard = new Gate();

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  static async watch(scene: Scene): Promise<Moves> {
    const moves = new Moves(scene);
    const monitor = await server.connect().monitor();
    scene.onClose(() => monitor.disconnect());
    monitor.on('monitor', (_time: string, args: string[]) => moves.#note(args));
    return moves;
  }

  /** Resolves when all that was written so far has been noted. */
  async noted(): Promise<void> {
    await this.#scene.call('ECHO', 'noted');
    await this.#heard.opened;
  }

  #note([command = '', key = '', at, text = '']: string[]): void {
    if (command.toLowerCase() === 'echo') this.#heard.open();
    const id = /:job:(\w+)$/.exec(key)?.[1];
    if (command.toLowerCase() !== 'setrange' || id === undefined || at !== '0') return;
    // The first letter of a mark: B blocked, E enqueued.
    if (text.startsWith('B')) this.parks.set(id, (this.parks.get(id) ?? 0) + 1);
    if (text.startsWith('E')) this.returns.set(id, (this.returns.get(id) ?? 0) + 1);
  }
}

/** Workers look at what is blocked every 5 s: waits until they have, in each shard. */
async function untilLooked(scene: Scene): Promise<void> {
  for (let shard = 0; shard < scene.target.shards; shard++) {
    const timers = `${scene.prefix(shard)}timers`;
    const reasons = (await scene.call('ZRANGE', timers, '0', '-1')) as string[];
    // Whoever has looked sets the time of the next look.
    for (const reason of reasons) await scene.call('ZADD', timers, 'XX', '1', reason);
    await eventually(async () => (await scene.call('ZCOUNT', timers, '0', '1')) === 0);
  }
}

const once = (handles: readonly { id: string }[]): Map<string, number> =>
  new Map(handles.map(({ id }) => [id, 1]));

test.each([1, 4])(
  'a job that a limit blocks is set apart once, and let go once, with %i shards',
  async (shards) => {
    const scene = stage.open({ shards });
    const moves = await Moves.watch(scene);
    const [started, gate] = [new Gate(), new Gate()];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(free, () => undefined);
    worker.handle(held, async () => {
      started.open();
      await gate.opened;
    });
    await worker.start();
    const concurrency = { key: 'one' };
    const first = await scene.client.enqueue(held, 0, { concurrency });
    await started.opened;
    const blocked = await scene.client.enqueueMany(held, numbers(30), { concurrency });
    // Others run in the same queue meanwhile, so that it is claimed from again and again.
    for (let round = 0; round < 3; round++) {
      const others = await Promise.all(numbers(40).map((n) => scene.client.enqueue(free, n)));
      await Promise.all(others.map((handle) => handle.result()));
    }
    await eventually(() => expect(moves.parks).toEqual(once(blocked)));
    await untilLooked(scene);
    gate.open();
    await Promise.all([first, ...blocked].map((handle) => handle.result()));
    await moves.noted();
    expect(moves.parks).toEqual(once(blocked));
    expect(moves.returns).toEqual(once(blocked));
  },
);
