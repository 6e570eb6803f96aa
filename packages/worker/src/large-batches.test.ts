import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob<object>({ name: 'work' });
const after = defineJob<string>({ name: 'after' });
const MANY = Array.from({ length: 100_000 }, () => ({}));

interface Ran {
  members: number;
  readonly callbacks: string[];
}

async function startWorker(scene: Scene): Promise<Ran> {
  const ran: Ran = { members: 0, callbacks: [] };
  const worker = scene.worker({ concurrency: 100 });
  worker.handle(work, () => void ran.members++);
  worker.handle(after, (name) => void ran.callbacks.push(name));
  await worker.start();
  return ran;
}

test('a batch of 100,000 jobs runs none before it is complete, then each once, and its callback once', async () => {
  const scene = stage.open();
  const ran = await startWorker(scene);
  const batch = await scene.client.batch(async (b) => {
    await b.enqueueMany(work, MANY);
    await b.flush();
    expect(ran.members).toBe(0);
    await b.onEnd(after, 'done', { on: 'finished' });
  });
  expect(await batch.finished({ timeoutMs: 60_000 })).toMatchObject({ succeeded: 100_000, pending: 0 });
  await eventually(() => expect(ran.callbacks).toEqual(['done']));
  expect(ran.members).toBe(100_000);
}, 90_000);

test('a batch of 100,000 jobs whose creation fails leaves nothing', async () => {
  const scene = stage.open();
  const ran = await startWorker(scene);
  const failed = scene.client.batch(async (b) => {
    await b.enqueueMany(work, MANY);
    await b.flush();
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  await eventually(async () => {
    const left = (await scene.keys()).filter((name) => /^(?:job|batch|members|waits|children):/.test(name));
    expect(left).toEqual([]);
  });
  expect(ran.members).toBe(0);
}, 90_000);
