import { setTimeout as delay } from 'node:timers/promises';
import { ClosedError, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import type { FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { JobContext } from './job-context.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
const proxies: FlakyProxy[] = [];
afterEach(async () => {
  await stage.closeAll();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});

const work = defineJob({ name: 'work', retry: { fixed: 0 } });

/** Sooner than the safety poll: a wake-up has brought it. */
const SOON_MS = 5000;

/** Runs until its signal aborts, then throws the reason. */
async function untilAborted(ctx: JobContext, reasons: unknown[]): Promise<never> {
  const { signal } = ctx;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  reasons.push((signal.reason as { code: string }).code);
  throw signal.reason as Error;
}

describe('stop', () => {
  test('waits for what runs, and claims nothing more', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ concurrency: 2 });
    const gate = new Gate();
    worker.handle(work, () => gate.opened.then(() => 'done'));
    const handles = await scene.client.enqueueMany(work, [1, 2, 3]);
    await worker.start();
    await eventually(() => worker.running === 2);
    const stopped = worker.stop();
    gate.open();
    await stopped;
    const states = await Promise.all(handles.map(async ({ id }) => (await scene.job(id)).state));
    expect(states).toEqual(['succeeded', 'succeeded', 'enqueued']);
  });

  test('gives back what runs too long: at the front, without using an attempt', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ concurrency: 3, shutdownTimeout: 100 });
    const reasons: unknown[] = [];
    worker.handle(work, (_input, ctx) => untilAborted(ctx, reasons));
    const handles = await scene.client.enqueueMany(work, [1, 2, 3, 4, 5]);
    await worker.start();
    await eventually(() => worker.running === 3);
    await worker.stop();
    expect(reasons).toEqual(['WORKER_STOPPING', 'WORKER_STOPPING', 'WORKER_STOPPING']);
    const front = (await scene.call('LRANGE', `${scene.prefix()}ready:default:2`, '0', '-1')) as string[];
    expect(front).toEqual(handles.map(({ id }) => id));
    expect(await scene.job(handles[0]?.id ?? '')).toMatchObject({
      state: 'enqueued',
      attempt: 1,
      recoveries: 0,
      history: [{ what: 'released', detail: { reason: 'WORKER_STOPPING' } }],
    });
    expect(await scene.history(handles[3]?.id ?? '')).toEqual([]);
  });

  test('now does not wait, even for handlers that ignore their signals', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 10 });
    const gate = new Gate();
    worker.handle(work, () => gate.opened);
    const handles = await scene.client.enqueueMany(work, [1, 2, 3]);
    await worker.start();
    await eventually(() => worker.running === 3);
    const begun = performance.now();
    await worker.stop({ now: true });
    expect(performance.now() - begun).toBeLessThan(10_000);
    for (const { id } of handles)
      expect(await scene.job(id)).toMatchObject({ state: 'enqueued', attempt: 1 });
    gate.open();
    await delay(0);
    expect((await scene.monitor.counts()).enqueued).toBe(3);
  });

  test('now also ends a wait that is under way', async () => {
    const scene = stage.open();
    const worker = scene.worker({ shutdownTimeout: '1h' });
    worker.handle(work, () => new Promise(() => undefined));
    await scene.client.enqueue(work, 1);
    await worker.start();
    await eventually(() => worker.running === 1);
    const patient = worker.stop();
    await worker.stop({ now: true });
    await patient;
    expect((await scene.monitor.counts()).enqueued).toBe(1);
  });

  test('gives back what a claim brings that was under way', async () => {
    const proxy = await startFlakyProxy({ targetPort: store.port });
    proxies.push(proxy);
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ redis: proxy.url });
    let started = 0;
    worker.handle(work, () => {
      started++;
      return new Promise(() => undefined);
    });
    await worker.start();
    await eventually(async () => (await scene.keys()).includes('idle:default'));
    // So long that the stop begins before the answer of the claim is here.
    proxy.delay(1000);
    const { id } = await scene.client.enqueue(work, 1);
    await eventually(async () => (await scene.job(id)).state === 'processing');
    const stopped = worker.stop({ now: true });
    proxy.delay(0);
    await stopped;
    expect(await scene.job(id)).toMatchObject({ state: 'enqueued', attempt: 1 });
    expect([started, await scene.leases()]).toEqual([0, []]);
  });

  test('twice, or before the start, does no harm; a start after it is refused', async () => {
    const scene = stage.open();
    const never = scene.worker();
    await Promise.all([never.stop(), never.stop({ now: true })]);
    await expect(never.start()).rejects.toThrow(ClosedError);
    const worker = scene.worker();
    await worker.start();
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.stop({ now: true });
    await expect(worker.start()).rejects.toMatchObject({ code: 'CLOSED' });
    worker.quiet();
    worker.resume();
    expect(worker.running).toBe(0);
  });

  test('during the start leaves nothing', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, () => 1);
    const starting = worker.start();
    await worker.stop();
    await starting;
    expect(await scene.leases()).toEqual([]);
  });

  test('resume does not bring a stopping worker back to work', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 1 });
    const gate = new Gate();
    let runs = 0;
    worker.handle(work, () => {
      runs++;
      return gate.opened;
    });
    await worker.start();
    await scene.client.enqueueMany(work, [1, 2, 3]);
    await eventually(() => worker.running === 1);
    const stopped = worker.stop();
    worker.resume();
    gate.open();
    await stopped;
    expect(runs).toBe(1);
  });

  test('is what leaving the scope of an `await using` does', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    await worker.start();
    await worker[Symbol.asyncDispose]();
    expect(await scene.leases()).toEqual([]);
  });
});

