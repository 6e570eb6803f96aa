import type { BatchBuilder } from '@linstock/core';
import { defineJob } from '@linstock/core';
import type { Shard } from '@linstock/core/internal';
import { Connection, DEFAULT_RETENTION, ShardSet } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { ParentOutcome } from './parent-outcomes.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await stage.closeAll();
});

const work = defineJob<{ fail?: boolean }, number>({ name: 'work', maxAttempts: 1 });
const after = defineJob<string, readonly ParentOutcome[]>({ name: 'after' });

/** What ran: the callbacks' inputs, in their order. */
interface Ran {
  readonly callbacks: string[];
  members: number;
  fails: boolean;
}

/** A worker whose `work` fails as its input says, while `fails`. */
async function startWorker(scene: Scene): Promise<Ran> {
  const ran: Ran = { callbacks: [], members: 0, fails: true };
  const worker = scene.worker({ concurrency: 20 });
  worker.handle(work, ({ fail = false }) => {
    ran.members++;
    if (fail && ran.fails) throw new Error('no luck');
    return 42;
  });
  worker.handle(after, (input, ctx) => {
    ran.callbacks.push(input);
    return ctx.parents();
  });
  await worker.start();
  return ran;
}

/** The shard of a batch, to do what its client would do next. */
async function shardOf(scene: Scene, id: string): Promise<Shard> {
  const connection = new Connection(scene.target.url, 'commands');
  connections.push(connection);
  const shards = await new ShardSet(connection, scene.target.namespace, scene.target.shards).open(5000);
  for (const shard of shards)
    if ((await scene.call('EXISTS', `${shard.prefix}batch:${id}`)) === 1) return shard;
  throw new Error(`no batch ${id}`);
}

/** A draft whose creator stands still: as if it had died. */
async function abandonedDraft(scene: Scene, build: (b: BatchBuilder) => Promise<unknown>): Promise<string> {
  const flushed = new Gate();
  let id = '';
  const never = new Promise<void>(() => undefined);
  void scene.client.batch(async (b) => {
    id = b.id;
    await build(b);
    await b.flush();
    flushed.open();
    await never;
  });
  await flushed.opened;
  return id;
}

const stateOf = async (scene: Scene, id: string): Promise<unknown> => {
  const job = await scene.client.get(id);
  return job !== undefined && 'state' in job ? job.state : undefined;
};

/** Nothing remembers any bond between jobs, but the batches themselves. */
async function expectNothingTied(scene: Scene): Promise<void> {
  const left = (await scene.keys()).filter((key) => /^(children|waits|parents|awaiting|todo)\b/.test(key));
  expect(left).toEqual([]);
}

