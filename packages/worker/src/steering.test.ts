import { once } from 'node:events';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob<string>({ name: 'work' });
/** Beats come each 400 ms. */
const FAST = { leaseMs: 2000 } as const;

async function onlyWorker(scene: Scene): Promise<Awaited<ReturnType<Scene['monitor']['workers']>>[number]> {
  const [worker] = await scene.monitor.workers();
  if (worker === undefined) throw new Error('no worker lives');
  return worker;
}

describe('a worker that is steered from outside', () => {
  test('claims nothing while it is quiet, says so, and claims again after resume', async () => {
    const scene = stage.open();
    const worker = scene.worker(FAST);
    worker.handle(work, () => 'done');
    await worker.start();
    const { id } = await onlyWorker(scene);
    await scene.client.workers.quiet(id, { by: 'ada', reason: 'an upgrade' });
    await eventually(async () => expect((await onlyWorker(scene)).load).toMatchObject({ isQuiet: true }));
    expect((await onlyWorker(scene)).load).not.toHaveProperty('isStopping');
    const handle = await scene.client.enqueue(work, 'a');
    await expect(handle.result({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await scene.client.workers.resume(id);
    expect(await handle.result()).toBe('done');
    await eventually(async () => expect((await onlyWorker(scene)).load).toMatchObject({ isQuiet: false }));
    expect((await scene.monitor.audit({ target: id })).at(-1)).toMatchObject({
      actor: 'ada',
      action: 'quiet',
      reason: 'an upgrade',
    });
  });

  test('runs as many jobs at once as it was told', async () => {
    const scene = stage.open({ shards: 1 });
    const gate = new Gate();
    const worker = scene.worker({ ...FAST, concurrency: 2 });
    worker.handle(work, () => gate.opened);
    await worker.start();
    const { id } = await onlyWorker(scene);
    const handles = await scene.client.enqueueMany(work, ['a', 'b', 'c', 'd', 'e']);
    await eventually(() => worker.running === 2);
    await eventually(async () => expect((await onlyWorker(scene)).load?.concurrency).toBe(2));
    await scene.client.workers.setConcurrency(id, 4);
    await eventually(() => worker.running === 4);
    await eventually(async () => expect((await onlyWorker(scene)).load?.concurrency).toBe(4));
    await scene.client.workers.setConcurrency(id, 1);
    gate.open();
    await Promise.all(handles.map((handle) => handle.result()));
    await eventually(async () => expect((await onlyWorker(scene)).load?.concurrency).toBe(1));
  });

  test('stops when it is told to, after what it runs', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker(FAST);
    worker.handle(work, async () => {
      await gate.opened;
      return 'done';
    });
    await worker.start();
    const { id } = await onlyWorker(scene);
    const handle = await scene.client.enqueue(work, 'a');
    await eventually(() => worker.running === 1);
    const stopped = once(worker.events, 'stopped');
    await scene.client.workers.stop(id);
    await eventually(async () =>
      expect((await onlyWorker(scene)).load).toMatchObject({ isQuiet: true, isStopping: true }),
    );
    gate.open();
    await stopped;
    expect(await handle.result()).toBe('done');
    expect(await scene.monitor.workers()).toEqual([]);
    await worker.stop();
  });

  test('hears by its beat what a lost message told', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker(FAST);
    worker.handle(work, () => 1);
    await worker.start();
    const { id } = await onlyWorker(scene);
    const number = Date.now();
    await scene.call('HSET', `${scene.prefix()}order:${id}`, 'n', String(number), 'mode', `quiet ${number}`);
    await eventually(async () => expect((await onlyWorker(scene)).load).toMatchObject({ isQuiet: true }));
  });

  test('is not undone by an order about something else', async () => {
    const scene = stage.open();
    const worker = scene.worker(FAST);
    worker.handle(work, () => 1);
    await worker.start();
    const { id } = await onlyWorker(scene);
    await scene.client.workers.quiet(id);
    await eventually(async () => expect((await onlyWorker(scene)).load).toMatchObject({ isQuiet: true }));
    worker.resume();
    await scene.client.workers.setConcurrency(id, 3);
    await eventually(async () =>
      expect((await onlyWorker(scene)).load).toMatchObject({ concurrency: 3, isQuiet: false }),
    );
  });
});

test.each(['NobodyNobody', '', '../x', 7])('nobody steers the worker %o, which does not live', async (id) => {
  const { client } = stage.open();
  await expect(client.workers.quiet(id as string)).rejects.toMatchObject({ code: 'WORKER_NOT_FOUND' });
});

test.each([0, 1.5, 10_001, '3'])('no worker gets %o slots', async (slots) => {
  const { client } = stage.open();
  await expect(client.workers.setConcurrency('NobodyNobody', slots as number)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
