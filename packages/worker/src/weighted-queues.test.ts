import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob<string>({ name: 'work' });
const STARTS = 400;
/** Each with one slot, so that each claim, which draws an order, takes one job. */
const WORKERS = 10;

/** So many jobs of each queue in each shard that none runs dry: whatever is drawn is there. */
async function fill(scene: Scene, queue: string): Promise<void> {
  const inputs = Array.from({ length: STARTS + WORKERS }, () => queue);
  for (let call = 0; call < 2 * scene.target.shards; call++)
    await scene.client.enqueueMany(work, inputs.slice(0, inputs.length / 2), { queue });
}

/** Whose jobs were started, in their order. */
async function startsOf(scene: Scene): Promise<string[]> {
  const starts: string[] = [];
  await new Promise<void>((resolve) => {
    const queues = [{ name: 'heavy', weight: 3 }, 'light'];
    for (let n = 0; n < WORKERS; n++) {
      const worker = scene.worker({ concurrency: 1, queues });
      worker.handle(work, async (queue) => {
        if (starts.push(queue) === STARTS) resolve();
        // Nothing is claimed ahead of jobs that take as long.
        await delay(25);
      });
      void worker.start();
    }
  });
  return starts.slice(0, STARTS);
}

test.each([1, 4])(
  'a queue of weight 3 gets three starts of four, and the other one the rest, with %i shards',
  async (shards) => {
    const scene = stage.open({ shards });
    for (const queue of ['heavy', 'light']) await fill(scene, queue);
    const starts = await startsOf(scene);
    // 300 of 400, with a standard deviation of 8.7: seven of them.
    const heavy = starts.filter((queue) => queue === 'heavy').length;
    expect(heavy).toBeGreaterThan(300 - 61);
    expect(heavy).toBeLessThan(300 + 61);
  },
);
