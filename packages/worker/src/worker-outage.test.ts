import { defineJob, RedisError } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import type { FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import type { TestContext } from 'vitest';
import { afterEach, describe, expect, test } from 'vitest';
import type { WorkerOptions } from './options.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
const proxies: FlakyProxy[] = [];
const servers: TestRedis[] = [];
afterEach(async () => {
  await stage.closeAll();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const work = defineJob({ name: 'work', retry: { fixed: 0 } });
/** A short lease: beats come each 400 ms. */
const FAST: Partial<WorkerOptions> = { leaseMs: 2000, commandTimeout: 400 };
/** Sooner than the safety poll: a wake-up has brought it. */
const SOON_MS = 5000;

async function newProxy(): Promise<FlakyProxy> {
  const proxy = await startFlakyProxy({ targetPort: store.port });
  proxies.push(proxy);
  return proxy;
}

async function newServer(appendonly: 'no' | 'always'): Promise<TestRedis> {
  const server = await startRedis({ appendonly });
  servers.push(server);
  return server;
}

describe('a worker whose lease was removed', () => {
  test('aborts what it runs, takes a new identity, and goes on', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker(FAST);
    const reasons: unknown[] = [];
    worker.handle(work, async (input, ctx) => {
      if (input !== 'long' || reasons.length > 0) return 'done';
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
      reasons.push(ctx.signal.reason);
      throw ctx.signal.reason as Error;
    });
    await worker.start();
    const [before] = await scene.leases();
    const long = await scene.client.enqueue(work, 'long');
    await eventually(() => worker.running === 1);
    await scene.call('ZREM', `${scene.prefix()}leases`, before ?? '');
    expect(await long.result()).toBe('done');
    expect(reasons).toMatchObject([{ code: 'LEASE_LOST' }]);
    const after = await scene.leases();
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
    expect(await (await scene.client.enqueue(work, 'next')).result({ timeoutMs: SOON_MS })).toBe('done');
  });

  test('again and again, under load, loses no job and keeps one identity', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ ...FAST, concurrency: 20 });
    worker.handle(work, () => 1);
    await worker.start();
    const handles = await scene.client.enqueueMany(
      work,
      Array.from({ length: 3000 }, (_, n) => n),
    );
    for (let n = 0; n < 5; n++) {
      const [identity] = await eventually(async () => {
        const leases = await scene.leases();
        return leases.length === 1 && leases;
      });
      // As a rescuer does: the lease first, then the jobs.
      await scene.call('ZADD', `${scene.prefix()}leases`, '1', identity ?? '');
    }
    // The last net is the timed reconcile, at most 18 s away: what is not lost has ended by then.
    await Promise.all(handles.map((handle) => handle.result({ timeoutMs: 40_000 })));
    await eventually(async () => (await scene.leases()).length === 1);
    expect(scene.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('comes back even if Redis is away while it asks for the new one', async () => {
    const proxy = await newProxy();
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ ...FAST, commandTimeout: 100, redis: proxy.url });
    worker.handle(work, () => 'done');
    let errors = 0;
    worker.events.on('error', () => errors++);
    await worker.start();
    const registering = proxy.holdNextRequest('"startedAt"');
    await scene.call('DEL', `${scene.prefix()}leases`);
    await registering;
    proxy.blackhole(true);
    const before = errors;
    await eventually(() => errors > before + 8);
    proxy.blackhole(false);
    proxy.cutAll();
    const handle = await scene.client.enqueue(work, 1);
    expect(await handle.result({ timeoutMs: 10_000 })).toBe('done');
  });
});

