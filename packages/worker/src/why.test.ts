import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import { snooze } from './handler-outcome.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const greet = defineJob<number>({ name: 'greet' });
const renamed = defineJob<number>({ name: 'welcome', aliases: ['greet'] });
const other = defineJob<number>({ name: 'other' });

/** A worker whose jobs run until they are told to end. */
async function busyWorker(scene: Scene, concurrency: number): Promise<Gate> {
  const gate = new Gate();
  const worker = scene.worker({ concurrency, leaseMs: 3000 });
  worker.handle(greet, () => gate.opened);
  await worker.start();
  return gate;
}

const codes = async (scene: Scene, id: string): Promise<string[]> =>
  (await scene.client.why(id)).map(({ code }) => code);

test('a job says that it runs, and on which worker', async () => {
  const scene = stage.open({ shards: 1 });
  const gate = await busyWorker(scene, 1);
  const { id } = await scene.client.enqueue(greet, 1);
  await eventually(async () => expect(await codes(scene, id)).toEqual(['RUNNING']));
  const [worker] = await scene.leases();
  expect(await scene.client.why(id)).toMatchObject([{ worker, pid: process.pid, isWorkerAlive: true }]);
  gate.open();
  await eventually(async () => expect(await codes(scene, id)).toEqual(['SUCCEEDED']));
});

test('a job behind a full worker says how many slots are busy', async () => {
  const scene = stage.open({ shards: 1 });
  const gate = await busyWorker(scene, 2);
  await scene.client.enqueueMany(greet, [1, 2]);
  const { id } = await scene.client.enqueue(greet, 3);
  await eventually(async () =>
    expect(await scene.client.why(id)).toMatchObject([
      { code: 'WAITS_FOR_SLOT', slots: 2, busy: 2, workers: 1 },
    ]),
  );
  gate.open();
});

test('a job whose handler is under another name is served by it', async () => {
  const scene = stage.open();
  const worker = scene.worker();
  worker.handle(renamed, () => undefined);
  await worker.start();
  await scene.client.queue('default').pause();
  const { id } = await scene.client.enqueue(greet, 1);
  expect(await codes(scene, id)).toEqual(['QUEUE_PAUSED']);
});

test('a job without a handler anywhere says so while it waits for one', async () => {
  const scene = stage.open();
  await busyWorker(scene, 1);
  const { id } = await scene.client.enqueue(other, 1);
  await eventually(async () => expect(await codes(scene, id)).toEqual(['SCHEDULED', 'NO_HANDLER']));
  expect(await scene.client.why(id)).toMatchObject([{ because: 'NO_HANDLER' }, { name: 'other' }]);
});

test('a job that was put off says by what', async () => {
  const scene = stage.open();
  const worker = scene.worker();
  worker.handle(greet, (n, ctx) => {
    if (n === 1) return snooze('1h', 'the shop is closed');
    if (n === 2) throw new Error('busy');
    return ctx.rateLimit('1h');
  });
  await worker.start();
  const handles = await scene.client.enqueueMany(greet, [1, 2]);
  const [snoozed = '', failed = ''] = handles.map(({ id }) => id);
  await eventually(async () =>
    expect(await scene.client.why(snoozed)).toMatchObject([
      { because: 'SNOOZED', why: 'the shop is closed' },
    ]),
  );
  await eventually(async () =>
    expect(await scene.client.why(failed)).toMatchObject([{ because: 'RETRY', error: { message: 'busy' } }]),
  );
  await scene.client.reschedule(failed, { in: '2h', by: 'eve' });
  expect(await scene.client.why(failed)).toMatchObject([{ because: 'RESCHEDULED' }]);
});

test('a job behind a handler that asked for a rest says until when', async () => {
  const scene = stage.open({ shards: 1 });
  const worker = scene.worker();
  worker.handle(greet, (_n, ctx) => ctx.rateLimit('1h'));
  await worker.start();
  const first = await scene.client.enqueue(greet, 1);
  await eventually(async () => expect(await codes(scene, first.id)).toEqual(['SCHEDULED']));
  const { id } = await scene.client.enqueue(greet, 2);
  expect(await codes(scene, id)).toEqual(['QUEUE_RESTS']);
});

test('when the worker has stopped, a job says that nobody takes its queue', async () => {
  const scene = stage.open();
  const worker = scene.worker();
  worker.handle(greet, () => undefined);
  await worker.start();
  await worker.stop();
  const { id } = await scene.client.enqueue(greet, 1);
  expect(await scene.client.why(id)).toMatchObject([{ code: 'NO_WORKER', workers: 0 }]);
});
