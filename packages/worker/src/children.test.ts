import { defineJob, QueueFullError } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { awaitChildren } from './handler-outcome.ts';
import type { JobContext } from './job-context.ts';
import type { ParentOutcome } from './parent-outcomes.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const part = defineJob<number, number>({ name: 'part', maxAttempts: 1 });
const sum = defineJob<readonly number[]>({ name: 'sum', maxAttempts: 2, retry: { fixed: 1 } });

const square = (n: number): number => {
  if (n < 0) throw new Error('no negative numbers');
  return n * n;
};

/** Enqueues a child for each number, and gives back what the children say. */
async function handleSum(numbers: readonly number[], ctx: JobContext): Promise<unknown> {
  const children = await ctx.children();
  if (children.length > 0)
    return children.map(({ state, result }) => (state === 'succeeded' ? result : state));
  for (const n of numbers) await ctx.enqueueChild(part, n);
  return awaitChildren();
}

async function start(scene: Scene, handler = handleSum): Promise<void> {
  const worker = scene.worker({ concurrency: 5 });
  worker.handle(part, square);
  worker.handle(sum, handler);
  await worker.start();
}

const view = async (
  scene: Scene,
  id: string,
): Promise<{ state?: string; attempt?: number; history?: unknown }> =>
  ((await scene.client.get(id)) ?? {}) as object;

/** Nothing remembers any bond between jobs. */
async function expectNothingTied(scene: Scene): Promise<void> {
  const keys = (await scene.call('KEYS', `{${scene.target.namespace}:*`)) as string[];
  expect(keys.filter((key) => /:(children|waits|parents|awaiting|todo)\b/.test(key))).toEqual([]);
}

