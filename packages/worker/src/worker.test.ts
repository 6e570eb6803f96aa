import { setTimeout as delay } from 'node:timers/promises';
import { defineJob, OptionError } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { JobEvent } from './events.ts';
import { Gate, Stage } from './testing/stage.ts';
import { thenable } from './testing/thenable.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const add = defineJob<{ a: number; b: number }, { sum: number }>({ name: 'add' });
const work = defineJob({ name: 'work', retry: { fixed: 0 } });

describe('a job', () => {
  test('runs with its input, and its result reaches who waits for it, both typed', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(add, ({ a, b }, ctx) => {
      expectTypeOf(a).toEqualTypeOf<number>();
      expect(ctx.attempt).toBe(1);
      return { sum: a + b };
    });
    await worker.start();
    const handle = await scene.client.enqueue(add, { a: 1, b: 2 });
    const result = await handle.result();
    expectTypeOf(result).toEqualTypeOf<{ sum: number }>();
    expect(result).toEqual({ sum: 3 });
    expect(await scene.job(handle.id)).toMatchObject({ state: 'succeeded', attempt: 1, result: { sum: 3 } });
  });

  test('that waited before the worker started runs', async () => {
    const scene = stage.open();
    const handles = await scene.client.enqueueMany(
      add,
      Array.from({ length: 500 }, (_, a) => ({ a, b: 1 })),
    );
    const worker = scene.worker();
    worker.handle(add, ({ a, b }) => ({ sum: a + b }));
    await worker.start();
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.map(({ sum }) => sum)).toEqual(Array.from({ length: 500 }, (_, a) => a + 1));
  });

  test('is tried again until it succeeds, and its history tells', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, (_input, ctx) => {
      if (ctx.attempt < 3) throw new Error(`no ${ctx.attempt}`);
      return 'at last';
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, {});
    expect(await handle.result()).toBe('at last');
    const { history, attempt } = await scene.job(handle.id);
    expect(
      history.map(({ what, attempt: n, detail }) => [what, n, (detail as Error | undefined)?.message]),
    ).toEqual([
      ['retried', 1, 'no 1'],
      ['retried', 2, 'no 2'],
      ['succeeded', 3, undefined],
    ]);
    expect(attempt).toBe(3);
  });

  test('fails when its attempts are used up, and runs again when a person says so', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    let isBroken = true;
    worker.handle(work, () => {
      if (isBroken) throw new TypeError('no');
      return 'well';
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, {}, { maxAttempts: 2 });
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(await scene.job(handle.id)).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: { name: 'TypeError', message: 'no' },
    });
    isBroken = false;
    await scene.client.requeue(handle.id);
    expect(await handle.result()).toBe('well');
    expect(await scene.history(handle.id)).toEqual(['retried', 'failed', 'requeued', 'succeeded']);
  });

  test('whose time is up is aborted and tried again', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const reasons: unknown[] = [];
    worker.handle(work, async (_input, ctx) => {
      if (ctx.attempt > 1) return 'in time';
      await delay(60_000, undefined, { signal: ctx.signal }).catch(() => reasons.push(ctx.signal.reason));
      return 'late';
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, {}, { timeout: 100 });
    expect(await handle.result()).toBe('in time');
    expect(reasons).toMatchObject([{ code: 'JOB_TIMEOUT' }]);
    expect((await scene.job(handle.id)).history[0]).toMatchObject({
      what: 'retried',
      detail: { code: 'JOB_TIMEOUT' },
    });
  });

  test('with a large payload runs', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, (input) => String(input).length);
    await worker.start();
    const handle = await scene.client.enqueue(work, 'x'.repeat(900_000));
    expect(await handle.result()).toBe(900_000);
  });

  test('that is damaged goes to quarantine with its bytes, and the others run', async () => {
    const scene = stage.open({ shards: 1 });
    const events: string[] = [];
    const damaged = await scene.client.enqueue(work, 1);
    const key = `${scene.prefix()}job:${damaged.id}`;
    const record = String(await scene.call('GET', key));
    await scene.call('SET', key, record.replace('\n1', '\n{not json'));
    const worker = scene.worker();
    worker.events.on('quarantined', (id) => events.push(id));
    worker.handle(work, () => 'fine');
    await worker.start();
    expect(await (await scene.client.enqueue(work, 2)).result()).toBe('fine');
    await eventually(() => events.length);
    expect(events).toEqual([damaged.id]);
    expect((await scene.monitor.quarantined()).map(({ id }) => id)).toEqual([damaged.id]);
    expect(String(await scene.call('GET', `${scene.prefix()}quarantine:${damaged.id}`))).toContain(
      '{not json',
    );
  });

  test('of a policy of retries that this version does not know does no harm', async () => {
    const scene = stage.open({ shards: 1 });
    const handle = await scene.client.enqueue(work, 1, { retry: { fixed: 1234 } });
    const key = `${scene.prefix()}job:${handle.id}`;
    await scene.call(
      'SET',
      key,
      String(await scene.call('GET', key)).replace('"fixed":1234', '"newer":1234'),
    );
    const worker = scene.worker();
    worker.handle(work, async () => Promise.reject(new Error('no')));
    await worker.start();
    await eventually(async () => (await scene.job(handle.id)).state === 'scheduled');
  });
});

