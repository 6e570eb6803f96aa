import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const call = defineJob<{ n: number }>({ name: 'call' });

describe('a deadline', () => {
  test('ends a job that has not started', async () => {
    const scene = stage.open();
    const job = await scene.client.enqueue(call, { n: 1 }, { expireIn: 50 });
    const worker = scene.worker({ queues: ['other'] });
    await worker.start();
    await expect(job.result({ timeoutMs: 15_000 })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('fails it, when it says so, with an error that a person sees', async () => {
    const scene = stage.open();
    const late = { expireIn: 50, onExpired: 'fail' } as const;
    const job = await scene.client.enqueue(call, { n: 1 }, late);
    const worker = scene.worker({ queues: ['other'] });
    await worker.start();
    await expect(job.result({ timeoutMs: 15_000 })).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(await scene.job(job.id)).toMatchObject({ state: 'failed', error: { code: 'EXPIRED' } });
    expect(await scene.monitor.counts()).toMatchObject({ failed: 1, cancelled: 0, enqueued: 0 });
  });

  test('is how long a job waits for its turn at a limit', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker({ concurrency: 4 });
    worker.handle(call, () => gate.opened);
    await worker.start();
    const mutex = { concurrency: {} };
    const first = await scene.client.enqueue(call, { n: 1 }, mutex);
    await eventually(() => worker.running === 1);
    const gone = await scene.client.enqueue(call, { n: 2 }, { ...mutex, expireIn: 100 });
    const failed = await scene.client.enqueue(call, { n: 3 }, { ...mutex, expireIn: 100, onExpired: 'fail' });
    const patient = await scene.client.enqueue(call, { n: 4 }, mutex);
    await expect(gone.result({ timeoutMs: 15_000 })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await expect(failed.result({ timeoutMs: 15_000 })).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(worker.running).toBe(1);
    gate.open();
    await Promise.all([first.result(), patient.result()]);
  });

  test('lets a job that starts in time run', async () => {
    const scene = stage.open();
    const worker = scene.worker({});
    worker.handle(call, async () => {
      await delay(300);
      return 'done';
    });
    await worker.start();
    const job = await scene.client.enqueue(call, { n: 1 }, { expireIn: 150 });
    expect(await job.result()).toBe('done');
  });
});

test('onExpired without expireIn is refused', async () => {
  const scene = stage.open();
  await expect(scene.client.enqueue(call, { n: 1 }, { onExpired: 'fail' })).rejects.toThrow(
    'enqueue.onExpired: goes with "expireIn"',
  );
});