describe('Redis that restarts under a worker', () => {
  test('empty: the worker registers again, and is woken as before', async () => {
    const server = await newServer('no');
    const scene = stage.open({ url: server.url, shards: 1 });
    const worker = scene.worker(FAST);
    worker.handle(work, () => 'done');
    await worker.start();
    await server.kill();
    await server.restart();
    await eventually(async () => (await scene.leases()).length === 1);
    for (let n = 0; n < 3; n++) {
      const handle = await scene.client.enqueue(work, n);
      expect(await handle.result({ timeoutMs: SOON_MS })).toBe('done');
    }
  });

  test('with its data: a run that went on meanwhile counts', async () => {
    const server = await newServer('always');
    const scene = stage.open({ url: server.url, shards: 1 });
    const worker = scene.worker();
    const gate = new Gate();
    let runs = 0;
    worker.handle(work, async () => {
      runs++;
      await gate.opened;
      return 'done';
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await server.kill();
    gate.open();
    await eventually(() => worker.running === 0);
    await server.restart();
    await eventually(async () => (await scene.job(handle.id)).state === 'succeeded');
    expect([runs, await scene.history(handle.id)]).toEqual([1, ['succeeded']]);
  });

  test('after most of a lease: what runs is told that it may run elsewhere', async () => {
    const server = await newServer('always');
    const scene = stage.open({ url: server.url, shards: 1 });
    const worker = scene.worker(FAST);
    const reasons: unknown[] = [];
    worker.handle(work, async (_input, ctx) => {
      if (reasons.length > 0) return 'again';
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
      reasons.push(ctx.signal.reason);
      throw ctx.signal.reason as Error;
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, 1);
    await eventually(() => worker.running === 1);
    await server.kill();
    await eventually(() => reasons.length);
    expect(reasons).toMatchObject([{ code: 'LEASE_LOST' }]);
    await server.restart();
    await eventually(async () => (await scene.job(handle.id)).state === 'succeeded');
    expect((await scene.job(handle.id)).attempt).toBe(1);
  });
});

describe('a lost reply', () => {
  test('of a claim: its jobs come back and run, with all their attempts', async () => {
    const proxy = await newProxy();
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ redis: proxy.url, queues: ['unlucky'] });
    worker.handle(work, (_input, ctx) => ctx.attempt);
    const handles = await scene.client.enqueueMany(work, [1, 2, 3], { queue: 'unlucky' });
    const isClaim = (request: Buffer): boolean =>
      request.includes('unlucky') && request.includes('000000000001');
    const lost = proxy.cutAfterNextRequest(isClaim);
    await worker.start();
    await lost;
    const attempts = await Promise.all(handles.map((handle) => handle.result({ timeoutMs: 10_000 })));
    expect(attempts).toEqual([1, 1, 1]);
    expect(await scene.history(handles[0]?.id ?? '')).toEqual(['succeeded']);
  });

  test('of an outcome: it is sent again, and counts once', async () => {
    const proxy = await newProxy();
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ redis: proxy.url });
    let runs = 0;
    const told: string[] = [];
    worker.events.on('succeeded', ({ id }) => told.push(id));
    worker.events.on('lost', ({ id }) => told.push(`lost ${id}`));
    worker.handle(work, () => ++runs);
    await worker.start();
    const lost = proxy.cutAfterNextRequest('\nS ');
    const handle = await scene.client.enqueue(work, 1);
    await lost;
    await eventually(() => told.length);
    expect([runs, told]).toEqual([1, [handle.id]]);
    expect((await scene.monitor.totals())['succeeded']).toBe(1);
  });

  test('of a subscription: wake-ups arrive all the same, soon', async () => {
    const proxy = await newProxy();
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker({ ...FAST, redis: proxy.url });
    worker.handle(work, () => 'done');
    const held = proxy.holdNextRequest('subscribe');
    await worker.start();
    await held;
    const wakers = async (): Promise<unknown> => {
      const [identity = ''] = await scene.leases();
      return ((await scene.call('PUBSUB', 'NUMSUB', `${scene.prefix()}wake:${identity}`)) as unknown[])[1];
    };
    await eventually(async () => (await wakers()) === 1);
    expect(await (await scene.client.enqueue(work, 1)).result({ timeoutMs: SOON_MS })).toBe('done');
  });
});

describe.concurrent('Redis that cannot be reached', () => {
  /** A server and a scene on it, for a test that runs beside others. */
  async function ownScene(
    onTestFinished: TestContext['onTestFinished'],
  ): Promise<{ server: TestRedis; scene: Scene }> {
    const server = await startRedis();
    const own = new Stage({ url: server.url, namespace: () => 'own' }, 1);
    onTestFinished(async () => {
      await own.closeAll();
      await server.stop();
    });
    return { server, scene: own.open() };
  }

  test('ends a start with a typed error, and a later start works', async ({ onTestFinished }) => {
    const { server, scene } = await ownScene(onTestFinished);
    const worker = scene.worker({ commandTimeout: 500 });
    worker.handle(work, () => 'done');
    await server.kill();
    const begun = performance.now();
    const failure: unknown = await worker.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RedisError);
    expect(failure).toMatchObject({ code: 'REDIS_UNREACHABLE' });
    expect(performance.now() - begun).toBeLessThan(18_000);
    await server.restart();
    await worker.start();
    expect(await (await scene.client.enqueue(work, 1)).result()).toBe('done');
  });

  test('does not keep a worker from stopping, nor make it tell of a success that Redis does not have', async ({
    onTestFinished,
  }) => {
    const { server, scene } = await ownScene(onTestFinished);
    const worker = scene.worker({ ...FAST, concurrency: 2 });
    const told: string[] = [];
    const gate = new Gate();
    worker.events.on('succeeded', () => told.push('succeeded'));
    worker.handle(work, (input) => (input === 'ends' ? gate.opened : new Promise(() => undefined)));
    await worker.start();
    await scene.client.enqueueMany(work, ['ends', 'never ends']);
    await eventually(() => worker.running === 2);
    await server.kill();
    gate.open();
    await eventually(() => worker.running === 1);
    const begun = performance.now();
    await worker.stop({ now: true });
    expect(performance.now() - begun).toBeLessThan(18_000);
    expect(told).toEqual([]);
  });
});
