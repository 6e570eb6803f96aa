import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
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
