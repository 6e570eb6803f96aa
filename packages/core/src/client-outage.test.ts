import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startRedis } from '@linstock/test-kit/redis';
import { testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { EnqueueUncertainError, RedisFullError } from './errors.ts';
import { Connection } from './redis/connect.ts';
import { SHA1 } from './redis/script.ts';

const server = await startRedis();
const direct = server.connect();
afterAll(() => server.stop());

const shards = testShardCount();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

let count = 0;
let namespace: string;
let proxy: FlakyProxy;
let client: Client;
beforeEach(async () => {
  namespace = `outage${count++}`;
  proxy = await startFlakyProxy({ targetPort: server.port });
  client = new Client({ redis: proxy.url, namespace, shards, commandTimeout: 400 });
});
afterEach(async () => {
  await client.close();
  await proxy.stop();
});

const waiting = async (): Promise<number> => (await client.queue('mail').counts()).entries;
const enqueues = SHA1.enqueue;

/** Each shard has had a call, so that codes are known and scripts loaded. */
async function warmUp(): Promise<void> {
  for (let n = 0; n < shards; n++) await client.enqueue(greet, n);
}

describe('a call whose answer is lost is sent again and counts once', () => {
  test('when the connection breaks after it was executed', async () => {
    await warmUp();
    const cut = proxy.cutAfterNextRequest(enqueues);
    const { id } = await client.enqueue(greet, 1);
    await cut;
    expect(await client.get(id)).toMatchObject({ state: 'enqueued' });
    expect(await waiting()).toBe(shards + 1);
  });

  test('when the server is silent, and the first copy arrives late', async () => {
    await warmUp();
    const held = proxy.holdNextRequest(enqueues);
    const handle = client.enqueue(greet, 1);
    const late = await held;
    const { id } = await handle;
    expect(String(await late.deliver())).toContain('ALREADY');
    expect(await client.get(id)).toMatchObject({ state: 'enqueued' });
    expect(await waiting()).toBe(shards + 1);
  });

  test('when the same bytes arrive again after later calls', async () => {
    await warmUp();
    const captured = proxy.captureNextRequest(enqueues);
    await client.enqueue(greet, 1);
    const first = await captured;
    // Each lane of each shard has another call.
    for (let n = 0; n < 4 * shards; n++)
      await Promise.all([client.enqueue(greet, n), client.enqueueMany(greet, [n])]);
    const before = await waiting();
    expect(String(await first.deliver())).toMatch(/STALE|ALREADY/);
    expect(await waiting()).toBe(before);
  });

  test('when a scheduling call is cut', async () => {
    await warmUp();
    const cut = proxy.cutAfterNextRequest(SHA1.schedule);
    // The first schedule loads its script by EVAL; the second is the one that is cut.
    for (let n = 0; n < shards; n++)
      await direct.script('LOAD', (await import('./generated/lua.ts')).LUA.schedule);
    const { id } = await client.schedule(greet, 1, { in: '1h' });
    await cut;
    const scores = await Promise.all(
      Array.from({ length: shards }, (_, n) => direct.zcard(`{${namespace}:${n}}:scheduled`)),
    );
    expect(scores.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await client.get(id)).toMatchObject({ state: 'scheduled' });
  });
});

describe('a call that stays without an answer', () => {
  test('ends as uncertain with its ids; a late copy after the next call is refused', async () => {
    const short = new Client({ redis: proxy.url, namespace, shards, commandTimeout: 200, retryFor: 100 });
    for (let n = 0; n < shards; n++) await retry(short, n);
    const held = proxy.holdNextRequest(enqueues);
    proxy.dropReplies(false);
    const lost = short.enqueue(greet, 1).catch((error: unknown) => error);
    const late = await held;
    proxy.blackhole(true);
    const error = await lost;
    proxy.blackhole(false);
    proxy.cutAll();
    expect(error).toBeInstanceOf(EnqueueUncertainError);
    const { ids } = (error as EnqueueUncertainError).fields as { ids: string[] };
    expect(ids).toHaveLength(1);
    for (let n = 0; n < 4 * shards; n++)
      await Promise.all([client.enqueue(greet, n), client.enqueueMany(greet, [n])]);
    for (let n = 0; n < 4 * shards; n++) await Promise.all([retry(short, n), retry(short, n)]);
    expect(String(await late.deliver())).toContain('STALE');
    expect(await client.get(ids[0] ?? '')).toBeUndefined();
    await short.close();
  });
});

/** An enqueue that is repeated: while the connection comes back, or because a busy machine did not answer in time. */
async function retry(short: Client, n: number): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await short.enqueue(greet, n);
      return;
    } catch {
      // A connection that was cut comes back within a second.
      await direct.ping();
    }
  }
}