describe('a job that waits for its children', () => {
  test('runs again when they have ended, and gets their results in their order', async () => {
    const scene = stage.open();
    await start(scene);
    const job = await scene.client.enqueue(sum, [3, 1, 2]);
    expect(await job.result()).toEqual([9, 1, 4]);
    expect(await view(scene, job.id)).toMatchObject({
      attempt: 1,
      history: [
        { what: 'deferred', attempt: 1, detail: { reason: 'AWAITS_CHILDREN', children: 3 } },
        { what: 'succeeded', attempt: 1 },
      ],
    });
    await expectNothingTied(scene);
  });

  test('waits for every child, however it ends', async () => {
    const scene = stage.open();
    await start(scene);
    const job = await scene.client.enqueue(sum, [3, -1, 2]);
    expect(await job.result()).toEqual([9, 'failed', 4]);
  });

  test('waits visibly, and why tells for whom', async () => {
    const scene = stage.open();
    await start(scene, async (_numbers, ctx) => {
      await ctx.enqueueChild(part, 1, { queue: 'nobody' });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    const [reason] = await scene.client.why(job.id);
    expect(reason).toMatchObject({ code: 'AWAITING_PARENTS', parents: [{ state: 'enqueued' }] });
    expect(await scene.monitor.counts()).toMatchObject({ awaiting: 1, enqueued: 1, processing: 0 });
  });

  test('may wait again, and keeps what it knows', async () => {
    const scene = stage.open();
    await start(scene, async (numbers, ctx) => {
      const children = await ctx.children();
      if (children.length === numbers.length) return children.map(({ result }) => result);
      await ctx.enqueueChild(part, numbers[children.length] ?? 0);
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [1, 2, 3]);
    expect(await job.result()).toEqual([1, 4, 9]);
    expect((await view(scene, job.id)).attempt).toBe(1);
  });

  test('tells its children from its parents', async () => {
    const scene = stage.open();
    await start(scene, async (numbers, ctx) => {
      const result = (await handleSum(numbers, ctx)) as unknown[];
      const parents = await ctx.parents();
      return Array.isArray(result) ? { result, parents: parents.map((parent) => parent.result) } : result;
    });
    const parent = await scene.client.enqueue(part, 10);
    const job = await scene.client.continueWith(parent, sum, [2]);
    expect(await job.result()).toEqual({ result: [4], parents: [100] });
  });

  test('holds no place of a limit while it waits', async () => {
    const scene = stage.open();
    await start(scene);
    const limited = { concurrency: { key: 'one', limit: 1 } };
    const jobs = await scene.client.enqueueMany(sum, [[1], [2]], limited);
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual([[1], [4]]);
  });

  test('and has begun to wait, is cancelled as any other, and its children run on', async () => {
    const scene = stage.open();
    let child = '';
    await start(scene, async (_numbers, ctx) => {
      ({ id: child } = await ctx.enqueueChild(part, 5, { queue: 'slow' }));
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    await scene.client.cancel(job.id);
    const slow = scene.worker({ queues: ['slow'] });
    slow.handle(part, square);
    await slow.start();
    expect(await scene.client.result(child)).toBe(25);
    expect((await view(scene, job.id)).state).toBe('cancelled');
    await expectNothingTied(scene);
  });

  test('is cancelled when a child is deleted that had not ended', async () => {
    const scene = stage.open();
    let child = '';
    await start(scene, async (_numbers, ctx) => {
      ({ id: child } = await ctx.enqueueChild(part, 5, { queue: 'nobody' }));
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    await scene.client.delete(child);
    await eventually(async () => (await view(scene, job.id)).state === 'cancelled');
  });

  test('500 children of one job all run', async () => {
    const scene = stage.open();
    await start(scene);
    const job = await scene.client.enqueue(
      sum,
      Array.from({ length: 500 }, (_, n) => n),
    );
    const results = (await job.result()) as number[];
    expect(results).toEqual(Array.from({ length: 500 }, (_, n) => n * n));
  });
});

describe('children with options', () => {
  test('a job that holds their key stands for them, and is waited for', async () => {
    const scene = stage.open();
    const held = await scene.client.enqueue(part, 7, { unique: { key: '{k}' }, queue: 'later' });
    await start(scene, async (_numbers, ctx) => {
      const children = await ctx.children();
      if (children.length > 0) return children.map(({ id, result }) => [id, result]);
      await ctx.enqueueChild(part, 8, { unique: { key: '{k}' } });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [], { unique: { key: '{k} of sums' } });
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    const later = scene.worker({ queues: ['later'] });
    later.handle(part, square);
    await later.start();
    expect(await job.result()).toEqual([[held.id, 49]]);
  });

  test('a job whose child would be itself does not wait for itself', async () => {
    const scene = stage.open();
    let runs = 0;
    await start(scene, async (_numbers, ctx) => {
      if (++runs > 1) return (await ctx.children()).length;
      await ctx.enqueueChild(sum, [], { unique: { key: 'me' } });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [], { unique: { key: 'me' } });
    expect(await job.result()).toBe(0);
    await expectNothingTied(scene);
  });

  test('keys that lie in another shard are refused', async () => {
    const scene = stage.open({ shards: 4 });
    const codes = new Set<unknown>();
    await start(scene, async (_numbers, ctx) => {
      for (let i = 0; i < 40; i++) {
        await ctx
          .enqueueChild(part, i, { concurrency: { key: `k${i}`, limit: 1 } })
          .catch((error: unknown) => {
            codes.add((error as { code?: unknown }).code);
          });
      }
      return 'done';
    });
    const job = await scene.client.enqueue(sum, [], { maxAttempts: 1 });
    await expect(job.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect([...codes]).toEqual(['INVALID_OPTION']);
  });
});

describe('errors', () => {
  const errorOf = async (scene: Scene, id: string): Promise<unknown> => {
    await eventually(async () => (await view(scene, id)).state === 'failed');
    return ((await view(scene, id)) as { error?: unknown }).error;
  };

  test('children without awaitChildren: the attempt fails and stores none', async () => {
    const scene = stage.open();
    await start(scene, async (_numbers, ctx) => {
      await ctx.enqueueChild(part, 1);
      return 'forgotten';
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'CHILDREN_NOT_AWAITED' });
    expect(await scene.monitor.counts()).toMatchObject({ enqueued: 0, succeeded: 0, failed: 1 });
  });

  test('awaitChildren without children: the attempt fails', async () => {
    const scene = stage.open();
    await start(scene, async () => awaitChildren());
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'NO_CHILDREN' });
  });

  test('an attempt that fails stores no child; the next one enqueues them anew', async () => {
    const scene = stage.open();
    let attempts = 0;
    await start(scene, async (numbers, ctx) => {
      const result = await handleSum(numbers, ctx);
      if (++attempts === 1) throw new Error('once');
      return result;
    });
    const job = await scene.client.enqueue(sum, [1, 2]);
    expect(await job.result()).toEqual([1, 4]);
    expect((await scene.monitor.counts()).succeeded).toBe(3);
  });

  test('more than 500 children: the handler is told, and those before it are kept', async () => {
    const scene = stage.open();
    await start(scene, async (_numbers, ctx) => {
      const children: readonly ParentOutcome[] = await ctx.children();
      if (children.length > 0) return children.length;
      for (let i = 0; i < 500; i++) await ctx.enqueueChild(part, i);
      await expect(ctx.enqueueChild(part, 500)).rejects.toMatchObject({ code: 'TOO_MANY_CHILDREN' });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await job.result()).toBe(500);
  });

  test('a full queue fails the attempt, and nothing is stored', async () => {
    const scene = stage.open();
    await scene.client.queue('small').configure({ size: 1 });
    await start(scene, async (_numbers, ctx) => {
      for (const n of [1, 2]) await ctx.enqueueChild(part, n, { queue: 'small' });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: new QueueFullError('small').code });
    expect((await view(scene, job.id)).attempt).toBe(2);
    expect(await scene.monitor.counts()).toMatchObject({ enqueued: 0, awaiting: 0 });
  });
});