describe('a batch', () => {
  test('runs its jobs, then its callback once, and tells the counts', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    let callback: { result(): Promise<unknown> } | undefined;
    const batch = await scene.client.batch(
      async (b) => {
        await b.enqueue(work, {});
        await b.enqueueMany(work, [{}, {}]);
        callback = await b.onEnd(after, 'done');
      },
      { name: 'three' },
    );
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', total: 3, pending: 0, succeeded: 3 });
    expect(await callback?.result()).toEqual([
      {
        id: batch.id,
        name: 'three',
        state: 'succeeded',
        result: { total: 3, succeeded: 3, failed: 0, cancelled: 0 },
        error: undefined,
        isTooLong: false,
      },
    ]);
    expect(ran).toMatchObject({ members: 3, callbacks: ['done'] });
    await expectNothingTied(scene);
  });

  test('without jobs ends at once, as succeeded', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const batch = await scene.client.batch((b) => b.onEnd(after, 'empty'));
    expect(await batch.progress()).toMatchObject({ state: 'succeeded', total: 0 });
    await eventually(() => expect(ran.callbacks).toEqual(['empty']));
  });

  test('runs nothing and shows nothing before it is complete', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const gate = new Gate();
    const stored = new Gate();
    const outside = await scene.client.enqueue(work, {});
    const ids: string[] = [];
    const created = scene.client.batch(async (b) => {
      ids.push(b.id);
      await b.enqueueMany(work, Array.from({ length: 600 }, () => ({})));
      await b.schedule(work, {}, { in: 1 });
      await b.onEnd(after, 'done');
      await b.flush();
      stored.open();
      await gate.opened;
    });
    await stored.opened;
    await outside.result();
    expect(ran.members).toBe(1);
    expect(await scene.client.batches.get(ids[0] ?? '')).toBeUndefined();
    expect(await scene.client.batches.list()).toEqual([]);
    const { enqueued, scheduled, awaiting } = await scene.monitor.counts();
    expect([enqueued, scheduled, awaiting]).toEqual([0, 0, 0]);
    gate.open();
    const batch = await created;
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', succeeded: 601 });
    expect(await scene.client.batches.list()).toMatchObject([{ id: batch.id, total: 601 }]);
    expect(await scene.client.batches.members(batch.id, { from: 599, most: 5 })).toHaveLength(2);
    await eventually(() => expect(ran.callbacks).toEqual(['done']));
  });

  test('whose making throws leaves nothing', async () => {
    const scene = stage.open();
    const before = new Set(await scene.keys());
    const created = scene.client.batch(async (b) => {
      await b.enqueueMany(work, Array.from({ length: 1200 }, () => ({})));
      const first = await b.enqueue(work, {}, { tags: ['x'], unique: { key: 'k' } });
      await b.continueWith(first, after, 'child');
      await b.onEnd(after, 'done');
      await b.batch((inner) => inner.enqueueMany(work, [{}, {}]));
      throw new Error('changed my mind');
    });
    await expect(created).rejects.toThrow('changed my mind');
    await startWorker(scene);
    await eventually(async () => {
      const left = (await scene.keys()).filter((key) => /^(job|batch|members|waits|children|lock|tag|parents)\b/.test(key));
      expect(left.filter((key) => !before.has(key))).toEqual([]);
    });
  });

  test('whose creator died before it was complete goes by itself', async () => {
    const scene = stage.open();
    const id = await abandonedDraft(scene, async (b) => {
      await b.enqueueMany(work, Array.from({ length: 1200 }, () => ({})));
      await b.onEnd(after, 'done');
      await b.batch((inner) => inner.enqueue(work, {}));
    });
    const { prefix } = await shardOf(scene, id);
    const due = Number(await scene.call('ZSCORE', `${prefix}timers`, `draft:${id}`));
    expect(due - Date.now()).toBeGreaterThan(14 * 60_000);
    await scene.call('ZADD', `${prefix}timers`, '1', `draft:${id}`);
    const ran = await startWorker(scene);
    await eventually(async () => {
      const left = (await scene.keys()).filter((key) => /^(job|batch|members|waits|children|parents)\b/.test(key));
      expect(left).toEqual([]);
    });
    expect(ran).toMatchObject({ members: 0, callbacks: [] });
  });

  test('whose creator comes too late is refused, and nothing of it stays', async () => {
    const scene = stage.open();
    const created = scene.client.batch(async (b) => {
      await b.enqueue(work, {});
      await b.flush();
      const { jobs } = await shardOf(scene, b.id);
      await jobs.discard(b.id, true);
      await b.enqueue(work, {});
    });
    await expect(created).rejects.toMatchObject({ code: 'BATCH_GONE' });
    expect((await scene.keys()).filter((key) => /^(job|batch|members)\b/.test(key))).toEqual([]);
  });

  test('whose creator died after the first call of the launch is launched by a worker', async () => {
    const scene = stage.open();
    const id = await abandonedDraft(scene, async (b) => {
      await b.enqueueMany(work, Array.from({ length: 1100 }, () => ({})));
      await b.batch((inner) => inner.enqueueMany(work, [{}, {}]));
      await b.onEnd(after, 'done');
    });
    const { jobs, prefix } = await shardOf(scene, id);
    expect(await jobs.launch(id)).toBe('MORE');
    await scene.call('ZADD', `${prefix}timers`, '1', `launch:${id}`);
    const ran = await startWorker(scene);
    // The batch within has a timer of its own.
    await eventually(async () => {
      for (const name of (await scene.call('ZRANGE', `${prefix}timers`, '0', '-1')) as string[])
        if (name.startsWith('launch:')) await scene.call('ZADD', `${prefix}timers`, '1', name);
      await scene.client.enqueue(after, 'wakes');
      expect(await scene.client.batches.get(id)).toMatchObject({ state: 'succeeded', total: 1101 });
    });
    await eventually(() => expect(ran.callbacks.filter((input) => input === 'done')).toEqual(['done']));
    expect(ran.members).toBe(1102);
  });

  test('of 10,000 jobs runs each once, and its callback once', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const batch = await scene.client.batch(async (b) => {
      await b.enqueueMany(work, Array.from({ length: 10_000 }, () => ({})));
      await b.onEnd(after, 'done', { on: 'finished' });
    });
    expect(await batch.finished({ timeoutMs: 60_000 })).toMatchObject({ succeeded: 10_000, pending: 0 });
    await eventually(() => expect(ran.callbacks).toEqual(['done']));
    expect(ran.members).toBe(10_000);
  });

  test('tells its handlers which batch they belong to', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, (_input, ctx) => ctx.batch as never);
    await worker.start();
    const alone = await scene.client.enqueue(work, {});
    const results: unknown[] = [];
    const batch = await scene.client.batch(async (b) => {
      results.push((await b.enqueue(work, {})).id);
    });
    await batch.finished();
    expect(await scene.client.result(String(results[0]))).toBe(batch.id);
    expect(await alone.result()).toBeNull();
  });
});

describe('callbacks of a batch', () => {
  test('on failed and finished run once when all have ended; on succeeded when the failed ones have succeeded after all', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const failing: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      await b.enqueueMany(work, [{}, {}]);
      failing.push((await b.enqueue(work, { fail: true })).id, (await b.enqueue(work, { fail: true })).id);
      for (const on of ['succeeded', 'failed', 'finished'] as const) await b.onEnd(after, on, { on });
    });
    expect(await batch.finished()).toMatchObject({ state: 'failed', succeeded: 2, failed: 2 });
    await eventually(() => expect(ran.callbacks.toSorted()).toEqual(['failed', 'finished']));
    for (let i = 0; i < 3; i++) {
      await scene.client.requeueMany(failing);
      await eventually(async () => expect((await batch.progress()).failed).toBe(2));
    }
    expect(ran.callbacks).toHaveLength(2);
    ran.fails = false;
    await scene.client.requeueMany(failing);
    expect(await batch.finished()).toMatchObject({ state: 'running' });
  });
});
