import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

/** Long enough for a job to start on a busy machine. */
const LATER_MS = 3000;
const call = defineJob<{ n: number }>({ name: 'call' });

describe('a deadline', () => {
  test('ends a job that has not started', async () => {
    const scene = stage.open();
    const job = await scene.client.enqueue(call, { n: 1 }, { expireIn: 50 });
    const worker = scene.worker({ queues: ['other'] });
    await worker.start();
    await expect(job.result({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('fails it, when it says so, with an error that a person sees', async () => {
    const scene = stage.open();
    const late = { expireIn: 50, onExpired: 'fail' } as const;
    const job = await scene.client.enqueue(call, { n: 1 }, late);
    const worker = scene.worker({ queues: ['other'] });
    await worker.start();
    await expect(job.result({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'JOB_FAILED' });
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
    await expect(gone.result({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await expect(failed.result({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(worker.running).toBe(1);
    gate.open();
    await Promise.all([first.result(), patient.result()]);
  });

  test('puts a job off that has waited too long for its turn, as often as it takes', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker({ concurrency: 4 });
    worker.handle(call, ({ n }, ctx) => (n === 1 ? gate.opened : ctx.attempt));
    await worker.start();
    const first = await scene.client.enqueue(call, { n: 1 }, { concurrency: {} });
    await eventually(() => worker.running === 1);
    const late = { concurrency: {}, expireIn: '1s', onExpired: 'reschedule' } as const;
    const second = await scene.client.enqueue(call, { n: 2 }, late);
    await eventually(async () => (await scene.job(second.id)).state === 'scheduled');
    const timesPutOff = async (): Promise<number> =>
      (await scene.history(second.id)).filter((what) => what === 'rescheduled').length;
    await eventually(async () => (await timesPutOff()) >= 2);
    gate.open();
    // It has used no attempt.
    expect(await second.result({ timeoutMs: 30_000 })).toBe(1);
    await first.result();
  });

  test('that puts off needs a second, and a deadline', async () => {
    const { client } = stage.open();
    const options = { expireIn: 999, onExpired: 'reschedule' } as const;
    await expect(client.enqueue(call, { n: 1 }, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(client.enqueue(call, { n: 1 }, { onExpired: 'reschedule' })).rejects.toMatchObject({
      message: expect.stringContaining('goes with "expireIn"'),
    });
  });

  test('lets a job that starts in time run', async () => {
    const scene = stage.open();
    const worker = scene.worker({});
    worker.handle(call, async () => {
      await delay(LATER_MS + 500);
      return 'done';
    });
    await worker.start();
    const job = await scene.client.enqueue(call, { n: 1 }, { expireIn: LATER_MS });
    expect(await job.result()).toBe('done');
  });
});

test('onExpired without expireIn is refused', async () => {
  const scene = stage.open();
  await expect(scene.client.enqueue(call, { n: 1 }, { onExpired: 'fail' })).rejects.toThrow(
    'enqueue.onExpired: goes with "expireIn"',
  );
});