describe('a job without a handler here', () => {
  test('visibly waits, uses no attempt, and runs where there is one', async () => {
    const scene = stage.open();
    const other = defineJob({ name: 'other' });
    const without = scene.worker();
    const deferred: [JobEvent, string, number][] = [];
    without.events.on('deferred', (...about) => deferred.push(about));
    without.handle(work, () => 1);
    await without.start();
    const handle = await scene.client.enqueue(other, {});
    await eventually(async () => (await scene.job(handle.id)).state === 'scheduled');
    expect(await scene.job(handle.id)).toMatchObject({
      attempt: 1,
      history: [{ what: 'deferred', detail: { reason: 'NO_HANDLER', name: 'other' } }],
    });
    expect(deferred).toEqual([
      [expect.objectContaining({ id: handle.id, name: 'other', attempt: 1 }), 'NO_HANDLER', 5000],
    ]);
    const having = scene.worker();
    having.handle(other, (_input, ctx) => ctx.attempt);
    await having.start();
    await without.stop();
    await scene.client.requeue(handle.id);
    expect(await handle.result()).toBe(1);
  });
});

describe('order', () => {
  test('urgent jobs run first, and those of one priority as they came', async () => {
    const scene = stage.open({ shards: 1 });
    const order: unknown[] = [];
    for (const priority of ['low', 'normal', 'critical', 'high'] as const) {
      for (const n of [1, 2]) await scene.client.enqueue(work, `${priority} ${n}`, { priority });
    }
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, (input) => order.push(input));
    await worker.start();
    await eventually(() => order.length === 8);
    expect(order).toEqual(['critical', 'high', 'normal', 'low'].flatMap((p) => [`${p} 1`, `${p} 2`]));
  });

  test('queues are emptied in the order in which the worker names them', async () => {
    const scene = stage.open({ shards: 1 });
    const order: unknown[] = [];
    for (const queue of ['third', 'first', 'second', 'unnamed']) {
      await scene.client.enqueue(work, queue, { queue, priority: queue === 'third' ? 'critical' : 'normal' });
    }
    const worker = scene.worker({ concurrency: 1, queues: ['first', 'second', 'third'] });
    worker.handle(work, (input) => order.push(input));
    await worker.start();
    await eventually(() => order.length === 3);
    expect(order).toEqual(['first', 'second', 'third']);
    expect((await scene.monitor.counts()).enqueued).toBe(1);
  });

  test('with one slot and several shards every shard gets its turn', async () => {
    const scene = stage.open({ shards: 3 });
    const shards: string[] = [];
    await scene.client.enqueueMany(
      work,
      Array.from({ length: 3000 }, (_, n) => n),
    );
    const worker = scene.worker({ concurrency: 1 });
    // The end of an id tells its shard.
    worker.handle(work, async (_input, ctx) => {
      shards.push(ctx.id.slice(-2));
      await delay(1);
    });
    await worker.start();
    // A call brings as many as run in 40 ms, at most 400: two of these for each shard are over long before.
    await eventually(() => shards.length >= 1200, { timeoutMs: 50_000 });
    const counts = [...new Set(shards)].map((shard) => shards.filter((other) => other === shard).length);
    expect(counts).toHaveLength(3);
    expect(Math.min(...counts)).toBeGreaterThan(200);
  });
});

describe('slots', () => {
  test('never more jobs run than slots are there, and all of them are used', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 7 });
    let running = 0;
    const seen: number[] = [];
    worker.handle(work, async (input) => {
      seen.push(++running, worker.running);
      await delay(Number(input) % 4);
      running--;
    });
    await scene.client.enqueueMany(
      work,
      Array.from({ length: 400 }, (_, n) => n),
    );
    await worker.start();
    await eventually(() => seen.length === 800);
    expect(Math.max(...seen)).toBe(7);
    await eventually(() => worker.running === 0);
  });

  test('large records do not leave slots empty', async () => {
    const scene = stage.open({ shards: 1 });
    await scene.client.enqueueMany(
      work,
      Array.from({ length: 150 }, () => 'x'.repeat(60_000)),
    );
    const gate = new Gate();
    const worker = scene.worker({ concurrency: 150 });
    worker.handle(work, () => gate.opened);
    await worker.start();
    await eventually(() => worker.running === 150, { timeoutMs: 6000 });
    gate.open();
  });
});

describe('results', () => {
  test('of many megabytes that come at once all arrive', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ concurrency: 60 });
    const gate = new Gate();
    worker.handle(work, () => gate.opened.then(() => 'x'.repeat(1_000_000)));
    const handles = await scene.client.enqueueMany(
      work,
      Array.from({ length: 60 }, (_, n) => n),
    );
    await worker.start();
    await eventually(() => worker.running === 60);
    gate.open();
    await eventually(async () => (await scene.monitor.counts()).succeeded === 60);
    expect(String(await handles[59]?.result())).toHaveLength(1_000_000);
    expect(scene.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

describe('handlers', () => {
  test('are given once per job', () => {
    const worker = stage.open().worker();
    worker.handle(work, () => 1);
    expect(() => worker.handle(work, () => 2)).toThrow(OptionError);
  });

  test('that fail in every way at once leave the worker whole', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 20 });
    const ways: Record<string, () => unknown> = {
      sync: () => {
        throw new Error('sync');
      },
      async: () => Promise.reject(new Error('async')),
      function: () => () => undefined,
      huge: () => 'x'.repeat(2 ** 21),
      thenable: () => thenable((_resolve, reject) => reject('thenable')),
    };
    worker.handle(work, (input) => ways[String(input)]?.());
    await worker.start();
    const inputs = Object.keys(ways).flatMap((way) => [way, way, way]);
    const handles = await scene.client.enqueueMany(work, inputs, { maxAttempts: 1 });
    const ends = await Promise.allSettled(handles.map((handle) => handle.result()));
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    expect((await scene.monitor.counts()).failed).toBe(inputs.length);
  });
});
