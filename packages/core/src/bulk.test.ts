import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BulkRequest } from './bulk-request.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { driveOperation } from './operation-driver.ts';
import type { OperationView } from './operations.ts';
import { Connection } from './redis/connect.ts';
import { OperationStore } from './store/operation-store.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<number, string>({ name: 'greet', queue: 'mail' });
const wave = defineJob<number, string>({ name: 'wave', queue: 'pics' });
const EVE = { by: 'eve', reason: 'a test' };

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

async function each<T>(read: (prefix: string) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: shards }, (_, n) => read(`{${namespace}:${n}}:`)));
}

async function run(request: BulkRequest): Promise<OperationView> {
  return (await client.bulk(request)).done({ timeoutMs: 40_000 });
}

async function statesOf(ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => client.get(id)));
  return found.map((job) => (job !== undefined && 'state' in job ? job.state : 'gone'));
}

const idsOf = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id);

/** Ends jobs that wait. */
async function fail(queue: string): Promise<void> {
  for (let ids = await worker.claim(queue); ids.length > 0; ids = await worker.claim(queue))
    await Promise.all(ids.map((id) => worker.fail(id, { name: 'Error', message: 'no paper' })));
}

describe('an operation', () => {
  test('requeues all failed jobs, and no other', async () => {
    const failed = idsOf(await client.enqueueMany(greet, [1, 2, 3]));
    await fail('mail');
    const others = idsOf(await client.enqueueMany(wave, [1, 2]));
    const cancelled = idsOf(await client.enqueueMany(wave, [3]));
    await client.cancelMany(cancelled);
    const view = await run({ verb: 'requeue', filter: { state: 'failed' }, ...EVE });
    expect(view).toMatchObject({ state: 'done', looked: 3, matched: 3, changed: 3, failed: 0, total: 3 });
    expect(await statesOf([...failed, ...others, ...cancelled])).toEqual([
      ...Array<string>(5).fill('enqueued'),
      'cancelled',
    ]);
    expect((await worker.claim('mail')).toSorted()).toEqual(failed.toSorted());
    expect(await client.get(failed[0] ?? '')).toMatchObject({
      history: [
        { what: 'failed' },
        { what: 'requeued', detail: { by: 'eve', why: 'a test', operation: view.id } },
      ],
    });
  });

  test('that nothing matches is done at once', async () => {
    expect(await run({ verb: 'delete', filter: { state: 'awaiting' } })).toMatchObject({
      state: 'done',
      looked: 0,
      changed: 0,
    });
  });

  test('goes through more jobs than one step looks at', async () => {
    await client.enqueueMany(
      greet,
      Array.from({ length: 1300 }, (_, i) => i),
    );
    await client.scheduleMany(
      greet,
      Array.from({ length: 700 }, (_, i) => i),
      { in: '1h' },
    );
    expect(await run({ verb: 'cancel', filter: { state: 'enqueued' } })).toMatchObject({ changed: 1300 });
    expect(await run({ verb: 'delete', filter: { state: 'cancelled' } })).toMatchObject({ changed: 1300 });
    expect(await run({ verb: 'move', to: { queue: 'slow' }, filter: { state: 'scheduled' } })).toMatchObject({
      changed: 700,
      looked: 700,
    });
    expect(await run({ verb: 'requeue', filter: { state: 'scheduled', queue: 'slow' } })).toMatchObject({
      changed: 700,
    });
    expect((await client.queue('slow').counts()).enqueued).toBe(700);
  });

  test('leaves alone what begins to match only by what it does itself', async () => {
    await client.scheduleMany(
      greet,
      Array.from({ length: 600 }, (_, i) => i),
      { in: '1h' },
    );
    const view = await run({ verb: 'reschedule', due: { in: '2h' }, filter: { state: 'scheduled' } });
    expect(view).toMatchObject({ changed: 600, matched: 600 });
    const back = await run({ verb: 'reschedule', due: { in: '3h' }, filter: { state: 'scheduled' } });
    expect(back).toMatchObject({ changed: 600, matched: 600 });
  });

  test('moves every job of a queue, whatever list it waits in', async () => {
    const plain = await client.enqueue(greet, 1);
    const urgent = await client.enqueue(greet, 2, { priority: 'critical' });
    const grouped = await client.enqueue(greet, 3, { group: 'tenant' });
    const limit = { concurrency: { key: 'one', limit: 1 }, priority: 'high' } as const;
    const running = await client.enqueue(greet, 4, { ...limit, queue: 'first' });
    const parked = await client.enqueue(greet, 5, { ...limit, queue: 'second' });
    await worker.claim('first');
    await worker.claim('second');
    const ids = idsOf([plain, urgent, grouped, parked]);
    const view = await run({ verb: 'move', to: { queue: 'new' }, filter: { state: 'enqueued' } });
    expect(view).toMatchObject({ matched: 4, changed: 4 });
    expect(await client.get(parked.id)).toMatchObject({ queue: 'new', isBlocked: false, state: 'enqueued' });
    expect((await client.queue('new').counts()).enqueued).toBe(4);
    await worker.succeed(running.id, 'done');
    expect((await worker.claim('new')).toSorted()).toEqual(ids.toSorted());
    expect((await client.queue('new').counts()).enqueued).toBe(0);
  });

  test('deletes and requeues what has succeeded', async () => {
    const ids = idsOf(await client.enqueueMany(greet, [1, 2, 3, 4]));
    await worker.claim('mail');
    for (const id of ids) await worker.succeed(id, 'done');
    await client.enqueue(wave, 1);
    const [other = ''] = await worker.claim('pics');
    await worker.succeed(other, 'done');
    expect(await run({ verb: 'requeue', filter: { state: 'succeeded', queue: 'pics' } })).toMatchObject({
      changed: 1,
      looked: 5,
    });
    expect(await run({ verb: 'delete', filter: { state: 'succeeded' } })).toMatchObject({ changed: 4 });
    expect(await statesOf([...ids, other])).toEqual([...Array<string>(4).fill('gone'), 'enqueued']);
  });

  test('cancels and deletes jobs that wait for others, with their children', async () => {
    const parent = await client.enqueue(greet, 1);
    const child = await client.continueWith(parent, wave, 2);
    const grandchild = await client.continueWith(child, wave, 3);
    await run({ verb: 'cancel', filter: { state: 'awaiting', name: 'wave', queue: 'pics' } });
    expect(await statesOf(idsOf([parent, child, grandchild]))).toEqual([
      'enqueued',
      'cancelled',
      'cancelled',
    ]);
  });

  test('counts jobs that cannot be changed beside another with their key', async () => {
    const unique = { unique: { key: 'k' } };
    const first = await client.enqueue(greet, 1, unique);
    await client.cancel(first.id);
    await client.enqueue(greet, 2, unique);
    expect(await run({ verb: 'requeue', filter: { state: 'cancelled' } })).toMatchObject({
      matched: 1,
      changed: 0,
      failed: 1,
    });
  });

  test('only counts in a dry run', async () => {
    const ids = idsOf(await client.enqueueMany(greet, [1, 2, 3]));
    const view = await run({ verb: 'delete', filter: { state: 'enqueued' }, dryRun: true, ...EVE });
    expect(view).toMatchObject({ dryRun: true, looked: 3, matched: 3, changed: 0, state: 'done' });
    expect(await statesOf(ids)).toEqual(['enqueued', 'enqueued', 'enqueued']);
  });

  test('passes over damaged records', async () => {
    const ids = idsOf(await client.enqueueMany(greet, [1, 2, 3]));
    await each((prefix) => direct.set(`${prefix}job:${ids[1] ?? ''}`, 'what', 'XX'));
    expect(await run({ verb: 'cancel', filter: { state: 'enqueued' } })).toMatchObject({
      looked: 3,
      changed: 2,
    });
  });

  test('keeps to its rate', async () => {
    await client.enqueueMany(
      greet,
      Array.from({ length: 60 }, (_, i) => i),
    );
    const before = performance.now();
    const view = await run({ verb: 'cancel', filter: { state: 'enqueued' }, ratePerSecond: 100 });
    expect(view).toMatchObject({ changed: 60, ratePerSecond: 100 });
    // 10 in a tenth of a second; the first ones at once.
    expect(performance.now() - before).toBeGreaterThan(60 * 10 - 100 - 50);
  });

  test('can be cancelled: what it has changed stays', async () => {
    await client.enqueueMany(
      greet,
      Array.from({ length: 100 }, (_, i) => i),
    );
    const operation = await client.bulk({
      verb: 'cancel',
      filter: { state: 'enqueued' },
      ratePerSecond: 20,
      ...EVE,
    });
    await eventually(async () => (await operation.progress()).changed > 0);
    expect(await operation.cancel({ by: 'bob', reason: 'enough' })).toBe(true);
    const view = await operation.done();
    expect(view.state).toBe('cancelled');
    expect(view.changed).toBeLessThan(100);
    expect((await client.queue('mail').counts()).enqueued).toBe(100 - view.changed);
    expect(await operation.cancel()).toBe(false);
  });

  test('writes an entry into the audit log when it begins, and one with its counts when it ends', async () => {
    await client.enqueueMany(greet, [1, 2]);
    const { id } = await run({ verb: 'cancel', filter: { state: 'enqueued', name: 'greet' }, ...EVE });
    const entries = (await each((prefix) => direct.xrange(`${prefix}audit`, '-', '+'))).flat();
    const texts = entries.map(([, fields]) => fields.join(' '));
    expect(texts).toHaveLength(2 * shards);
    expect(texts[0]).toBe(
      `actor eve action bulk cancel target ${id} reason {"by":"eve","why":"a test","operation":"${id}","filter":{"state":"E","name":"greet"}}`,
    );
    const changed = texts.filter((text) => text.includes('bulk cancel: done'));
    const sum = changed.reduce((n, text) => n + Number(/"changed":(\d+)/.exec(text)?.[1]), 0);
    expect(sum).toBe(2);
  });

  test.each([300, 25_000])(
    'leaves alone %i jobs that come while it goes through their queue',
    async (more) => {
      const one = { redis: store.url, namespace: store.namespace(), shards: 1 };
      const alone = new Client(one);
      await alone.enqueueMany(greet, Array<number>(1200).fill(1));
      const connection = new Connection(store.url, 'commands');
      await connection.ready(5000);
      const operations = new OperationStore(connection, `{${one.namespace}:0}:`);
      const call = {
        id: 'x',
        verb: 'cancel',
        filter: { state: 'E' },
        target: {},
        rate: 0,
        dryRun: false,
      } as const;
      await operations.operate(call, { who: 'eve', why: '' });
      for (let step = 0, status = ''; status !== 'DONE'; step++) {
        status = (await operations.step('x', step, 100_000)).status;
        if (step === 0) await alone.enqueueMany(wave, Array<number>(more).fill(2), { queue: 'mail' });
      }
      expect(await operations.find('x')).toMatchObject({ looked: 1200, changed: 1200 });
      expect((await alone.queue('mail').counts()).enqueued).toBe(more);
      connection.close();
      await alone.close();
    },
  );

  test('reaches a job that is parked before its turn, and one that is let go again', async () => {
    const one = { redis: store.url, namespace: store.namespace(), shards: 1 };
    const alone = new Client(one);
    const limit = { concurrency: { key: 'one', limit: 1 } };
    const running = await alone.enqueue(greet, 0, limit);
    const taker = await ClientWorker.start({ ...one, url: store.url });
    await taker.claim('mail');
    const blocked = await alone.enqueue(greet, 1, limit);
    await alone.enqueueMany(greet, [2, 3, 4, 5, 6]);
    const connection = new Connection(store.url, 'commands');
    await connection.ready(5000);
    const operations = new OperationStore(connection, `{${one.namespace}:0}:`);
    const call = {
      id: 'x',
      verb: 'cancel',
      filter: { state: 'E' },
      target: {},
      rate: 50,
      dryRun: false,
    } as const;
    await operations.operate(call, { who: 'eve', why: '' });
    expect(await operations.step('x', 0, 100)).toMatchObject({ status: 'MORE' });
    // The others are cancelled by now; this one stands at the front.
    await taker.claim('mail');
    expect(await alone.get(blocked.id)).toMatchObject({ isBlocked: true });
    await driveOperation(operations, 'x', { keep: 100 });
    expect(await operations.find('x')).toMatchObject({ changed: 6, state: 'done' });
    expect(await alone.get(blocked.id)).toMatchObject({ state: 'cancelled' });
    expect(await alone.get(running.id)).toMatchObject({ state: 'processing' });
    connection.close();
    taker.close();
    await alone.close();
  });

  test('has a step made once, also when its call is sent again', async () => {
    await client.enqueueMany(
      greet,
      Array.from({ length: 40 * shards }, (_, i) => i),
    );
    const connection = new Connection(store.url, 'commands');
    await connection.ready(5000);
    const operations = new OperationStore(connection, `{${namespace}:0}:`);
    const call = { verb: 'cancel', filter: { state: 'E' }, target: {}, rate: 0, dryRun: false } as const;
    expect(await operations.operate({ ...call, id: 'x', rate: 50 }, { who: 'eve', why: '' })).toBe('OK');
    expect(await operations.operate({ ...call, id: 'x', rate: 50 }, { who: 'eve', why: '' })).toBe('ALREADY');
    expect(await operations.step('x', 0, 100)).toMatchObject({ status: 'MORE', step: 1 });
    expect(await operations.step('x', 0, 100)).toMatchObject({ status: 'STALE', step: 1 });
    expect(await operations.step('x', 7, 100)).toMatchObject({ status: 'STALE', step: 1 });
    expect(await operations.find('x')).toMatchObject({ changed: 5, state: 'running' });
    await eventually(async () => (await operations.step('x', 1, 100)).status === 'MORE');
    expect(await operations.find('x')).toMatchObject({ changed: 10 });
    expect(await operations.step('y', 0, 100)).toEqual({ status: 'GONE' });
    connection.close();
  });
});

