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
      await b.enqueueMany(
        work,
        Array.from({ length: 600 }, () => ({})),
      );
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
    const created = scene.client.batch(
      async (b) => {
        await b.enqueueMany(
          work,
          Array.from({ length: 1200 }, () => ({})),
        );
        const first = await b.enqueue(work, {}, { tags: ['x'], unique: { key: 'k' } });
        await b.continueWith(first, after, 'child');
        await b.onEnd(after, 'done');
        await b.batch((inner) => inner.enqueueMany(work, [{}, {}]));
        throw new Error('changed my mind');
      },
      { key: 'k' },
    );
    await expect(created).rejects.toThrow('changed my mind');
    await startWorker(scene);
    await eventually(async () => {
      const left = (await scene.keys()).filter((key) =>
        /^(job|batch|members|waits|children|lock|tag|parents)\b/.test(key),
      );
      expect(left.filter((key) => !before.has(key))).toEqual([]);
    });
  });

  test('whose creator died before it was complete goes by itself', async () => {
    const scene = stage.open();
    const id = await abandonedDraft(scene, async (b) => {
      await b.enqueueMany(
        work,
        Array.from({ length: 1200 }, () => ({})),
      );
      await b.onEnd(after, 'done');
      await b.batch((inner) => inner.enqueue(work, {}));
    });
    const { prefix } = await shardOf(scene, id);
    const due = Number(await scene.call('ZSCORE', `${prefix}timers`, `draft:${id}`));
    expect(due - Date.now()).toBeGreaterThan(14 * 60_000);
    await scene.call('ZADD', `${prefix}timers`, '1', `draft:${id}`);
    const ran = await startWorker(scene);
    await eventually(async () => {
      const left = (await scene.keys()).filter((key) =>
        /^(job|batch|members|waits|children|parents)\b/.test(key),
      );
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
      await b.enqueueMany(
        work,
        Array.from({ length: 1100 }, () => ({})),
      );
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
      await b.enqueueMany(
        work,
        Array.from({ length: 10_000 }, () => ({})),
      );
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
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', succeeded: 4, failed: 0 });
    await eventually(() => expect(ran.callbacks.toSorted()).toEqual(['failed', 'finished', 'succeeded']));
    await expectNothingTied(scene);
  });

  test('on succeeded are cancelled when a member was removed and never will', async () => {
    const scene = stage.open();
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      ids.push((await b.enqueue(work, {})).id, (await b.enqueue(work, {})).id);
      ids.push((await b.onEnd(after, 'succeeded')).id);
      await b.onEnd(after, 'finished', { on: 'finished' });
    });
    await scene.client.delete(ids[0] ?? '');
    const ran = await startWorker(scene);
    expect(await batch.finished()).toMatchObject({ state: 'failed', succeeded: 1, cancelled: 1 });
    await eventually(async () => expect(await stateOf(scene, ids[2] ?? '')).toBe('cancelled'));
    await eventually(() => expect(ran.callbacks).toEqual(['finished']));
    const late = await scene.client.continueWith(batch, after, 'late');
    expect(await stateOf(scene, late.id)).toBe('cancelled');
    await expectNothingTied(scene);
  });

  test('on succeeded wait for a failed member until that is deleted', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      ids.push((await b.enqueue(work, { fail: true })).id, (await b.onEnd(after, 'never')).id);
    });
    expect(await batch.finished()).toMatchObject({ state: 'failed' });
    expect(await stateOf(scene, ids[1] ?? '')).toBe('awaiting');
    await scene.client.delete(ids[0] ?? '');
    await eventually(async () => expect(await stateOf(scene, ids[1] ?? '')).toBe('cancelled'));
    expect(await batch.progress()).toMatchObject({ failed: 1, pending: 0 });
  });

  test('can be attached while it runs and when it has ended', async () => {
    const scene = stage.open();
    const batch = await scene.client.batch((b) => b.enqueue(work, {}));
    const early = await scene.client.continueWith(batch, after, 'early');
    const ran = await startWorker(scene);
    expect(await early.result()).toMatchObject([{ id: batch.id, result: { total: 1 } }]);
    const late = await scene.client.continueWith(batch.id, after, 'late', { on: 'finished' });
    expect(await late.result()).toMatchObject([{ id: batch.id, name: 'batch' }]);
    expect(ran.callbacks).toEqual(['early', 'late']);
  });

  test('may not be waited for by members, nor the batch itself', async () => {
    const scene = stage.open();
    const created = scene.client.batch(async (b) => {
      const callback = await b.onEnd(after, 'x');
      await expect(b.continueWith(callback, after, 'y')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
      await b.batch((inner) => inner.continueWith(b, after, 'z'));
    });
    await expect(created).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('run once although workers stop abruptly, and lose their leases, while members run', async () => {
    const scene = stage.open();
    const callbacks: string[] = [];
    const gates: Gate[] = [];
    const start = async (): Promise<ReturnType<Scene['worker']>> => {
      const worker = scene.worker({ concurrency: 5, leaseMs: 1000 });
      worker.handle(work, async () => {
        const gate = new Gate();
        gates.push(gate);
        await gate.opened;
        return 1;
      });
      worker.handle(after, (input) => void callbacks.push(input));
      await worker.start();
      return worker;
    };
    const first = await start();
    const batch = await scene.client.batch(async (b) => {
      await b.enqueueMany(
        work,
        Array.from({ length: 10 }, () => ({})),
      );
      for (const on of ['succeeded', 'finished'] as const) await b.onEnd(after, on, { on });
    });
    await eventually(() => gates.length === 5);
    // Its handlers go on as zombies.
    await first.stop({ now: true });
    await start();
    await eventually(() => gates.length === 10);
    const { jobs, prefix } = await shardOf(scene, batch.id);
    const [second = ''] = await scene.leases(Number(/:(\d+)\}/.exec(prefix)?.[1]));
    await eventually(async () => {
      await scene.call('ZADD', `${prefix}leases`, 'XX', '1', second);
      const { status } = await jobs.rescue(second, DEFAULT_RETENTION);
      expect(status).toBe('DONE');
    });
    for (const gate of gates.splice(0)) gate.open();
    await start();
    await eventually(async () => {
      for (const gate of gates.splice(0)) gate.open();
      expect(await batch.progress()).toMatchObject({ state: 'succeeded', succeeded: 10, total: 10 });
    });
    await eventually(() => expect(callbacks.toSorted()).toEqual(['finished', 'succeeded']));
    await expectNothingTied(scene);
  });
});

