import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectionOptions } from './connections.ts';
import { eventually } from './eventually.ts';
import { type FlakyProxy, startFlakyProxy } from './flaky-redis.ts';
import { sharedRedis } from './shared-redis.ts';

const store = await sharedRedis();
const direct = store.connect();
const clients: Redis[] = [];
let proxy: FlakyProxy;
let key: string;

beforeEach(async () => {
  proxy = await startFlakyProxy({ targetPort: store.port });
  key = store.namespace();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await proxy.stop();
});

/** A client that gives every command one chance and two seconds: more than a busy machine takes. */
async function connect(options: ConnectionOptions = {}): Promise<Redis> {
  const strict = { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, commandTimeout: 2000 };
  const client = new Redis({ port: proxy.port, host: '127.0.0.1', ...strict, ...options });
  client.on('error', () => undefined);
  clients.push(client);
  await client.ping();
  return client;
}

test('traffic passes unchanged, large and pipelined', async () => {
  const client = await connect();
  const large = 'x'.repeat(1_000_000);
  expect(await Promise.all([client.set(key, large), client.strlen(key), client.get(key)])).toEqual([
    'OK',
    1e6,
    large,
  ]);
});

test('cutAll rejects what is in flight and lets the client come back', async () => {
  const client = await connect();
  const waiting = client.blpop(key, 0);
  await eventually(async () => String(await direct.client('LIST')).includes('cmd=blpop'));
  proxy.cutAll();
  await expect(waiting).rejects.toThrow();
  await eventually(() => client.ping());
});

test('a blackhole keeps connections open and silent; new ones work when it ends', async () => {
  const client = await connect();
  proxy.blackhole(true);
  await expect(client.incr(key)).rejects.toThrow('timed out');
  expect(client.status).toBe('ready');
  proxy.blackhole(false);
  await expect(client.incr(key)).rejects.toThrow('timed out');
  expect(await (await connect()).incr(key)).toBe(1);
});

test('dropped replies belong to requests that were executed', async () => {
  const client = await connect();
  proxy.dropReplies(true);
  await expect(client.incr(key)).rejects.toThrow('timed out');
  expect(await direct.get(key)).toBe('1');
});

test('a connection cut after a request has executed it, and the client never learns', async () => {
  const client = await connect();
  const cut = proxy.cutAfterNextRequest('incrby');
  const answer = client.incrby(key, 5);
  await expect(answer).rejects.toThrow();
  await cut;
  expect(await direct.get(key)).toBe('5');
});

test('a captured request can be delivered again, after other calls', async () => {
  const client = await connect();
  const capture = proxy.captureNextRequest((request) => request.includes(key));
  expect(await client.append(key, 'a')).toBe(1);
  const request = await capture;
  await client.append(key, 'b');
  expect((await request.deliver()).toString()).toBe(':3\r\n');
  expect(await direct.get(key)).toBe('aba');
});

test('a held request never arrives until it is delivered', async () => {
  const client = await connect();
  const hold = proxy.holdNextRequest(key);
  await expect(client.append(key, 'late')).rejects.toThrow('timed out');
  const request = await hold;
  await direct.append(key, 'early ');
  await request.deliver();
  expect(await direct.get(key)).toBe('early late');
});

test('a delay holds both directions up and keeps the order', async () => {
  const client = await connect({ commandTimeout: 5_000 });
  proxy.delay(40);
  const startedAt = performance.now();
  const replies = await Promise.all([1, 2, 3].map(() => client.incr(key)));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
  expect(replies).toEqual([1, 2, 3]);
});
