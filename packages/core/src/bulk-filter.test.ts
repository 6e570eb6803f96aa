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

  test('by the name of the error, and not by the text alone', async () => {
    await client.enqueueMany(greet, [1, 2, 3]);
    const errors = [
      { name: 'Error', message: 'at the same place' },
      { name: 'Errors', message: 'at the same place' },
      { name: 'Other', message: 'of {"name":"Error" there is no word' },
    ];
    const ids = await worker.claim('mail');
    for (const [i, id] of ids.entries()) await worker.fail(id, errors[i]);
    const place = { state: 'failed', errorContains: 'at the same place' } as const;
    expect(await count({ state: 'failed', errorName: 'Error' })).toBe(1);
    expect(await count({ ...place, errorName: 'Errors' })).toBe(1);
    expect(await count({ ...place, errorName: 'Other' })).toBe(0);
    expect(await count(place)).toBe(2);
    const { filter } = await run({ verb: 'delete', filter: { ...place, errorName: 'Errors' }, dryRun: true });
    expect(filter).toEqual({ ...place, errorName: 'Errors' });
  });

  test('by workers that died with it', async () => {
    const [first, second] = await client.enqueueMany(greet, [1, 2]);
    await fail('mail');
    const key = `{${namespace}:${shardOf(first?.id ?? '')}}:job:${first?.id}`;
    await direct.append(key, '\nW Ada 1 - 0 5 {"reason":"poison","crashes":6,"blamed":3}');
    expect(await count({ state: 'failed', poison: true })).toBe(1);
    expect(await count({ state: 'failed', poison: false })).toBe(2);
    const { filter } = await run({ verb: 'requeue', filter: { state: 'failed', poison: true } });
    expect(filter).toEqual({ state: 'failed', poison: true });
    expect(await statesOf([first?.id ?? '', second?.id ?? ''])).toEqual(['enqueued', 'failed']);
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

describe('a filter by batch', () => {
  const make = (numbers: readonly number[]) =>
    client.batch(async (b) => {
      await b.enqueueMany(greet, numbers);
      await b.enqueue(wave, 9);
      await b.batch((inner) => inner.enqueueMany(greet, [7, 8]), { name: 'inner' });
    });
  const failAll = async (): Promise<void> => {
    await fail('mail');
    await fail('pics');
  };

  test('runs its failed members again, and those of the batches within; it goes on by that', async () => {
    const { id } = await make([1, 2]);
    const other = await make([1]);
    await client.enqueue(greet, 1);
    const claimed = await worker.claim('mail');
    const [done = ''] = await client.batches.members(id);
    await worker.succeed(done, 'done');
    for (const one of claimed) if (one !== done) await worker.fail(one, { message: 'no paper' });
    await fail('pics');
    // A batch within counts as one.
    expect(await client.batches.get(id)).toMatchObject({ state: 'failed', succeeded: 1, failed: 3 });
    const filter = { state: 'failed', batch: id } as const;
    expect(await run({ verb: 'requeue', filter, dryRun: true })).toMatchObject({ matched: 4, filter });
    expect(await run({ verb: 'requeue', filter })).toMatchObject({ state: 'done', looked: 6, changed: 4 });
    expect(await client.batches.get(id)).toMatchObject({ state: 'running', failed: 0, pending: 3 });
    expect(await client.batches.get(other.id)).toMatchObject({ state: 'failed' });
    // Those that fail anew stay failed: nobody has asked for them again.
    await failAll();
    expect(await run({ verb: 'requeue', filter: { ...filter, name: 'wave' } })).toMatchObject({ changed: 1 });
  });

  test('takes any verb and state, and what else is named', async () => {
    const { id } = await make([1, 2]);
    await make([1, 2]);
    const filter = { state: 'enqueued', batch: id } as const;
    expect(await run({ verb: 'move', filter, to: { priority: 'low' } })).toMatchObject({ changed: 5 });
    expect(await run({ verb: 'cancel', filter: { ...filter, queue: 'pics' } })).toMatchObject({ changed: 1 });
    expect(await run({ verb: 'cancel', filter })).toMatchObject({ changed: 4 });
    expect(await client.batches.get(id)).toMatchObject({ state: 'failed', cancelled: 2 + 1, pending: 0 });
  });

  test('looks only at the members, whatever else has failed; a batch that there is none of has none', async () => {
    const many = Array.from({ length: 600 }, (_, i) => i);
    await client.cancelMany(idsOf(await client.enqueueMany(greet, many)));
    const { id } = await make(many);
    const all = { looked: 604, total: 604, changed: 603 };
    expect(await run({ verb: 'cancel', filter: { state: 'enqueued', batch: id } })).toMatchObject(all);
    expect(await run({ verb: 'requeue', filter: { state: 'cancelled', batch: id } })).toMatchObject(all);
    expect(await client.batches.get(id)).toMatchObject({ state: 'running', pending: 602 });
    const [job] = await client.enqueueMany(greet, [1]);
    const none = { state: 'enqueued', batch: job?.id ?? '' } as const;
    expect(await run({ verb: 'cancel', filter: none })).toMatchObject({ looked: 0, changed: 0 });
  });

  test('does not see a draft', async () => {
    let looked: OperationView | undefined;
    const { id } = await client.batch(async (b) => {
      await b.enqueueMany(greet, [1, 2]);
      await b.flush();
      looked = await run({ verb: 'cancel', filter: { state: 'awaiting', batch: b.id } });
    });
    expect(looked).toMatchObject({ state: 'done', looked: 0 });
    expect(await client.batches.get(id)).toMatchObject({ state: 'running', pending: 2 });
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