describe('a Redis that cannot be reached', () => {
  test.each(['enqueue', 'connect'] as const)('makes %s fail in time, with a typed error', async (verb) => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const alone = new Client({ redis: `redis://127.0.0.1:${port}`, retryFor: 300, commandTimeout: 300 });
    const startedAt = performance.now();
    const call = verb === 'enqueue' ? alone.enqueue(greet, 1) : alone.connect();
    await expect(call).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    expect(performance.now() - startedAt).toBeLessThan(verb === 'enqueue' ? 8000 : 18_000);
    await alone.close();
  });

  test('that comes back in time is no error', async () => {
    await warmUp();
    proxy.cutAll();
    await client.enqueue(greet, 1);
    expect(await waiting()).toBe(shards + 1);
  });
});

describe('what Redis forgets', () => {
  test('scripts are sent again', async () => {
    await warmUp();
    await direct.script('FLUSH');
    await client.enqueue(greet, 1);
    await direct.script('FLUSH');
    await client.cancel((await client.enqueue(greet, 1)).id);
    expect(await waiting()).toBe(shards + 2);
  });

  test('everything: codes of queues are learnt again, and the next jobs are stored', async () => {
    await client.enqueue(defineJob({ name: 'first', queue: 'first' }), 1);
    await warmUp();
    await direct.flushall();
    const { id } = await client.enqueue(greet, 1);
    expect(await client.get(id)).toMatchObject({ state: 'enqueued', queue: 'mail' });
    expect(await waiting()).toBe(1);
  });
});

test('a Redis that is full refuses a job at once and for good; it was not stored', async () => {
  await warmUp();
  await direct.call('CONFIG', 'SET', 'maxmemory', '1');
  const refused = client.enqueue(greet, 1);
  await expect(refused).rejects.toBeInstanceOf(RedisFullError);
  await direct.call('CONFIG', 'SET', 'maxmemory', '0');
  expect(await waiting()).toBe(shards);
});

test('a Redis that evicts keys is refused', async () => {
  await direct.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(client.connect()).rejects.toMatchObject({
    code: 'REDIS_UNSUITABLE',
    message: expect.stringContaining('noeviction'),
  });
  await direct.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await client.connect();
});

test('a wait for a result outlives connections that are cut while they subscribe again', async () => {
  const isSubscribe = (request: Buffer): boolean => /\nsubscribe\r/i.test(request.toString());
  const handle = await client.enqueue(greet, 1);
  const first = proxy.captureNextRequest(isSubscribe);
  const ended = handle.result({ timeoutMs: 30_000 }).catch((error: unknown) => error);
  await first;
  for (let n = 0; n < 3; n++) {
    const cut = proxy.cutAfterNextRequest(isSubscribe);
    proxy.cutAll();
    await cut;
  }
  const other = new Client({ redis: server.url, namespace, shards });
  await other.cancel(handle.id);
  await other.close();
  expect(await ended).toMatchObject({ code: 'JOB_CANCELLED' });
});

test('a subscription that is cut while it comes back leaves no rejection that nobody caught', async () => {
  const uncaught: unknown[] = [];
  const keep = (reason: unknown): void => void uncaught.push(reason);
  process.on('unhandledRejection', keep);
  const connection = new Connection(proxy.url, 'subscriber');
  await connection.redis.subscribe('channel');
  void proxy.cutAfterNextRequest((request) => /\nsubscribe\r/i.test(request.toString()));
  const ready = new Promise((resolve) => connection.redis.once('ready', resolve));
  proxy.cutAll();
  await ready;
  // Its answer, or its failure, comes after that of whatever the connection did by itself.
  await connection.redis.ping().catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  connection.close();
  process.off('unhandledRejection', keep);
  expect(uncaught).toEqual([]);
});
