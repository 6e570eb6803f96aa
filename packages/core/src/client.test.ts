import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { OptionError, PayloadError } from './errors.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<{ n: number }, string>({ name: 'greet', queue: 'mail' });

let namespace: string;
let client: Client;
let worker: ClientWorker;
beforeEach(async () => {
  namespace = store.namespace();
  client = new Client({ redis: store.url, namespace, shards });
  await client.connect();
  worker = await ClientWorker.start({ url: store.url, namespace, shards });
});
afterEach(async () => {
  worker.close();
  await client.close();
});
afterAll(() => direct.disconnect());

const record = async (id: string): Promise<unknown> => client.get(id);
const many = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

describe('enqueue', () => {
  test('resolves when Redis has the job, with a handle of its id', async () => {
    const { id } = await client.enqueue(greet, { n: 1 });
    expect(isJobId(id)).toBe(true);
    expect(await record(id)).toMatchObject({
      name: 'greet',
      state: 'enqueued',
      queue: 'mail',
      priority: 'normal',
      input: { n: 1 },
    });
  });

  async function scriptsFor(jobs: number): Promise<number> {
    await Promise.all(many(shards).map((input) => client.enqueue(greet, input)));
    await direct.call('CONFIG', 'RESETSTAT');
    await Promise.all(many(jobs).map((input) => client.enqueue(greet, input)));
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1]);
  }

  test('the calls of one tick travel as one per shard', async () => {
    expect(await scriptsFor(20 * shards)).toBe(shards);
  });

  test('of many calls in one tick some travel early, and the rest together', async () => {
    // Four lanes take 32 each while the tick goes on; what is left goes as one call.
    expect(await scriptsFor(400 * shards)).toBe(5 * shards);
  });

  test('jobs are spread over all shards', async () => {
    const handles = await Promise.all(many(4 * shards).map((input) => client.enqueue(greet, input)));
    expect(new Set(handles.map(({ id }) => shardOf(id))).size).toBe(shards);
  });

  test('each caller of one tick has an outcome of its own', async () => {
    const outcomes = await Promise.allSettled([
      client.enqueue(greet, { n: 1 }),
      client.enqueue(greet, { n: 1n } as never),
      client.enqueue(greet, { n: 2 }, { queue: 'not a queue' }),
      client.enqueue(greet, { n: 3 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(outcomes.map((outcome) => 'reason' in outcome && (outcome.reason as Error).constructor)).toEqual([
      false,
      PayloadError,
      OptionError,
      false,
    ]);
    expect((await client.queue('mail').counts()).enqueued).toBe(2);
  });

  test('options of one job come before those of its contract', async () => {
    const { id } = await client.enqueue(
      greet,
      { n: 1 },
      { queue: 'other', priority: 'high', maxAttempts: 3, timeout: '2s' },
    );
    expect(await record(id)).toMatchObject({
      queue: 'other',
      priority: 'high',
      options: { maxAttempts: 3, timeoutMs: 2000 },
    });
  });

  test('a payload over 64 KiB comes back whole', async () => {
    const text = '€'.repeat(100_000);
    const { id } = await client.enqueue(defineJob<string>({ name: 'big' }), text);
    expect(await record(id)).toMatchObject({ input: text });
  });

  test('many jobs of one kind are all stored, each once', async () => {
    const handles = await client.enqueueMany(greet, many(2500));
    expect(new Set(handles.map(({ id }) => id)).size).toBe(2500);
    expect((await client.queue('mail').counts()).enqueued).toBe(2500);
  });

  test('many of none are none', async () => expect(await client.enqueueMany(greet, [])).toEqual([]));
});

describe('schedule', () => {
  test('a job is due after a time, by the clock of Redis', async () => {
    const { id } = await client.schedule(greet, { n: 1 }, { in: '1h' });
    const [seconds = '0'] = await direct.time();
    const job = (await record(id)) as { state: string; dueAt: number };
    expect(job.state).toBe('scheduled');
    expect(Math.abs(job.dueAt - (Number(seconds) + 3600) * 1000)).toBeLessThan(5000);
  });

  test('a job is due at an instant', async () => {
    const at = new Date(Date.now() + 3_600_000);
    const { id } = await client.schedule(greet, { n: 1 }, { at, priority: 'low' });
    expect(await record(id)).toMatchObject({ state: 'scheduled', dueAt: at.getTime(), priority: 'low' });
  });

  test('many jobs are due at one time', async () => {
    const handles = await client.scheduleMany(greet, many(30), { in: '1h' });
    const states = await Promise.all(handles.map(async ({ id }) => (await record(id)) as { state: string }));
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['scheduled']));
  });

  test.each([
    {},
    { in: '1h', at: new Date() },
    { in: 'soon' },
    { at: new Date(Number.NaN) },
    { at: '2030' },
    { inn: '1h' },
  ])('the due time %j is refused', async (when) => {
    await expect(client.schedule(greet, { n: 1 }, when as never)).rejects.toThrow(OptionError);
  });
});

