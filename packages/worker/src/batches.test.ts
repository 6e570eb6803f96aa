import { DEFAULT_RETENTION } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import {
  abandonedDraft,
  after,
  expectNothingTied,
  shardOf,
  startWorker,
  stateOf,
  work,
} from './testing/batch-scene.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

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

  test('holds also what its maker did not wait for', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const batch = await scene.client.batch(async (b) => {
      for (let i = 0; i < 10; i++) void b.enqueue(work, {});
      void b.enqueueMany(work, [{}, {}]);
      void b.schedule(work, {}, { in: 1 });
      void b.batch(async (inner) => void inner.enqueue(work, {}));
    });
    expect(await batch.finished()).toMatchObject({ state: 'succeeded', total: 14 });
  });

  test('is listed with at most 10,000 others: the oldest that are gone leave first', async () => {
    const scene = stage.open({ shards: 1 });
    const oldest = await scene.client.batch((b) => b.onEnd(after, 'x'));
    const stale = Array.from({ length: 10_050 }, (_, i) => [String(i), `gone${i}`]).flat();
    await scene.call('ZADD', `${scene.prefix()}batches`, ...stale);
    await scene.call('ZADD', `${scene.prefix()}batches`, '-1', oldest.id);
    await scene.client.batch((b) => b.onEnd(after, 'y'));
    expect(await scene.call('ZCARD', `${scene.prefix()}batches`)).toBe(10_052 - 19);
    await startWorker(scene);
    await eventually(async () => expect(await scene.client.batches.get(oldest.id)).toBeUndefined());
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
      const worker = scene.worker({ concurrency: 5, leaseMs: 2000 });
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
