import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BulkFilter, BulkRequest } from './bulk-request.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOf } from './job/job-id.ts';
import type { OperationView } from './operations.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<number, string>({ name: 'greet', queue: 'mail' });
const wave = defineJob<number, string>({ name: 'wave', queue: 'pics' });
const HOUR_MS = 3_600_000;

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

async function run(request: BulkRequest): Promise<OperationView> {
  return (await client.bulk(request)).done({ timeoutMs: 40_000 });
}

async function statesOf(ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => client.get(id)));
  return found.map((job) => (job !== undefined && 'state' in job ? job.state : 'gone'));
}

const idsOf = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id);

/** Ends jobs that wait, each by its error. */
async function fail(queue: string, message: () => string = () => 'no paper'): Promise<void> {
  for (let ids = await worker.claim(queue); ids.length > 0; ids = await worker.claim(queue))
    await Promise.all(ids.map((id) => worker.fail(id, { name: 'Error', message: message() })));
}

describe('a filter', () => {
  async function count(filter: BulkFilter): Promise<number> {
    return (await run({ verb: 'delete', filter, dryRun: true })).matched;
  }

  test('by name and queue', async () => {
    await client.enqueueMany(greet, [1, 2, 3]);
    await client.enqueueMany(wave, [1, 2], { queue: 'mail' });
    await client.enqueue(wave, 1);
    await client.enqueue(defineJob<number>({ name: 'greet.more', queue: 'mail' }), 1, { maxAttempts: 3 });
    const filter = { state: 'enqueued' } as const;
    expect(await count(filter)).toBe(7);
    expect(await count({ ...filter, name: 'greet' })).toBe(3);
    expect(await count({ ...filter, name: 'greet.more' })).toBe(1);
    expect(await count({ ...filter, queue: 'mail' })).toBe(6);
    expect(await count({ ...filter, queue: 'mail', name: 'wave' })).toBe(2);
    expect(await count({ ...filter, queue: 'never' })).toBe(0);
  });

  test('by tag', async () => {
    await client.enqueue(greet, 1, { tags: ['red', 'blue'] });
    await client.enqueue(greet, 1, { tags: ['blue'] });
    await client.enqueue(greet, 1);
    expect(await count({ state: 'enqueued', tag: 'red' })).toBe(1);
    expect(await count({ state: 'enqueued', tag: 'blue' })).toBe(2);
    expect(await count({ state: 'enqueued', tag: 'gr' })).toBe(0);
  });

  test('by a text of the error', async () => {
    await client.enqueueMany(greet, [1, 2, 3, 4]);
    const messages = ['no "paper"\n', 'no ink', 'ECONNREFUSED 10.0.0.1', 'Überlauf'];
    let n = 0;
    await fail('mail', () => messages[n++] ?? '');
    const of = (errorContains: string): Promise<number> => count({ state: 'failed', errorContains });
    expect(await of('no ')).toBe(2);
    expect(await of('"paper"\n'.trim())).toBe(1);
    expect(await of('10.0')).toBe(1);
    expect(await of('1000')).toBe(0);
    expect(await of('Überlauf')).toBe(1);
    expect(await of('ueberlauf')).toBe(0);
  });

  test('by the last error only', async () => {
    const { id } = await client.enqueue(greet, 1);
    await worker.claim('mail');
    await worker.retry(id, { message: 'first' }, HOUR_MS);
    expect(await count({ state: 'scheduled', errorContains: 'first' })).toBe(1);
    await client.promote(id);
    await worker.claim('mail');
    await worker.fail(id, { message: 'second' });
    expect(await count({ state: 'failed', errorContains: 'first' })).toBe(0);
    expect(await count({ state: 'failed', errorContains: 'second' })).toBe(1);
  });

  test('by age: of what has ended by its end, of what waits by its creation', async () => {
    const ids = idsOf(await client.enqueueMany(greet, [1, 2, 3]));
    await fail('mail');
    // Two of them failed long ago.
    for (const [i, id] of ids.entries())
      await direct.zadd(`{${namespace}:${shardOf(id)}}:failed`, 'XX', Date.now() - i * 10 * HOUR_MS, id);
    expect(await count({ state: 'failed', olderThan: '5h' })).toBe(2);
    expect(await count({ state: 'failed', newerThan: '5h' })).toBe(1);
    expect(await count({ state: 'failed', olderThan: '5h', newerThan: '15h' })).toBe(1);
    expect(await count({ state: 'failed', olderThan: new Date(Date.now() - 15 * HOUR_MS) })).toBe(1);
    await client.enqueue(greet, 4);
    expect(await count({ state: 'enqueued', newerThan: '1h' })).toBe(1);
    expect(await count({ state: 'enqueued', olderThan: '1h' })).toBe(0);
    const [claimed = ''] = await worker.claim('mail');
    await worker.succeed(claimed, 'done');
    // The test's worker says that it ended in 1970.
    expect(await count({ state: 'succeeded', olderThan: '1h' })).toBe(1);
    expect(await count({ state: 'succeeded', newerThan: '1h' })).toBe(0);
  });

  test('by age finds its place among jobs that ended in one millisecond', async () => {
    const ids = idsOf(
      await client.enqueueMany(
        greet,
        Array.from({ length: 1200 }, (_, i) => i),
      ),
    );
    await client.cancelMany(ids);
    const at = Date.now() - HOUR_MS;
    for (const id of ids) await direct.zadd(`{${namespace}:${shardOf(id)}}:cancelled`, 'XX', at, id);
    const filter = { state: 'cancelled' } as const;
    expect(await run({ verb: 'requeue', filter: { ...filter, newerThan: '2h' } })).toMatchObject({
      changed: 1200,
      looked: 1200,
    });
  });
});

describe('an operation on running jobs', () => {
  test('cancels what runs, and leaves alone what is claimed later', async () => {
    const greets = idsOf(await client.enqueueMany(greet, [1, 2, 3, 4, 5, 6, 7]));
    const waves = idsOf(await client.enqueueMany(wave, [1, 2]));
    await worker.claim('mail');
    await worker.claim('pics');
    const trial = await run({ verb: 'cancel', filter: { state: 'processing', name: 'greet' }, dryRun: true });
    expect(trial).toMatchObject({ looked: 9, matched: 7, changed: 0 });
    const view = await run({ verb: 'cancel', filter: { state: 'processing', name: 'greet' } });
    expect(view).toMatchObject({ state: 'done', matched: 7, changed: 7, failed: 0, total: 9 });
    expect(await statesOf([...greets, ...waves])).toEqual([
      ...Array<string>(7).fill('cancelled'),
      'processing',
      'processing',
    ]);
  });

  test('goes through running jobs bit by bit', async () => {
    const ids = idsOf(
      await client.enqueueMany(
        greet,
        Array.from({ length: 60 }, (_, n) => n),
      ),
    );
    await worker.claim('mail');
    const filter = { state: 'processing' } as const;
    const view = await run({ verb: 'cancel', filter, ratePerSecond: 200 });
    expect(view).toMatchObject({ changed: 60, matched: 60 });
    expect(new Set(await statesOf(ids))).toEqual(new Set(['cancelled']));
  });
});