describe('a batch that lives', () => {
  test('takes more jobs, also from its own handlers, until it has ended', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const spawn = defineJob<number>({ name: 'spawn' });
    worker.handle(spawn, async (left, ctx) => {
      if (left > 0) await scene.client.batches.add(ctx.batch ?? '', spawn, left - 1);
    });
    await worker.start();
    const batch = await scene.client.batch((b) => b.enqueue(spawn, 5));
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', total: 6 });
    await expect(scene.client.batches.add(batch.id, spawn, 0)).rejects.toMatchObject({ code: 'BATCH_ENDED' });
    await expect(scene.client.batches.addMany(batch.id, spawn, [0, 0])).rejects.toMatchObject({
      code: 'BATCH_ENDED',
    });
    const gone = `${batch.id.slice(0, 10)}0000000000${batch.id.slice(20)}`;
    await expect(scene.client.batches.add(gone, spawn, 0)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
    expect(await batch.progress()).toMatchObject({ total: 6 });
  });

  test('is cancelled in the middle: what waits and what runs ends, and callbacks tell', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const aborted: string[] = [];
    const callbacks: string[] = [];
    const worker = scene.worker({ concurrency: 2 });
    worker.handle(work, async ({ fail }, ctx) => {
      if (fail === undefined) return;
      ctx.signal.addEventListener('abort', () => aborted.push(ctx.id));
      await Promise.race([
        gate.opened,
        new Promise((resolve) => ctx.signal.addEventListener('abort', resolve)),
      ]);
    });
    worker.handle(after, (input) => void callbacks.push(input));
    const batch = await scene.client.batch(async (b) => {
      await b.enqueue(work, {});
      await b.enqueueMany(
        work,
        Array.from({ length: 600 }, () => ({ fail: false })),
      );
      await b.schedule(work, {}, { in: '1h' });
      await b.continueWith(await b.enqueue(work, { fail: false }), work, {});
      await b.batch((inner) => inner.enqueueMany(work, [{ fail: false }, { fail: false }]));
      for (const on of ['succeeded', 'cancelled', 'finished'] as const) await b.onEnd(after, on, { on });
    });
    await worker.start();
    await eventually(async () => expect((await scene.monitor.counts()).processing).toBe(2));
    expect(await scene.client.batches.cancel(batch.id, { by: 'eve', reason: 'a test' })).toBe(true);
    const view = await batch.finished();
    expect(view).toMatchObject({ state: 'cancelled', total: 605, pending: 0, cancelledBy: { by: 'eve' } });
    expect(view.succeeded + view.cancelled).toBe(605);
    await eventually(() => expect(callbacks.toSorted()).toEqual(['cancelled', 'finished']));
    await eventually(() => aborted.length === 2);
    const [inner] = await scene.client.batches.members(batch.id, { from: 604, most: 1 });
    expect(await scene.client.batches.get(inner ?? '')).toMatchObject({ state: 'cancelled', cancelled: 2 });
    expect(await scene.client.batches.cancel(batch.id)).toBe(false);
    gate.open();
  });

  test('that has failed can be given up: what waits for its success is cancelled', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      await b.enqueue(work, { fail: true });
      ids.push((await b.onEnd(after, 'never')).id);
    });
    await batch.finished();
    expect(await scene.client.batches.cancel(batch.id)).toBe(true);
    expect(await batch.progress()).toMatchObject({ state: 'cancelled' });
    await eventually(async () => expect(await stateOf(scene, ids[0] ?? '')).toBe('cancelled'));
  });

  test('ends although the record of a member was lost, when it is cancelled', async () => {
    const scene = stage.open();
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      ids.push((await b.enqueue(work, {})).id);
    });
    const { prefix } = await shardOf(scene, batch.id);
    await scene.call('DEL', `${prefix}job:${ids[0] ?? ''}`);
    await scene.client.batches.cancel(batch.id);
    expect(await batch.finished()).toMatchObject({ state: 'cancelled', cancelled: 1, pending: 0 });
  });
});

