import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
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

/** A client that knows the settings: with several shards one that has begun before follows within 5 s. */
async function follower(scene: Scene): Promise<Client> {
  const client = scene.newClient();
  scene.onClose(() => void client.close());
  await client.queue('default').counts();
  return client;
}

describe.each([1, 4])('a queue with settings, with %i shards,', (shards) => {
  test('runs no more jobs at a time than its limit, over several workers', async () => {
    const scene = stage.open({ shards });
    await scene.client.queue('default').configure({ limit: 3 });
    const client = await follower(scene);
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
    // One by one they would go round the shards.
    const handles = await Promise.all(tasks('a', 100).map((task) => client.enqueue(work, task)));
    await Promise.all(handles.map((handle) => handle.result()));
    expect(most).toBe(3);
    await client.queue('default').configure({});
    const more = await client.enqueueMany(work, tasks('a', 50));
    await Promise.all(more.map((handle) => handle.result()));
    expect(most).toBeGreaterThan(3);
  });

  test('starts jobs no faster than its rate', async () => {
    const scene = stage.open({ shards });
    await scene.client.queue('default').configure({ rate: { limit: 20, per: '1s', burst: 1 } });
    const client = await follower(scene);
    const starts: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, () => void starts.push(performance.now()));
    await worker.start();
    const begun = performance.now();
    const handles = [];
    for (const task of tasks('a', 10)) handles.push(await client.enqueue(work, task));
    await Promise.all(handles.map((handle) => handle.result()));
    // None was claimed before; how long a handler waits after its claim does not matter.
    starts.forEach((start, i) => expect(start - begun).toBeGreaterThanOrEqual(i * 50 - 5));
  });

  test('with a window starts no more jobs than that allows', async () => {
    const scene = stage.open({ shards });
    await scene.client.queue('default').configure({ rate: { limit: 3, per: 400, burst: 'window' } });
    const client = await follower(scene);
    const starts: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, () => void starts.push(performance.now()));
    await worker.start();
    const begun = performance.now();
    const handles = await Promise.all(tasks('a', 9).map((task) => client.enqueue(work, task)));
    await Promise.all(handles.map((handle) => handle.result()));
    starts.forEach((start, i) => expect(start - begun).toBeGreaterThanOrEqual(Math.floor(i / 3) * 400 - 5));
  });

  test('refuses jobs beyond its size, and those of other queues go through', async () => {
    const scene = stage.open({ shards });
    // With a limit it lives in one shard, whole; else each shard has its part of the size.
    const settings = shards === 1 ? { size: 3 } : { size: 3, limit: 100 };
    await scene.client.queue('small').configure(settings);
    const client = await follower(scene);
    const [a, b] = await Promise.allSettled([
      client.enqueueMany(work, tasks('a', 4), { queue: 'small' }),
      client.enqueueMany(work, tasks('a', 3), { queue: 'small' }),
    ]);
    expect(a).toMatchObject({
      status: 'rejected',
      reason: { code: 'QUEUE_FULL', fields: { queue: 'small' } },
    });
    expect(b.status).toBe('fulfilled');
    const mixed = await Promise.allSettled([
      client.enqueue(work, { tenant: 'a', n: 1 }, { queue: 'small' }),
      client.enqueue(work, { tenant: 'a', n: 2 }, { queue: 'large' }),
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

test.each([
  [1, 6, 6],
  [4, 6, 8],
  [4, 2, 4],
])(
  'with %i shards a size of %i lets %i jobs in: each shard has its part, rounded up',
  async (shards, size, fit) => {
    const scene = stage.open({ shards });
    await scene.client.queue('small').configure({ size });
    const answers = [];
    // One by one they go round the shards.
    for (const task of tasks('a', fit + shards))
      answers.push(
        await scene.client.enqueue(work, task, { queue: 'small' }).catch((error: unknown) => error),
      );
    const refused = answers.filter((answer) => answer instanceof Error);
    expect(refused).toMatchObject(Array.from({ length: shards }, () => ({ code: 'QUEUE_FULL' })));
    expect((await scene.client.queue('small').counts()).enqueued).toBe(fit);
  },
);

test('a client that has begun before follows the settings of a queue after 5 s, also when it was idle', async () => {
  const scene = stage.open({ shards: 4 });
  const client = await follower(scene);
  const shardsOf = async (): Promise<number> => {
    const handles = await Promise.all(tasks('a', 12).map((task) => client.enqueue(work, task)));
    return new Set(handles.map(({ id }) => shardOf(id))).size;
  };
  expect(await shardsOf()).toBe(4);
  await scene.client.queue('default').configure({ limit: 1 });
  await delay(5000);
  expect(await shardsOf()).toBe(1);
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

test.each([1, 4])(
  'a LIFO job runs before those that wait with its priority, with %i shards',
  async (shards) => {
    const scene = stage.open({ shards });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, (_input, ctx) => void order.push(ctx.id));
    const plain: string[] = [];
    const lifo: string[] = [];
    for (const task of tasks('a', 4 * shards)) plain.push((await scene.client.enqueue(work, task)).id);
    for (const task of tasks('b', 4 * shards))
      lifo.push((await scene.client.enqueue(work, task, { lifo: true })).id);
    await worker.start();
    await Promise.all([...plain, ...lifo].map((id) => scene.client.result(id)));
    // The order of each shard is a matter of its own.
    const within = (ids: readonly string[], shard: number): string[] =>
      ids.filter((id) => shardOf(id) === shard);
    for (let shard = 0; shard < shards; shard++) {
      const expected = [...within(lifo, shard).toReversed(), ...within(plain, shard)];
      expect(expected).toHaveLength(8);
      expect(within(order, shard)).toEqual(expected);
    }
  },
);

test.each([1, 4])('LIFO jobs of one key run in turn, the last one first, with %i shards', async (shards) => {
  const scene = stage.open({ shards });
  const order: number[] = [];
  const worker = scene.worker({ concurrency: 1 });
  worker.handle(work, ({ n }) => void order.push(n));
  const key = ({ n }: Task): string => `{one}:${n}`;
  const handles = [];
  for (const n of [1, 2]) handles.push(await scene.client.enqueue(work, { tenant: 'a', n }, { key }));
  for (const n of [3, 4])
    handles.push(await scene.client.enqueue(work, { tenant: 'a', n }, { key, lifo: true }));
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