describe('operations', () => {
  test('are listed, the newest first, with what they did', async () => {
    await client.enqueueMany(greet, [1, 2]);
    const request = {
      filter: { state: 'enqueued', olderThan: new Date(1) },
      verb: 'cancel',
      ...EVE,
    } as const;
    const first = await run(request);
    const second = await run({ verb: 'cancel', filter: { state: 'enqueued', errorContains: 'a"b' } });
    const listed = await client.operations.list();
    expect(listed.map(({ id }) => id).toSorted()).toEqual([second.id, first.id].toSorted());
    expect(await client.operations.list({ most: 1 })).toHaveLength(1);
    expect(await client.operations.get(first.id)).toMatchObject({
      filter: request.filter,
      by: 'eve',
      reason: 'a test',
      state: 'done',
      endedAt: expect.any(Number),
    });
    expect(second.filter).toEqual({ state: 'enqueued', errorContains: 'a"b' });
    expect(await client.operations.get('what')).toBeUndefined();
    await expect(client.operations.cancel('what')).rejects.toMatchObject({ code: 'OPERATION_NOT_FOUND' });
  });

  test('are forgotten when there are more than 1,000, the oldest first, and none that runs', async () => {
    const connection = new Connection(store.url, 'commands');
    await connection.ready(5000);
    const operations = new OperationStore(connection, `{${namespace}:0}:`);
    const call = { verb: 'cancel', filter: { state: 'E' }, target: {}, rate: 0, dryRun: false } as const;
    const begin = (id: string): Promise<string> =>
      operations.operate({ ...call, id }, { who: 'eve', why: '' });
    await begin('runs');
    for (let i = 0; i < 999; i++) {
      await begin(`o${i}`);
      await operations.step(`o${i}`, 0, 100);
    }
    expect(await begin('one more')).toBe('OK');
    expect(await operations.find('runs')).toMatchObject({ state: 'running' });
    expect((await operations.ids(2000)).length).toBeLessThanOrEqual(1000);
    expect(await operations.find('o0')).toBeUndefined();
    expect(await operations.find('o998')).toBeDefined();
    connection.close();
  });

  test('leave nothing behind but what is remembered', async () => {
    await client.enqueueMany(greet, [1, 2]);
    await run({ verb: 'cancel', filter: { state: 'enqueued' } });
    const keys = (await each((prefix) => direct.keys(`${prefix}plan:*`))).flat();
    const timers = (await each((prefix) => direct.zrange(`${prefix}timers`, 0, '-1'))).flat();
    expect([...keys, ...timers]).toEqual([]);
  });
});
