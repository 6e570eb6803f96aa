import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { awaitChildren } from './handler-outcome.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';
import { handleSum, part, square, startSums, sum, view } from './testing/sums.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

/** Nothing remembers any bond between jobs. */
async function expectNothingTied(scene: Scene): Promise<void> {
  const keys = (await scene.call('KEYS', `{${scene.target.namespace}:*`)) as string[];
  expect(keys.filter((key) => /:(children|waits|parents|awaiting|todo)\b/.test(key))).toEqual([]);
}

describe('a job that waits for its children', () => {
  test('runs again when they have ended, and gets their results in their order', async () => {
    const scene = stage.open();
    await startSums(scene);
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
    await startSums(scene);
    const job = await scene.client.enqueue(sum, [3, -1, 2]);
    expect(await job.result()).toEqual([9, 'failed', 4]);
  });

  test('waits visibly, and why tells for whom', async () => {
    const scene = stage.open();
    await startSums(scene, async (_numbers, ctx) => {
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
    await startSums(scene, async (numbers, ctx) => {
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
    await startSums(scene, async (numbers, ctx) => {
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
    await startSums(scene);
    const limited = { concurrency: { key: 'one', limit: 1 } };
    const jobs = await scene.client.enqueueMany(sum, [[1], [2]], limited);
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual([[1], [4]]);
  });

  test('and has begun to wait, is cancelled as any other, and its children run on', async () => {
    const scene = stage.open();
    let child = '';
    await startSums(scene, async (_numbers, ctx) => {
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
    await startSums(scene, async (_numbers, ctx) => {
      ({ id: child } = await ctx.enqueueChild(part, 5, { queue: 'nobody' }));
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    await scene.client.delete(child);
    await eventually(async () => (await view(scene, job.id)).state === 'cancelled');
  });

  test('and is cancelled meanwhile, knows none of them when it is requeued', async () => {
    const scene = stage.open();
    const seen: number[] = [];
    await startSums(scene, async (_numbers, ctx) => {
      seen.push((await ctx.children()).length);
      if (seen.length > 1) return 'anew';
      await ctx.enqueueChild(part, 1);
      await ctx.enqueueChild(part, 2, { queue: 'nobody' });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    await eventually(async () => (await scene.monitor.counts()).succeeded === 1);
    await scene.client.cancel(job.id);
    await scene.client.requeue(job.id);
    expect(await job.result()).toBe('anew');
    expect(seen).toEqual([0, 0]);
  });

  test('has started before its deadline, which ends it no more', async () => {
    const scene = stage.open();
    await startSums(scene);
    let child = '';
    const slow = defineJob<null>({ name: 'slow-sum' });
    const worker = scene.worker({ queues: ['sums'] });
    worker.handle(slow, async (_input, ctx) => {
      const children = await ctx.children();
      if (children.length > 0) return children.length;
      ({ id: child } = await ctx.enqueueChild(part, 1, { queue: 'later' }));
      return awaitChildren();
    });
    await worker.start();
    const job = await scene.client.enqueue(slow, null, { queue: 'sums', expireIn: '1h' });
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    expect(await scene.call('ZCARD', `${scene.prefix(shardOf(job.id))}deadlines`)).toBe(0);
    const later = scene.worker({ queues: ['later'] });
    later.handle(part, square);
    await later.start();
    expect(await job.result()).toBe(1);
    expect((await view(scene, child)).state).toBe('succeeded');
  });

  test('500 children of one job all run', async () => {
    const scene = stage.open();
    await startSums(scene);
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
    await startSums(scene, async (_numbers, ctx) => {
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

  test('a job whose child would be itself does not wait for itself, is told, and rests a moment', async () => {
    const scene = stage.open();
    let runs = 0;
    await startSums(scene, async (_numbers, ctx) => {
      if (++runs > 1) return (await ctx.children()).map(({ state, error }) => [state, error]);
      await ctx.enqueueChild(sum, [], { unique: { key: 'me' } });
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [], { unique: { key: 'me' } });
    await eventually(async () => (await view(scene, job.id)).state === 'scheduled');
    expect(await job.result()).toMatchObject([['cancelled', { code: 'CHILD_NOT_STORED' }]]);
    await expectNothingTied(scene);
  });

  test('outcomes come in the order of the calls, those of other jobs that stand for children too', async () => {
    const scene = stage.open();
    const held = await scene.client.enqueue(part, 7, { unique: { key: '{k}' }, queue: 'later' });
    await startSums(scene, async (_numbers, ctx) => {
      const children = await ctx.children();
      if (children.length > 0) return children.map(({ result }) => result);
      await Promise.all(
        [1, 0, 2, 0].map((n) => ctx.enqueueChild(part, n, n === 0 ? { unique: { key: '{k}' } } : {})),
      );
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [], { unique: { key: '{k} of sums' } });
    await eventually(async () => (await view(scene, job.id)).state === 'awaiting');
    const later = scene.worker({ queues: ['later'] });
    later.handle(part, square);
    await later.start();
    expect(await job.result()).toEqual([1, 49, 4, 49]);
    expect((await view(scene, held.id)).state).toBe('succeeded');
  });

  test('keys that lie in another shard are refused', async () => {
    const scene = stage.open({ shards: 4 });
    const codes = new Set<unknown>();
    await startSums(scene, async (_numbers, ctx) => {
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
