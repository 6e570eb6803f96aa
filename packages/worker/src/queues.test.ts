import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

interface Task {
  readonly tenant: string;
  readonly n: number;
}

const work = defineJob<Task>({ name: 'work' });
const other = defineJob<Task>({ name: 'other' });

const tasks = (tenant: string, count: number): Task[] =>
  Array.from({ length: count }, (_, n) => ({ tenant, n }));

describe('groups', () => {
  test('share the slots fairly, however much one of them has enqueued', async () => {
    const scene = stage.open({ shards: 1 });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, ({ tenant }) => void order.push(tenant));
    const group = { group: ({ tenant }: Task) => tenant };
    const flood = await scene.client.enqueueMany(work, tasks('flood', 300), group);
    const quiet = await scene.client.enqueueMany(work, tasks('quiet', 10), group);
    await worker.start();
    await Promise.all([...flood, ...quiet].map((handle) => handle.result()));
    expect(order).toHaveLength(310);
    // Turn by turn from the start on: the 10 of the quiet one are through after 20.
    expect(order.lastIndexOf('quiet')).toBeLessThan(25);
    expect(await scene.client.queue('default').counts()).toMatchObject({ enqueued: 0, entries: 0 });
  });

  test('of weight 3 get three turns of four', async () => {
    const scene = stage.open({ shards: 1 });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, ({ tenant }) => void order.push(tenant));
    const handles = [
      ...(await scene.client.enqueueMany(work, tasks('a', 90), { group: { key: 'a', weight: 3 } })),
      ...(await scene.client.enqueueMany(work, tasks('b', 90), { group: 'b' })),
    ];
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    const early = order.slice(0, 80).filter((tenant) => tenant === 'a').length;
    expect(early).toBeGreaterThanOrEqual(55);
    expect(early).toBeLessThanOrEqual(65);
  });

  test('keep the order of their jobs, and their limit', async () => {
    const scene = stage.open();
    const order: number[] = [];
    let [running, most] = [0, 0];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, async ({ n }) => {
      most = Math.max(most, ++running);
      order.push(n);
      await delay(1);
      running--;
    });
    const group = { key: 'a', limit: 1 };
    const handles = [];
    for (const task of tasks('a', 30)) handles.push(await scene.client.enqueue(work, task, { group }));
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    expect([most, order]).toEqual([1, tasks('a', 30).map(({ n }) => n)]);
  });

  test('leave half of the slots to jobs without a group', async () => {
    const scene = stage.open({ shards: 1 });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, async ({ tenant }) => {
      order.push(tenant);
      await delay(1);
    });
    const handles = [
      ...(await scene.client.enqueueMany(work, tasks('grouped', 100), { group: 'a' })),
      ...(await scene.client.enqueueMany(work, tasks('plain', 100))),
    ];
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    const early = order.slice(0, 100).filter((tenant) => tenant === 'plain').length;
    expect(early).toBeGreaterThan(30);
    expect(early).toBeLessThan(70);
  });

  test('survive retries, cancels, delays and a purge', async () => {
    const scene = stage.open({ shards: 1 });
    const group = 'a';
    const [first, second, third] = await scene.client.enqueueMany(work, tasks('a', 3), { group });
    await scene.client.schedule(work, { tenant: 'a', n: 3 }, { in: 1, group });
    await scene.client.cancel(first?.id ?? '');
    expect((await scene.client.queue('default').counts()).enqueued).toBe(2);
    await scene.client.requeue(first?.id ?? '');
    expect(await scene.client.queue('default').purge()).toBe(3);
    const worker = scene.worker({ concurrency: 2 });
    const runs: number[] = [];
    worker.handle(work, ({ n }, ctx) => {
      runs.push(n);
      if (ctx.attempt === 1) throw new Error('again');
    });
    await worker.start();
    const retried = await scene.client.enqueue(work, { tenant: 'a', n: 4 }, { group, retry: { fixed: 1 } });
    await retried.result();
    await eventually(() => runs.filter((n) => n === 3).length > 0);
    expect(runs.filter((n) => n === 4)).toHaveLength(2);
    for (const gone of [second, third]) expect(await scene.client.get(gone?.id ?? '')).toBeUndefined();
  });
});

describe('a queue with settings', () => {
  test('runs no more jobs at a time than its limit, over several workers', async () => {
    const scene = stage.open({ shards: 1 });
    await scene.client.queue('default').configure({ limit: 3 });
    let [running, most] = [0, 0];
    for (const _ of [1, 2]) {
      const worker = scene.worker({ concurrency: 10 });
      worker.handle(work, async () => {
        most = Math.max(most, ++running);
        await delay(5);
        running--;
      });
      await worker.start();
    }
    const handles = await scene.client.enqueueMany(work, tasks('a', 100));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(most).toBe(3);
    await scene.client.queue('default').configure({});
    const more = await scene.client.enqueueMany(work, tasks('a', 50));
    await Promise.all(more.map((handle) => handle.result()));
    expect(most).toBeGreaterThan(3);
  });

  test('keeps its limit over several shards: its jobs live in one', async () => {
    const scene = stage.open({ shards: 3 });
    await scene.client.queue('default').configure({ limit: 2 });
    const producer = scene.newClient();
    let [running, most] = [0, 0];
    const worker = scene.worker({ concurrency: 20 });
    worker.handle(work, async () => {
      most = Math.max(most, ++running);
      await delay(3);
      running--;
    });
    await worker.start();
    const handles = await producer.enqueueMany(work, tasks('a', 60));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(most).toBe(2);
    await producer.close();
  });

  test('starts jobs no faster than its rate', async () => {
    const scene = stage.open({ shards: 1 });
    await scene.client.queue('default').configure({ rate: { limit: 20, per: '1s', burst: 1 } });
    const starts: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, () => void starts.push(performance.now()));
    await worker.start();
    const handles = await scene.client.enqueueMany(work, tasks('a', 10));
    await Promise.all(handles.map((handle) => handle.result()));
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(9 * 50 - 20);
  });

  test('refuses jobs beyond its size, and those of other queues go through', async () => {
    const scene = stage.open({ shards: 1 });
    await scene.client.queue('small').configure({ size: 3 });
    const [a, b] = await Promise.allSettled([
      scene.client.enqueueMany(work, tasks('a', 4), { queue: 'small' }),
      scene.client.enqueueMany(work, tasks('a', 3), { queue: 'small' }),
    ]);
    expect(a).toMatchObject({
      status: 'rejected',
      reason: { code: 'QUEUE_FULL', fields: { queue: 'small' } },
    });
    expect(b.status).toBe('fulfilled');
    const mixed = await Promise.allSettled([
      scene.client.enqueue(work, { tenant: 'a', n: 1 }, { queue: 'small' }),
      scene.client.enqueue(work, { tenant: 'a', n: 2 }, { queue: 'large' }),
    ]);
    expect(mixed.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await scene.client.queue('large').counts()).enqueued).toBe(1);
  });
});