describe('batches within batches', () => {
  test('count as one member each, and end before the one around them', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const failing: string[] = [];
    const inner: string[] = [];
    const outer = await scene.client.batch(async (b) => {
      await b.enqueue(work, {});
      const made = await b.batch(
        async (c) => {
          await c.enqueueMany(work, [{}, {}]);
          failing.push((await c.enqueue(work, { fail: true })).id);
          await c.batch((d) => d.onEnd(after, 'innermost'));
          await c.onEnd(after, 'inner');
        },
        { name: 'inner' },
      );
      inner.push(made.id);
      await b.onEnd(after, 'outer');
    });
    expect(await outer.finished()).toMatchObject({ state: 'failed', total: 2, succeeded: 1, failed: 1 });
    expect(await scene.client.batches.get(inner[0] ?? '')).toMatchObject({
      name: 'inner',
      outer: outer.id,
      state: 'failed',
      total: 4,
      succeeded: 3,
    });
    await eventually(() => expect(ran.callbacks).toEqual(['innermost']));
    ran.fails = false;
    await scene.client.requeueMany(failing);
    expect(await outer.finished()).toMatchObject({ state: 'succeeded', succeeded: 2, failed: 0 });
    await eventually(() => expect(ran.callbacks.toSorted()).toEqual(['inner', 'innermost', 'outer']));
    await expectNothingTied(scene);
  });

  test('one whose making throws takes all of them with it, also when that is caught', async () => {
    const scene = stage.open();
    const created = scene.client.batch(async (b) => {
      await b.batch(() => Promise.reject(new Error('inside'))).catch(() => undefined);
      await b.enqueue(work, {});
    });
    await expect(created).rejects.toThrow('inside');
  });
});

