import { setTimeout as delay } from 'node:timers/promises';
import type { JobHandle } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const SHARDS = 4;
const store = await sharedRedis();
const stage = new Stage(store, SHARDS);
afterEach(() => stage.closeAll());

const send = defineJob<{ n: number }>({ name: 'mail.send', queue: 'mail' });
const parent = defineJob<{ n: number }>({ name: 'order.pay', queue: 'orders' });

/** Two workers that notice how many of a queue's jobs run at one time over both, and when each began. */
async function observe(scene: Scene, forMs: number): Promise<{ most: () => number; starts: number[] }> {
  let [running, most] = [0, 0];
  const starts: number[] = [];
  const run = async (): Promise<void> => {
    starts.push(performance.now());
    most = Math.max(most, ++running);
    await delay(forMs);
    running--;
  };
  const workers = [1, 2].map(() => {
    const worker = scene.worker({ queues: ['mail', 'orders'], concurrency: 20 });
    worker.handle(send, run);
    worker.handle(parent, () => undefined);
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.start()));
  return { most: () => most, starts };
}

/** Jobs of the queue that something else than the queue places: members of batches, continuations, jobs with keys. */
async function scatter(scene: Scene, count: number): Promise<JobHandle[]> {
  const all: JobHandle[] = [];
  for (let i = 0; i < 4; i++) {
    const batch = await scene.client.batches.create(async (members) => {
      const jobs = await members.enqueueMany(
        send,
        Array.from({ length: count }, (_, n) => ({ n })),
      );
      all.push(...jobs);
    });
    expect(batch.id).toBeTypeOf('string');
  }
  for (let n = 0; n < count; n++) {
    const before = await scene.client.enqueue(parent, { n });
    all.push(await scene.client.continueWith(before, send, { n }));
    all.push(await scene.client.enqueue(send, { n }, { concurrency: { key: `customer:${n}` } }));
    all.push(await scene.client.enqueue(send, { n }));
  }
  return all;
}

async function shardsWith(scene: Scene, pattern: string): Promise<number> {
  const keys = (await scene.call('KEYS', `{${scene.target.namespace}:*${pattern}`)) as string[];
  return new Set(keys.map((key) => key.slice(0, key.indexOf('}')))).size;
}

describe('the limit of a queue whose jobs lie in several shards', () => {
  test.each([1, 6])('%i is never passed, and all run', async (limit) => {
    const scene = stage.open();
    await scene.client.queue('mail').configure({ limit });
    const jobs = await scatter(scene, 6);
    expect(await shardsWith(scene, 'ready:mail:2')).toBeGreaterThan(1);
    const { most } = await observe(scene, 10);
    await Promise.all(jobs.map((job) => job.result()));
    expect(most()).toBeLessThanOrEqual(limit);
    expect(most()).toBeGreaterThan(limit / 2);
  });

  test('set while jobs lie everywhere already, holds them too', async () => {
    const scene = stage.open();
    const jobs = await scene.client.enqueueMany(
      send,
      Array.from({ length: 40 }, (_, n) => ({ n })),
    );
    await scene.client.queue('mail').configure({ limit: 3 });
    const { most } = await observe(scene, 20);
    await Promise.all(jobs.map((job) => job.result()));
    expect(most()).toBe(3);
  });

  test('why says that the places are elsewhere', async () => {
    const scene = stage.open();
    await scene.client.queue('mail').configure({ limit: 1 });
    const handles = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        scene.client.enqueue(send, { n }, { concurrency: { key: `customer:${n}` } }),
      ),
    );
    const worker = scene.worker({ queues: ['mail'] });
    worker.handle(send, () => delay(1));
    const reasons = await Promise.all(handles.map(({ id }) => scene.client.why(id)));
    const messages = reasons.flat().map(({ message }) => message);
    expect(messages).toContain('queue mail runs as many jobs as it may, in other shards');
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
  });
});

describe('the rate of a queue whose jobs lie in several shards', () => {
  test('is never passed, and all start', async () => {
    const scene = stage.open();
    await scene.client.queue('mail').configure({ rate: { limit: 20, per: '1s', burst: 5 } });
    const jobs = await scatter(scene, 8);
    const { starts } = await observe(scene, 0);
    await Promise.all(jobs.map((job) => job.result()));
    starts.sort((a, b) => a - b);
    // What a shard was given for one round, it may use up to two rounds later: 2.4 s.
    for (const [i, from] of starts.entries()) {
      const within = starts.slice(i).filter((at) => at - from <= 1000).length;
      expect(within).toBeLessThanOrEqual(5 + 20 + 20 * 2.4);
    }
    const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1000;
    expect(starts.length).toBeLessThanOrEqual(5 + 20 * (seconds + 2.4));
  });
});

describe('a change of a queue that did not reach all shards', () => {
  test('is completed: a limit', async () => {
    const scene = stage.open();
    await scene.client.queue('mail').configure({ limit: 7 });
    const holders = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) =>
        scene.call('HGET', `${scene.prefix(shard)}settings`, 'mail'),
      ),
    );
    const home = holders.findIndex((text) => String(text).includes('home'));
    const guest = (home + 1) % SHARDS;
    await scene.call('HSET', `${scene.prefix(guest)}settings`, 'mail', '{"limit":9,"shards":4}');
    await scene.call('HDEL', `${scene.prefix((home + 2) % SHARDS)}settings`, 'mail');
    await scene.worker({ queues: ['mail'] }).start();
    for (let shard = 0; shard < SHARDS; shard++)
      await eventually(async () =>
        expect(await scene.call('HGET', `${scene.prefix(shard)}settings`, 'mail')).toBe(holders[shard]),
      );
  });

  test('is completed: a pause, with who and why, and its end', async () => {
    const scene = stage.open();
    const paused = (shard: number): Promise<unknown> =>
      scene.call('HGET', `${scene.prefix(shard)}paused`, 'mail');
    await scene.client.queue('mail').configure({ limit: 7 });
    await scene.client.queue('mail').pause({ by: 'eve', reason: 'a test' });
    await scene.call('HDEL', `${scene.prefix(2)}paused`, 'mail');
    await scene.worker({ queues: ['mail'] }).start();
    await eventually(async () => expect(String(await paused(2))).toContain('"by":"eve","why":"a test"'));
    await scene.call('HDEL', `${scene.prefix(0)}paused`, 'mail');
    for (let shard = 0; shard < SHARDS; shard++)
      await eventually(async () => expect(await paused(shard)).toBe(null));
  });
});