test.each([1, 4])('the size of a queue counts all that come together, with %i shards', async (shards) => {
  const scene = stage.open({ shards });
  // A queue with a limit lives in one shard, whole.
  await scene.client.queue('small').configure({ size: 9, limit: 100 });
  // One that has begun before follows within 5 s.
  const client = scene.newClient();
  scene.onClose(() => void client.close());
  await client.enqueue(work, { tenant: 'a', n: 0 }, { queue: 'small' });
  const calls = Array.from({ length: 12 }, (_, n) =>
    client.enqueue(work, { tenant: 'a', n }, { queue: 'small', priority: n % 2 === 0 ? 'high' : 'normal' }),
  );
  const answers = await Promise.allSettled(calls);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  expect((await scene.client.queue('small').counts()).enqueued).toBe(9);
});

test('a rest does not end one that lasts longer', async () => {
  const scene = stage.open();
  const starts: number[] = [];
  const worker = scene.worker({ concurrency: 1 });
  worker.handle(work, async ({ n }, ctx) => {
    starts.push(performance.now());
    if (starts.length > 1) return;
    await ctx.rateLimit(500).catch(() => undefined);
    await ctx.rateLimit(n);
  });
  await worker.start();
  const handle = await scene.client.enqueue(work, { tenant: 'a', n: 1 });
  await handle.result();
  const [first = 0, second = 0] = starts;
  expect(second - first).toBeGreaterThanOrEqual(480);
});

describe('a pause', () => {
  test('of a job name holds its jobs back, and lets others run', async () => {
    const scene = stage.open();
    const ran: string[] = [];
    const worker = scene.worker();
    worker.handle(work, () => void ran.push('work'));
    worker.handle(other, () => void ran.push('other'));
    await worker.start();
    expect(await scene.client.pause({ job: work, by: 'eve', reason: 'a test' })).toBe(true);
    expect(await scene.client.pause({ job: 'work' })).toBe(false);
    const held = await scene.client.enqueueMany(work, tasks('a', 150));
    const free = await scene.client.enqueue(other, { tenant: 'a', n: 1 });
    await free.result();
    expect(new Set(ran)).toEqual(new Set(['other']));
    await scene.client.resume({ job: work });
    await Promise.all(held.map((handle) => handle.result()));
    expect(ran.filter((name) => name === 'work')).toHaveLength(150);
  });

  test('of everything holds every queue back', async () => {
    const scene = stage.open();
    await scene.client.pause();
    const worker = scene.worker({ queues: ['default', 'b'] });
    worker.handle(work, () => undefined);
    await worker.start();
    const held = [
      await scene.client.enqueue(work, { tenant: 'a', n: 1 }),
      await scene.client.enqueue(work, { tenant: 'a', n: 2 }, { queue: 'b' }),
    ];
    await delay(100);
    for (const { id } of held) expect((await scene.job(id)).state).toBe('enqueued');
    await scene.client.resume();
    await Promise.all(held.map((handle) => handle.result()));
  });
});

test('a LIFO job runs before those that wait with its priority', async () => {
  const scene = stage.open({ shards: 1 });
  const order: number[] = [];
  const worker = scene.worker({ concurrency: 1 });
  worker.handle(work, ({ n }) => void order.push(n));
  const handles = [];
  for (const n of [1, 2]) handles.push(await scene.client.enqueue(work, { tenant: 'a', n }));
  for (const n of [3, 4]) handles.push(await scene.client.enqueue(work, { tenant: 'a', n }, { lifo: true }));
  await worker.start();
  await Promise.all(handles.map((handle) => handle.result()));
  expect(order).toEqual([4, 3, 1, 2]);
});

test.each([['its queue'], ['its rate']])('a handler can let %s rest', async (what) => {
  const scene = stage.open();
  const starts: number[] = [];
  const worker = scene.worker({ concurrency: 1 });
  worker.handle(work, async (_input, ctx) => {
    starts.push(performance.now());
    if (starts.length === 1) await ctx.rateLimit(300);
  });
  await worker.start();
  const options = what === 'its rate' ? { rateLimit: { key: 'api', limit: 1000, per: '1s' } } : {};
  const handles = await scene.client.enqueueMany(work, tasks('a', 5), options);
  await Promise.all(handles.map((handle) => handle.result()));
  expect(starts).toHaveLength(6);
  const [first = 0, second = 0] = starts;
  expect(second - first).toBeGreaterThanOrEqual(280);
  expect((await scene.job(handles[0]?.id ?? '')).attempt).toBe(1);
});
