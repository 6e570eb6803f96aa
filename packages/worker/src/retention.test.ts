import type { RetentionOptions } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
// What is kept is counted per shard.
const stage = new Stage(store, 1);
afterEach(() => stage.closeAll());

const work = defineJob<{ fails: boolean }>({ name: 'work', maxAttempts: 1 });

test('a worker keeps as much of what has ended as its retention says', async () => {
  const scene = stage.open();
  const worker = scene.worker({ retention: { succeededCount: 5, failedCount: 3 } });
  worker.handle(work, ({ fails }) => {
    if (fails) throw new Error('asked to');
  });
  await worker.start();
  const inputs = Array.from({ length: 60 }, (_, n) => ({ fails: n % 2 === 0 }));
  await scene.client.enqueueMany(work, inputs);
  await eventually(async () => {
    const { enqueued, processing, succeeded, failed } = await scene.monitor.counts();
    expect({ enqueued, processing, succeeded, failed }).toEqual({
      enqueued: 0,
      processing: 0,
      succeeded: 5,
      failed: 3,
    });
  });
});

describe('a job that says how long it is kept', () => {
  const stateOf = async (scene: Scene, id: string): Promise<unknown> => {
    const job = await scene.client.get(id);
    return job !== undefined && 'state' in job ? job.state : undefined;
  };
  async function ended(scene: Scene, count: number): Promise<void> {
    await eventually(async () => {
      const { succeeded, failed, cancelled } = await scene.monitor.counts();
      return succeeded + failed + cancelled === count;
    });
  }
  async function start(scene: Scene, options: { retention?: RetentionOptions } = {}): Promise<void> {
    const worker = scene.worker(options);
    worker.handle(work, ({ fails }) => {
      if (fails) throw new Error('asked to');
    });
    await worker.start();
  }

  test('is removed when that time is over; others stay', async () => {
    const scene = stage.open();
    await start(scene);
    const short = await scene.client.enqueue(work, { fails: false }, { retention: { succeededFor: 0 } });
    const other = await scene.client.enqueue(work, { fails: false }, { retention: { failedFor: 0 } });
    const failed = await scene.client.enqueue(work, { fails: true }, { retention: { failedFor: 0 } });
    const later = await scene.client.enqueue(work, { fails: true }, { retention: { failedFor: '1h' } });
    await ended(scene, 4);
    await scene.trim();
    const ids = [short, other, failed, later].map(({ id }) => id);
    expect(await Promise.all(ids.map((id) => stateOf(scene, id)))).toEqual([
      undefined,
      'succeeded',
      undefined,
      'failed',
    ]);
    expect(await scene.monitor.counts()).toMatchObject({ succeeded: 1, failed: 1 });
  });

  test('outlives those that came after it', async () => {
    const scene = stage.open();
    await start(scene, { retention: { succeededCount: 3 } });
    const long = await scene.client.enqueue(work, { fails: false }, { retention: { succeededFor: '1h' } });
    await ended(scene, 1);
    await scene.client.enqueueMany(
      work,
      Array.from({ length: 50 }, () => ({ fails: false })),
    );
    await eventually(async () => {
      await scene.trim();
      return (await scene.monitor.counts()).succeeded <= 4;
    });
    expect(await stateOf(scene, long.id)).toBe('succeeded');
  });

  test('stays as long as somebody waits for its result', async () => {
    const scene = stage.open();
    const job = await scene.client.enqueue(work, { fails: false }, { retention: { succeededFor: 0 } });
    const result = job.result();
    await eventually(async () => (await scene.call('ZCARD', `${scene.prefix()}watched`)) === 1);
    await start(scene);
    await ended(scene, 1);
    await scene.trim();
    await expect(result).resolves.toBeNull();
    expect(await stateOf(scene, job.id)).toBe('succeeded');
  });

  test('and is requeued, is not removed while it lives', async () => {
    const scene = stage.open();
    await start(scene);
    const keep = { queue: 'default', retention: { failedFor: 0 } };
    const job = await scene.client.enqueue(work, { fails: true }, keep);
    await ended(scene, 1);
    await scene.client.queue('default').pause();
    await scene.client.requeue(job.id);
    await scene.trim();
    expect(await stateOf(scene, job.id)).toBe('enqueued');
    expect(await scene.call('EXISTS', `${scene.prefix()}kept`)).toBe(0);
  });

  test('may say so in its contract, and a wrong time is refused', async () => {
    const scene = stage.open();
    const brief = defineJob<null>({ name: 'brief', retention: { succeededFor: 0, failedFor: 0 } });
    const worker = scene.worker();
    worker.handle(brief, () => 1);
    await worker.start();
    const { id } = await scene.client.enqueue(brief, null);
    await ended(scene, 1);
    await scene.trim();
    expect(await stateOf(scene, id)).toBeUndefined();
    const wrong = scene.client.enqueue(brief, null, { retention: { succeededFor: '3651d' } });
    await expect(wrong).rejects.toThrow(
      'enqueue.retention.succeededFor: must be milliseconds (0 to ten years)',
    );
  });
});
