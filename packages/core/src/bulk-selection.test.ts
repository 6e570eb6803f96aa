import { setTimeout as delay } from 'node:timers/promises';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { BulkFilter } from './bulk-request.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { nextId } from './job-factory.ts';
import { shardOf } from './job/job-id.ts';
import type { JobState } from './job/states.ts';
import type { OperationView } from './operations.ts';
import { shardPrefix } from './redis/keys.ts';
import { MOST_SELECTED } from './selections.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
afterAll(() => direct.disconnect());
const shards = testShardCount();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

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

async function waiting(howMany: number): Promise<string[]> {
  const jobs = await client.enqueueMany(
    greet,
    Array.from({ length: howMany }, (_, i) => i),
  );
  return jobs.map(({ id }) => id);
}

async function cancel(filter: BulkFilter, dryRun = false): Promise<OperationView> {
  return (await client.bulk({ verb: 'cancel', filter, dryRun })).done({ timeoutMs: 40_000 });
}

async function countOf(state: JobState, ids: readonly string[]): Promise<number> {
  const found = await Promise.all(ids.map((id) => client.get(id)));
  return found.filter((job) => job !== undefined && 'state' in job && job.state === state).length;
}

const selectionKeys = (id: string): Promise<number> =>
  Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      direct.exists(`${shardPrefix(namespace, shard)}selection:${id}`),
    ),
  ).then((found) => found.reduce((sum, one) => sum + one, 0));

test('an operation changes the jobs of a selection, and no others', async () => {
  const ids = await waiting(30);
  const { id, size } = await client.operations.select([...ids.slice(0, 20), ...ids.slice(0, 5)]);
  expect(size).toBe(20);
  const operation = await cancel({ state: 'enqueued', selection: id, query: 'input.n:<20' });
  expect(operation).toMatchObject({ state: 'done', total: 20, looked: 20, matched: 20, changed: 20 });
  expect(operation.filter).toEqual({ state: 'enqueued', selection: id, query: 'input.n:<20' });
  expect([await countOf('cancelled', ids), await countOf('enqueued', ids)]).toEqual([20, 10]);
  expect(await worker.claim('mail')).toHaveLength(10);
});

test('what else the filter names must hold too, and the state of then', async () => {
  const ids = await waiting(4);
  await client.move(ids[0] ?? '', { queue: 'pics' });
  await client.cancel(ids[1] ?? '');
  const { id } = await client.operations.select(ids);
  expect(await cancel({ state: 'enqueued', queue: 'mail', selection: id })).toMatchObject({ changed: 2 });
  expect(await countOf('enqueued', ids)).toBe(1);
});

test('it can be counted often and changed once; then nothing of it stays', async () => {
  const { id } = await client.operations.select(await waiting(3));
  for (let i = 0; i < 2; i++)
    expect(await cancel({ state: 'enqueued', selection: id }, true)).toMatchObject({
      matched: 3,
      changed: 0,
    });
  expect(await selectionKeys(id)).toBe(shards);
  const operation = await cancel({ state: 'enqueued', selection: id });
  expect(operation.changed).toBe(3);
  expect([await selectionKeys(id), await selectionKeys(operation.id)]).toEqual([0, 0]);
  await expect(cancel({ state: 'enqueued', selection: id })).rejects.toMatchObject({
    code: 'SELECTION_NOT_FOUND',
    message: expect.stringContaining(id) as string,
  });
  expect((await client.operations.list()).filter(({ state }) => state === 'running')).toEqual([]);
});

test('one that is cancelled leaves nothing of it either', async () => {
  const ids = await waiting(5);
  const { id } = await client.operations.select(ids);
  const operation = await client.bulk({
    verb: 'cancel',
    filter: { state: 'enqueued', selection: id },
    ratePerSecond: 1,
  });
  expect(await operation.cancel()).toBe(true);
  expect(await selectionKeys(operation.id)).toBe(0);
  expect(await countOf('enqueued', ids)).toBeGreaterThan(0);
});

test('one without jobs is a selection; one that is not kept any more is none', async () => {
  const { id, size } = await client.operations.select([], { keepFor: '1s' });
  expect(size).toBe(0);
  expect(await cancel({ state: 'enqueued', selection: id })).toMatchObject({ total: 0, matched: 0 });
  const gone = { state: 'enqueued', selection: nextId(0) } as const;
  await expect(cancel(gone)).rejects.toMatchObject({ code: 'SELECTION_NOT_FOUND' });
  const short = await client.operations.select([nextId(0)], { keepFor: '1s' });
  const keys = Array.from({ length: shards }, (_, n) => `${shardPrefix(namespace, n)}selection:${short.id}`);
  for (const key of keys) expect(await direct.pttl(key)).toBeLessThanOrEqual(1000);
});