/** What keeps the process alive, once calls that have just been answered have put away their timers. */
async function openResources(): Promise<string[]> {
  await delay(100);
  return process.getActiveResourcesInfo().toSorted();
}

describe('after stop', () => {
  test('no timer, connection or thread of the worker is left', async () => {
    const scene = stage.open();
    await scene.client.connect();
    await scene.call('PING');
    await scene.client.enqueue(work, 1);
    const before = await openResources();
    const worker = scene.worker();
    worker.handle(work, (_input, ctx) => ctx.progress(1));
    await worker.start();
    await eventually(async () => (await scene.monitor.counts()).succeeded === 1);
    await scene.monitor.close();
    await worker.stop();
    let after = await openResources();
    for (let tries = 0; tries < 20 && after.length > before.length; tries++) after = await openResources();
    expect(after).toEqual(before);
  });

  test('Redis keeps no trace of the worker but the jobs and the history', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ queues: ['default', 'mail'], leaseMs: 2000 });
    worker.handle(work, () => 1);
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await handle.result();
    await eventually(async () => (await scene.keys()).includes('loads'));
    await worker.stop();
    // History stays, as long as it should; what expires by itself; and what the worker's jobs are like and how many were taken.
    const keys = (await scene.keys()).filter(
      (key) => !/^(producer:|told:|tally:|(counted|taken|contracts)$)/.test(key),
    );
    expect(keys).toEqual(
      [`job:${handle.id}`, 'meta', 'queues', 'stats', 'succeeded', 'sweep', 'watched'].toSorted(),
    );
  });
});

describe('quiet', () => {
  test('claims nothing until resume, while what runs goes on', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 5 });
    const gate = new Gate();
    worker.handle(work, () => gate.opened);
    await worker.start();
    const first = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    worker.quiet();
    worker.quiet();
    const second = await scene.client.enqueue(work, 2);
    gate.open();
    await first.result();
    expect((await scene.job(second.id)).state).toBe('enqueued');
    worker.resume();
    worker.resume();
    await second.result();
  });

  test('passes a wake-up on, so that another worker serves at once', async () => {
    const scene = stage.open();
    const [idle, quiet] = [scene.worker(), scene.worker()];
    for (const worker of [idle, quiet]) worker.handle(work, () => worker === idle);
    await idle.start();
    await quiet.start();
    quiet.quiet();
    for (let n = 0; n < 5; n++) {
      const handle = await scene.client.enqueue(work, n);
      expect(await handle.result({ timeoutMs: SOON_MS })).toBe(true);
    }
  });
});

describe('cancel', () => {
  test('aborts a running job, whose outcome counts no more', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const reasons: unknown[] = [];
    worker.handle(work, (_input, ctx) => untilAborted(ctx, reasons));
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await scene.client.cancel(handle.id, { by: 'ada', reason: 'wrong address' });
    await eventually(() => worker.running === 0);
    expect(reasons).toEqual(['JOB_CANCELLED']);
    expect(await scene.job(handle.id)).toMatchObject({
      state: 'cancelled',
      history: [{ what: 'cancelled', detail: { by: 'ada', why: 'wrong address' } }],
    });
  });

  test('counts even if the handler ignores its signal and returns', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const gate = new Gate();
    const told: string[] = [];
    worker.events.on('cancelled', ({ id }) => told.push(id));
    // The handler ended before its worker heard of it.
    worker.events.on('lost', ({ id }) => told.push(id));
    worker.handle(work, () => gate.opened.then(() => 'a result'));
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await scene.client.cancel(handle.id);
    gate.open();
    await eventually(() => worker.running === 0);
    await eventually(() => told.length);
    expect([told, (await scene.job(handle.id)).state]).toEqual([[handle.id], 'cancelled']);
  });

  test('and requeue at once runs the job again, and only the new run counts', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const gate = new Gate();
    let runs = 0;
    worker.handle(work, async () => {
      const run = ++runs;
      if (run === 1) await gate.opened;
      return run;
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await scene.client.cancel(handle.id);
    await scene.client.requeue(handle.id);
    expect(await handle.result()).toBe(2);
    gate.open();
    await eventually(() => worker.running === 0);
    expect(await scene.history(handle.id)).toEqual(['cancelled', 'requeued', 'succeeded']);
  });

  test('delete by force ends a running job too', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const reasons: unknown[] = [];
    worker.handle(work, (_input, ctx) => untilAborted(ctx, reasons));
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await scene.client.delete(handle.id, { force: true });
    await eventually(() => worker.running === 0);
    expect([reasons, await scene.client.get(handle.id)]).toEqual([['JOB_CANCELLED'], undefined]);
  });
});
