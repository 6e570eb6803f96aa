import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
const MANY = 300;
const numbers = Array.from({ length: MANY }, (_, i) => i);

test('an operation whose client is gone is ended by a worker', async () => {
  const scene = stage.open();
  const other = scene.newClient();
  await other.enqueueMany(greet, numbers, { queue: 'nobody' });
  const { id } = await other.bulk({ verb: 'cancel', filter: { state: 'enqueued' }, ratePerSecond: 200 });
  await other.close();
  const before = await scene.client.operations.get(id);
  expect(before).toMatchObject({ state: 'running' });
  const worker = scene.worker({ queues: ['mail'] });
  worker.handle(greet, () => undefined);
  await worker.start();
  const view = await eventually(async () => {
    const found = await scene.client.operations.get(id);
    return found?.state === 'done' && found;
  });
  expect(view).toMatchObject({ matched: MANY, changed: MANY });
  expect((await scene.client.queue('nobody').counts()).enqueued).toBe(0);
});

test('an operation whose worker is gone too is ended by the next one', async () => {
  const scene = stage.open();
  const other = scene.newClient();
  await other.scheduleMany(greet, numbers, { in: '1h' });
  const request = { verb: 'delete', filter: { state: 'scheduled' }, ratePerSecond: 60 } as const;
  const { id } = await other.bulk(request);
  await other.close();
  const changed = async (): Promise<number> => (await scene.client.operations.get(id))?.changed ?? 0;
  const first = scene.worker();
  first.handle(greet, () => undefined);
  await first.start();
  const atStart = await changed();
  await eventually(async () => (await changed()) > atStart);
  await first.stop({ now: true });
  expect(await changed()).toBeLessThan(MANY);
  const second = scene.worker();
  second.handle(greet, () => undefined);
  await second.start();
  await eventually(async () => (await changed()) === MANY, { timeoutMs: 80_000 });
  expect(await scene.monitor.counts()).toMatchObject({ scheduled: 0 });
  // Two takeovers, each up to a safety poll late, and what its rate takes: more than the usual time on a slow machine.
}, 150_000);

test('jobs that an operation requeues run', async () => {
  const scene = stage.open();
  const seen = new Map<number, number>();
  const worker = scene.worker({ queues: ['mail'] });
  worker.handle(greet, (n) => {
    const runs = (seen.get(n) ?? 0) + 1;
    seen.set(n, runs);
    if (runs === 1) throw new Error('not yet');
  });
  await worker.start();
  await scene.client.enqueueMany(greet, numbers, { maxAttempts: 1 });
  await eventually(async () => (await scene.monitor.counts()).failed === MANY);
  const operation = await scene.client.bulk({
    verb: 'requeue',
    filter: { state: 'failed', errorContains: 'not yet' },
  });
  expect(await operation.done()).toMatchObject({ changed: MANY });
  await eventually(async () => (await scene.monitor.counts()).succeeded === MANY);
  expect([...seen.values()].every((runs) => runs === 2)).toBe(true);
});