test('of its jobs those are changed that ended before an instant, and not what has ended since', async () => {
  const ids = await waiting(4);
  await Promise.all(ids.slice(0, 2).map((id) => client.cancel(id)));
  const { id } = await client.operations.select(ids);
  const counted = await (
    await client.bulk({ verb: 'delete', filter: { state: 'cancelled', selection: id }, dryRun: true })
  ).done();
  expect(counted.matched).toBe(2);
  // Redis tells milliseconds.
  while (Date.now() <= counted.createdAt + 1) await delay(1);
  await Promise.all(ids.slice(2).map((one) => client.cancel(one)));
  const filter = { state: 'cancelled', selection: id, olderThan: new Date(counted.createdAt) } as const;
  const operation = await (await client.bulk({ verb: 'delete', filter })).done();
  expect(operation).toMatchObject({ looked: 4, changed: 2 });
  expect(await countOf('cancelled', ids)).toBe(2);
});

test('the same holds for the members of a batch', async () => {
  const batch = await client.batch(async (b) => {
    await b.enqueueMany(greet, [1, 2]);
  });
  const [first = '', second = ''] = await client.batches.members(batch.id);
  await client.cancel(first);
  const cancelledAt = Date.now();
  while (Date.now() <= cancelledAt + 1) await delay(1);
  const olderThan = new Date();
  while (Date.now() <= olderThan.getTime() + 1) await delay(1);
  const filter = { state: 'cancelled', batch: batch.id, olderThan } as const;
  await client.cancel(second);
  expect(await (await client.bulk({ verb: 'requeue', filter })).done()).toMatchObject({ changed: 1 });
});

test('a count whose selection goes meanwhile counts nothing', async () => {
  const { id } = await client.operations.select(await waiting(1200));
  const counting = await client.bulk({
    verb: 'cancel',
    filter: { state: 'enqueued', selection: id },
    dryRun: true,
    ratePerSecond: 0.1,
  });
  await Promise.all(
    Array.from({ length: shards }, (_, n) => direct.del(`${shardPrefix(namespace, n)}selection:${id}`)),
  );
  const { state, matched } = await counting.done({ timeoutMs: 40_000 });
  expect(state === 'cancelled' || matched === 1200).toBe(true);
});

test('ten are kept; the oldest leaves', async () => {
  const ids = await waiting(1);
  const made: string[] = [];
  for (let i = 0; i < 11; i++) made.push((await client.operations.select(ids)).id);
  const kept = await Promise.all(made.map((id) => selectionKeys(id)));
  expect(kept).toEqual([0, ...Array.from({ length: 10 }, () => shards)]);
});

test('ids that come while they are found are taken in many calls, and each counts once', async () => {
  const ids = await waiting(2500);
  async function* found(): AsyncGenerator<string> {
    for (const id of ids) yield id;
    yield* ids.slice(0, 1200);
  }
  const { id, size } = await client.operations.select(found());
  expect(size).toBe(2500);
  const operation = await cancel({ state: 'enqueued', selection: id });
  expect(operation).toMatchObject({ looked: 2500, changed: 2500 });
});

test('it takes so many jobs, and ids only', async () => {
  function* many(): Generator<string> {
    for (let i = 0; i <= MOST_SELECTED; i++) yield nextId(0);
  }
  await expect(client.operations.select(many())).rejects.toThrow(/select\.ids: must be at most 100000 jobs/);
  await expect(client.operations.select(['mail'])).rejects.toThrow(
    /select\.ids: must be ids of jobs.*"mail"/,
  );
  const elsewhere = nextId(1023);
  expect(shardOf(elsewhere)).toBe(1023);
  await expect(client.operations.select([elsewhere])).rejects.toThrow(/must be ids of jobs/);
  await expect(client.operations.select([], { keepFor: '2d' })).rejects.toThrow(
    /select\.keepFor: must be from 1 s to 1 d/,
  );
});

test('what does not go together is refused', async () => {
  const selection = nextId(0);
  const refused = (filter: object): Promise<unknown> =>
    client.bulk({ verb: 'cancel', filter: { state: 'enqueued', ...filter } });
  await expect(refused({ selection, batch: nextId(0) })).rejects.toThrow(
    /filter\.batch: does not go together with selection/,
  );
  await expect(refused({ query: 'x' })).rejects.toThrow(/query: goes together with a selection/);
  await expect(refused({ selection: 'x' })).rejects.toThrow(/selection: must be the id of a selection/);
});