describe('members of a batch', () => {
  test('may be tied by keys, limits and deadlines as other jobs; what stands for another job is no member', async () => {
    const scene = stage.open();
    const holder = await scene.client.enqueue(work, {}, { unique: { key: '{u}' } });
    const ran = await startWorker(scene).then(async (value) => value);
    await holder.result();
    const held = await scene.client.schedule(work, {}, { in: '1h', unique: { key: '{u}' } });
    const statuses: string[] = [];
    const batch = await scene.client.batch(
      async (b) => {
        statuses.push((await b.enqueue(work, {}, { unique: { key: '{u}' } })).status);
        await b.enqueueMany(work, [{}, {}, {}], { concurrency: { key: '{u}:c', limit: 1 } });
        await b.enqueue(work, {}, { expireIn: '1h', tags: ['t'] });
        await b.schedule(work, {}, { in: 50 });
        await b.schedule(work, {}, { at: new Date(Date.now() - 1000) });
      },
      { key: '{u}' },
    );
    expect(statuses).toEqual(['existing']);
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', total: 6 });
    expect(await stateOf(scene, held.id)).toBe('scheduled');
    expect(ran.members).toBe(7);
  });

  test('that wait for one that fails are cancelled, so that the batch ends', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      const first = await b.enqueue(work, { fail: true });
      const second = await b.continueWith(first, work, {});
      ids.push(second.id, (await b.continueWith(second, work, {})).id);
      await b.continueWith(first, work, {}, { on: 'finished' });
      await b.onEnd(after, 'finished', { on: 'finished' });
    });
    expect(await batch.finished()).toMatchObject({ state: 'failed', failed: 1, cancelled: 2, succeeded: 1 });
    for (const id of ids)
      expect((await scene.job(id)).history.at(-1)?.detail).toMatchObject({ reason: 'PARENT_ENDED' });
    await eventually(() => expect(ran.callbacks).toEqual(['finished']));
    await expectNothingTied(scene);
  });

  test('that wait for a job outside do not run before the batch is complete', async () => {
    const scene = stage.open({ shards: 1 });
    const ran = await startWorker(scene);
    const outside = await scene.client.schedule(work, {}, { in: 50 });
    const gate = new Gate();
    const created = scene.client.batch(async (b) => {
      await b.continueWith(outside, work, {});
      await gate.opened;
    });
    await outside.result();
    await scene.client.enqueue(work, {}).then((job) => job.result());
    expect(ran.members).toBe(2);
    gate.open();
    expect(await (await created).finished()).toMatchObject({ state: 'succeeded', total: 1 });
  });

  test('that are deleted, purged or expire before they run count as cancelled', async () => {
    const scene = stage.open();
    const ids: string[] = [];
    const batch = await scene.client.batch(async (b) => {
      ids.push((await b.enqueue(work, {})).id);
      await b.enqueue(work, {}, { queue: 'purged' });
      await b.enqueue(work, {}, { expireIn: 1 });
      ids.push((await b.enqueue(work, {})).id);
    });
    await scene.client.delete(ids[0] ?? '');
    await scene.client.queue('purged').purge();
    await scene.client.cancel(ids[1] ?? '');
    await startWorker(scene);
    expect(await batch.finished()).toMatchObject({ state: 'failed', total: 4, cancelled: 4 });
  });
});

test('a batch that ended is forgotten after 7 days, and what still waits for it is cancelled', async () => {
  const scene = stage.open();
  await startWorker(scene);
  const ids: string[] = [];
  const batch = await scene.client.batch(async (b) => {
    await b.enqueue(work, { fail: true });
    ids.push((await b.onEnd(after, 'never')).id);
  });
  await batch.finished();
  const { prefix } = await shardOf(scene, batch.id);
  const due = Number(await scene.call('ZSCORE', `${prefix}timers`, `forget:${batch.id}`));
  expect(due - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  await scene.call('ZADD', `${prefix}timers`, '1', `forget:${batch.id}`);
  await startWorker(scene);
  await eventually(async () => expect(await scene.client.batches.get(batch.id)).toBeUndefined());
  await eventually(async () => expect(await stateOf(scene, ids[0] ?? '')).toBe('cancelled'));
  expect(await scene.client.batches.list()).toEqual([]);
  expect((await scene.keys()).filter((key) => /^(batch|members|batches|children|waits)\b/.test(key))).toEqual(
    [],
  );
  await expect(batch.finished()).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
});

test('waiting for the end of a batch ends by its timeout', async () => {
  const scene = stage.open();
  const batch = await scene.client.batch((b) => b.enqueue(work, {}));
  await expect(batch.finished({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
});
