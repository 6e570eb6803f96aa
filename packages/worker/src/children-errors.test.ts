import { QueueFullError } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { awaitChildren } from './handler-outcome.ts';
import type { ParentOutcome } from './parent-outcomes.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';
import { handleSum, part, startSums, sum, view } from './testing/sums.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

describe('children that cannot be stored', () => {
  const errorOf = async (scene: Scene, id: string): Promise<unknown> => {
    await eventually(async () => (await view(scene, id)).state === 'failed');
    return ((await view(scene, id)) as { error?: unknown }).error;
  };

  test('children without awaitChildren: the attempt fails and stores none', async () => {
    const scene = stage.open();
    await startSums(scene, async (_numbers, ctx) => {
      await ctx.enqueueChild(part, 1);
      return 'forgotten';
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'CHILDREN_NOT_AWAITED' });
    expect(await scene.monitor.counts()).toMatchObject({ enqueued: 0, succeeded: 0, failed: 1 });
  });

  test('awaitChildren without children: the attempt fails', async () => {
    const scene = stage.open();
    await startSums(scene, async () => awaitChildren());
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'NO_CHILDREN' });
  });

  test('an attempt that fails stores no child; the next one enqueues them anew', async () => {
    const scene = stage.open();
    let attempts = 0;
    await startSums(scene, async (numbers, ctx) => {
      const result = await handleSum(numbers, ctx);
      if (++attempts === 1) throw new Error('once');
      return result;
    });
    const job = await scene.client.enqueue(sum, [1, 2]);
    expect(await job.result()).toEqual([1, 4]);
    expect((await scene.monitor.counts()).succeeded).toBe(3);
  });

  test('children that the handler did not wait for are made before it waits, and a wrong one fails the attempt', async () => {
    const scene = stage.open();
    await startSums(scene, async (numbers, ctx) => {
      const children = await ctx.children();
      if (children.length > 0) return children.map(({ result }) => result);
      for (const n of numbers) void ctx.enqueueChild(part, n);
      if (numbers.length === 0) void ctx.enqueueChild(part, (() => 1) as unknown as number);
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, [1, 2, 3]);
    expect(await job.result()).toEqual([1, 4, 9]);
    const wrong = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, wrong.id)).toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  });

  test('an error that nobody looked at is the attempt’s, also when it came before others', async () => {
    const scene = stage.open();
    await startSums(scene, async (numbers, ctx) => {
      void ctx.enqueueChild(part, (() => 1) as unknown as number);
      await ctx.enqueueChild(part, 1);
      return numbers.length === 0 ? awaitChildren() : 'no wait';
    });
    for (const numbers of [[], [1]]) {
      const job = await scene.client.enqueue(sum, numbers);
      expect(await errorOf(scene, job.id)).toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
    }
  });

  test('a child that is enqueued after the handler has ended is refused', async () => {
    const scene = stage.open();
    const refused: unknown[] = [];
    await startSums(scene, async (_numbers, ctx) => {
      setTimeout(() => {
        ctx.enqueueChild(part, 1).catch((error: unknown) => refused.push((error as { code?: unknown }).code));
      }, 1);
      return 'ended';
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await job.result()).toBe('ended');
    await eventually(() => refused.length === 1);
    expect(refused).toEqual(['TOO_LATE']);
  });

  test('more than 5,000 children in all fail the attempt', async () => {
    const scene = stage.open();
    await startSums(scene, async (_numbers, ctx) => {
      const ids = Array.from({ length: 5000 }, () => ctx.id).join(' ');
      await scene.call('HSET', `${scene.prefix(shardOf(ctx.id))}inputs:${ctx.id}`, '#', `# ${ids}`);
      await ctx.enqueueChild(part, 1);
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'TOO_MANY_CHILDREN' });
    expect(await scene.monitor.counts()).toMatchObject({ enqueued: 0, awaiting: 0 });
  });

  test('a key of another type where the job would wait is set aside', async () => {
    const scene = stage.open();
    await startSums(scene, async (numbers, ctx) => {
      const waits = `${scene.prefix(shardOf(ctx.id))}waits:${ctx.id}`;
      if ((await ctx.children()).length === 0) await scene.call('SET', waits, 'odd');
      return handleSum(numbers, ctx);
    });
    const job = await scene.client.enqueue(sum, [2]);
    expect(await job.result()).toEqual([4]);
  });

  test('what keeps Redis from storing children is an error of the attempt', async () => {
    const scene = stage.open();
    await startSums(scene, async (numbers, ctx) => {
      await scene.call('SET', `${scene.prefix(shardOf(ctx.id))}deadlines`, 'odd');
      return handleSum(numbers, ctx);
    });
    const job = await scene.client.enqueue(sum, [2]);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: 'REDIS_FAULT' });
    expect((await view(scene, job.id)).attempt).toBe(2);
  });

  test('more than 500 children: the handler is told, and those before it are kept', async () => {
    const scene = stage.open();
    await startSums(scene, async (_numbers, ctx) => {
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
    await startSums(scene, async (_numbers, ctx) => {
      // In turn with others: each of them would fit by itself.
      for (const n of [1, 2]) {
        await ctx.enqueueChild(part, n, { queue: 'small' });
        await ctx.enqueueChild(part, n);
      }
      return awaitChildren();
    });
    const job = await scene.client.enqueue(sum, []);
    expect(await errorOf(scene, job.id)).toMatchObject({ code: new QueueFullError('small').code });
    expect((await view(scene, job.id)).attempt).toBe(2);
    expect(await scene.monitor.counts()).toMatchObject({ enqueued: 0, awaiting: 0 });
  });
});