describe('what is no contract or no option is refused before anything is sent', () => {
  test('a contract that defineJob did not make', async () => {
    await expect(client.enqueue({ name: 'greet' } as never, {})).rejects.toThrow(
      'must be what defineJob() returned',
    );
  });

  test.each([
    [undefined, 'Client.redis: is required'],
    [{ redis: 'http://127.0.0.1' }, 'must be a URL that begins with redis://'],
    [{ redis: store.url, namespace: 'a:b' }, 'Client.namespace'],
    [{ redis: store.url, shards: 0 }, 'Client.shards'],
    [{ redis: store.url, retryfor: '1s' }, 'did you mean "retryFor"?'],
    [{ redis: store.url, commandTimeout: 1 }, 'from 100 ms to 5 min'],
  ])('client options %j', (options, message) => {
    expect(() => new Client(options as never)).toThrow(message);
  });

  test('another number of shards than the installation has', async () => {
    const other = new Client({ redis: store.url, namespace, shards: shards + 1 });
    await expect(other.connect()).rejects.toThrow(`must be ${shards}, as stored`);
    await other.close();
  });
});

describe('queues', () => {
  test('are paused and resumed once', async () => {
    const queue = client.queue('mail');
    expect([await queue.pause({ reason: 'a test' }), await queue.pause()]).toEqual([true, false]);
    await client.enqueue(greet, { n: 1 });
    expect(await worker.claim('mail')).toEqual([]);
    expect([await queue.resume(), await queue.resume()]).toEqual([true, false]);
    expect(await worker.claim('mail')).toHaveLength(1);
  });

  test('count what waits, by priority', async () => {
    await client.enqueueMany(greet, many(3));
    await client.enqueue(greet, { n: 1 }, { priority: 'critical' });
    expect(await client.queue('mail').counts()).toMatchObject({
      enqueued: 4,
      byPriority: { critical: 1, high: 0, normal: 3, low: 0 },
    });
  });

  test('count what was ever taken from them, of all shards', async () => {
    await client.enqueueMany(greet, many(20));
    expect(await client.queue('mail').counts()).toMatchObject({ enqueued: 20, taken: 0 });
    expect(await worker.claim('mail')).toHaveLength(20);
    await client.enqueue(greet, { n: 1 });
    expect(await client.queue('mail').counts()).toMatchObject({ enqueued: 1, taken: 20 });
    expect(await client.queue('other').counts()).toMatchObject({ taken: 0 });
  });

  test('are purged of what waits; what is scheduled or runs stays', async () => {
    const running = await client.enqueue(greet, { n: 0 });
    expect(await worker.claim('mail')).toEqual([running.id]);
    const later = await client.schedule(greet, { n: 0 }, { in: '1h' });
    await client.enqueueMany(greet, many(1200));
    expect(await client.queue('mail').purge()).toBe(1200);
    expect((await client.queue('mail').counts()).enqueued).toBe(0);
    expect(await record(running.id)).toMatchObject({ state: 'processing' });
    expect(await record(later.id)).toMatchObject({ state: 'scheduled' });
  });

  test('a name that is none is refused', () => expect(() => client.queue('a b')).toThrow(OptionError));
});

test('namespaces on one Redis do not meet', async () => {
  const other = new Client({ redis: store.url, namespace: store.namespace(), shards });
  const { id } = await client.enqueue(greet, { n: 1 });
  expect(await other.get(id)).toBeUndefined();
  expect(await other.cancelMany([id])).toEqual(['GONE']);
  expect((await other.queue('mail').counts()).enqueued).toBe(0);
  expect(await other.queue('mail').purge()).toBe(0);
  expect(await record(id)).toMatchObject({ state: 'enqueued' });
  await other.close();
});

test('close waits for what is under way, may be called twice, and refuses what comes after', async () => {
  const handle = client.enqueue(greet, { n: 1 });
  await Promise.all([client.close(), client.close()]);
  expect(isJobId((await handle).id)).toBe(true);
  await expect(client.enqueue(greet, { n: 1 })).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(client.get('x')).rejects.toMatchObject({ code: 'CLOSED' });
});
