import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { after, expectNothingTied, shardOf, startWorker, stateOf, work } from './testing/batch-scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

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
      if (fail === undefined) return 0;
      ctx.signal.addEventListener('abort', () => aborted.push(ctx.id));
      await Promise.race([
        gate.opened,
        new Promise((resolve) => ctx.signal.addEventListener('abort', resolve)),
      ]);
      return 1;
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
