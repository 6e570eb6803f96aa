import { setTimeout as delay } from 'node:timers/promises';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';
import type { PageOptions } from './page.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const shards = testShardCount();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

let client: Client;
let monitor: Monitor;
let place: { readonly url: string; readonly namespace: string; readonly shards: number };
beforeEach(() => {
  place = { url: store.url, namespace: store.namespace(), shards };
  const options = { redis: place.url, namespace: place.namespace, shards };
  client = new Client(options);
  monitor = new Monitor(options);
});
afterEach(async () => {
  await client.close();
  await monitor.close();
});

const idsOf = async (options: PageOptions): Promise<string[]> =>
  (await monitor.page(options)).jobs.map(({ id }) => id);

const many = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** All pages, by their cursors. */
async function walk(options: PageOptions): Promise<string[]> {
  const ids: string[] = [];
  let page = await monitor.page(options);
  ids.push(...page.jobs.map(({ id }) => id));
  while (page.next !== undefined) {
    page = await monitor.page({ ...options, cursor: page.next });
    ids.push(...page.jobs.map(({ id }) => id));
  }
  return ids;
}

test('the oldest job is that of any queue that has waited longest', async () => {
  expect(await monitor.oldest()).toBeUndefined();
  await client.enqueue(greet, 1, { queue: 'first' });
  // Ids tell milliseconds.
  const madeAt = Date.now();
  while (Date.now() <= madeAt + 1) await delay(1);
  await client.enqueue(greet, 2, { queue: 'second' });
  expect(await monitor.oldest()).toMatchObject({ queue: 'first' });
  expect(await monitor.oldest({ queue: 'second' })).toMatchObject({ queue: 'second' });
  expect(await monitor.oldest({ queue: 'third' })).toBeUndefined();
  await expect(monitor.oldest({ queue: ' ' })).rejects.toThrow('oldest.queue');
});

test('a job that was delayed, and one that is to run again, is old since it may run', async () => {
  await client.connect();
  const worker = await ClientWorker.start(place);
  await client.schedule(greet, 0, { in: '1h' });
  expect(await monitor.oldest()).toBeUndefined();
  const at = new Date(Date.now() + 30);
  const { id } = await client.schedule(greet, 1, { at });
  // No worker brings it to its queue.
  await expect.poll(() => monitor.oldest()).toEqual({ queue: 'mail', since: at.getTime() });
  // Whatever a worker takes, it brings what is due where it belongs.
  await worker.claim('other');
  expect((await monitor.counts()).enqueued).toBe(1);
  expect(await monitor.oldest()).toEqual({ queue: 'mail', since: at.getTime() });
  expect(await monitor.queue('mail')).toMatchObject({ oldestSince: at.getTime() });
  expect(await worker.claim('mail')).toEqual([id]);
  expect(await monitor.oldest()).toBeUndefined();
  await worker.retry(id, { name: 'Error', message: 'not yet' }, 20);
  await expect.poll(() => monitor.oldest()).toMatchObject({ queue: 'mail' });
  const waiting = await monitor.oldest();
  await worker.claim('other');
  expect(await monitor.oldest()).toEqual(waiting);
  worker.close();
});

test('nobody waits since before they were made, or since before somebody put them off', async () => {
  await client.connect();
  const before = Date.now();
  const { id } = await client.schedule(greet, 1, { at: new Date(0) });
  const since = async (): Promise<number> => (await monitor.oldest())?.since ?? 0;
  expect(await since()).toBeGreaterThanOrEqual(before - 1);
  const worker = await ClientWorker.start(place);
  await worker.claim('other');
  expect(await since()).toBeGreaterThanOrEqual(before - 1);
  while (Date.now() <= before + 10) await delay(1);
  await client.reschedule(id, { at: new Date(before) });
  expect(await since()).toBeGreaterThan(before + 5);
  worker.close();
});

test('a job that waited for others is old since their end', async () => {
  await client.connect();
  const worker = await ClientWorker.start(place);
  const first = await client.enqueue(greet, 1);
  await client.continueWith(first.id, defineJob<number>({ name: 'next', queue: 'pics' }), 2);
  expect(await worker.claim('mail')).toEqual([first.id]);
  expect(await monitor.oldest()).toBeUndefined();
  const before = Date.now();
  await worker.succeed(first.id, null);
  await expect.poll(() => monitor.oldest()).toMatchObject({ queue: 'pics' });
  const { since = 0 } = (await monitor.oldest()) ?? {};
  expect(since).toBeGreaterThanOrEqual(before - 1);
  worker.close();
});

describe('a queue', () => {
  test('that was never used is empty', async () => {
    expect(await monitor.queue('nowhere')).toMatchObject({ enqueued: 0, groups: [], groupCount: 0 });
    await expect(monitor.queue('a{b}')).rejects.toMatchObject({ fields: { option: 'queue.name' } });
  });

  test('tells its settings, since when its oldest job waits, and its groups', async () => {
    const settings = { limit: 4, rate: { limit: 10, per: 1000, burst: 'window' }, size: 100 } as const;
    await client.queue('mail').configure(settings);
    const before = Date.now();
    await client.enqueueMany(greet, [1, 2, 3], { group: 'a' });
    await client.enqueue(greet, 4, { group: 'b', priority: 'low' });
    await client.enqueue(greet, 5);
    const queue = await monitor.queue('mail');
    expect(queue).toMatchObject({
      name: 'mail',
      enqueued: 5,
      settings,
      groups: [
        { key: 'a', enqueued: 3 },
        { key: 'b', enqueued: 1 },
      ],
      groupCount: 2,
    });
    expect(Math.abs((queue.oldestSince ?? 0) - before)).toBeLessThan(60_000);
    await client.queue('mail').configure({});
    expect((await monitor.queue('mail')).settings).toBeUndefined();
  });
});

describe('a page', () => {
  test('of an installation that was never used is empty', async () => {
    expect(await monitor.page({ state: 'enqueued' })).toEqual({ jobs: [], total: 0, offset: 0 });
  });

  test('of what waits begins with what runs first, queue by queue', async () => {
    const low = await client.enqueue(greet, 1, { priority: 'low' });
    const critical = await client.enqueue(greet, 2, { priority: 'critical' });
    const other = await client.enqueue(greet, 3, { queue: 'other' });
    expect(await idsOf({ state: 'enqueued', queue: 'mail' })).toEqual([critical.id, low.id]);
    expect(await idsOf({ state: 'enqueued', queue: 'other' })).toEqual([other.id]);
    expect((await idsOf({ state: 'enqueued' })).toSorted()).toEqual(
      [low.id, critical.id, other.id].toSorted(),
    );
  });

  test('of what waits shows what waits in groups too, turn by turn', async () => {
    const group = (key: string) => ({ group: key });
    const [a1, a2] = [await client.enqueue(greet, 1, group('a')), await client.enqueue(greet, 2, group('a'))];
    const b1 = await client.enqueue(greet, 3, group('{a}b'));
    const low = await client.enqueue(greet, 4, { priority: 'low' });
    const ids = await idsOf({ state: 'enqueued', queue: 'mail' });
    expect(ids.toSorted()).toEqual([a1, a2, b1, low].map(({ id }) => id).toSorted());
    expect(ids.at(-1)).toBe(low.id);
    expect((await monitor.page({ state: 'enqueued' })).total).toBe(4);
  });

  test('of what is delayed begins with what is due first, and is cut as asked', async () => {
    const due = await Promise.all(
      [3, 1, 2].map((hours) => client.schedule(greet, hours, { in: `${hours}h` })),
    );
    const [third, first, second] = due.map(({ id }) => id);
    expect(await idsOf({ state: 'scheduled' })).toEqual([first, second, third]);
    expect(await monitor.page({ state: 'scheduled', offset: 1, limit: 1 })).toMatchObject({
      jobs: [{ id: second }],
      total: 3,
    });
  });

  test.each([
    ['enqueued', 'all queues', {}],
    ['enqueued', 'one queue', { queue: 'mail' }],
    ['scheduled', 'all queues', {}],
  ] as const)('page after page holds each job once: %s, %s', async (state, _what, filter) => {
    const numbers = Array.from({ length: 23 }, (_none, n) => n);
    const handles = await Promise.all(
      [0, 1, 2, 3, 4].map(async (i) => {
        const where = { queue: i < 3 ? 'mail' : 'other', priority: i % 2 === 0 ? 'low' : 'high' } as const;
        return state === 'enqueued'
          ? client.enqueueMany(greet, numbers, where)
          : client.scheduleMany(greet, numbers, { in: '1h', ...where });
      }),
    );
    const all = handles.slice(0, 'queue' in filter ? 3 : handles.length).flat();
    const read: string[] = [];
    for (let offset = 0; offset < all.length; offset += 10)
      read.push(...(await idsOf({ state, offset, limit: 10, ...filter })));
    expect(read.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect(await walk({ state, limit: 7, ...filter })).toEqual(read);
  });

  test('cursors go on and back, whatever shards the jobs are in, and say how many come before', async () => {
    await client.scheduleMany(greet, many(23), { in: '1h' });
    const ids = await idsOf({ state: 'scheduled' });
    const first = await monitor.page({ state: 'scheduled', limit: 10 });
    expect(first).toMatchObject({ offset: 0, total: 23, previous: undefined });
    const second = await monitor.page({ state: 'scheduled', limit: 10, cursor: first.next ?? '' });
    expect(second.offset).toBe(10);
    const third = await monitor.page({ state: 'scheduled', limit: 10, cursor: second.next ?? '' });
    expect(third).toMatchObject({ offset: 20, next: undefined });
    expect([...first.jobs, ...second.jobs, ...third.jobs].map(({ id }) => id)).toEqual(ids);
    const back = await monitor.page({ state: 'scheduled', limit: 10, cursor: third.previous ?? '' });
    expect(back).toEqual(second);
    expect(await idsOf({ state: 'scheduled', limit: 10, cursor: back.previous ?? '' })).toEqual(
      ids.slice(0, 10),
    );
    expect(await idsOf({ state: 'scheduled', limit: 10, offset: 10 })).toEqual(ids.slice(10, 20));
    expect((await walk({ state: 'scheduled', limit: 4, reverse: true })).toSorted()).toEqual(ids.toSorted());
  });

  test('a queue shows no job that was moved to another one, and begins with the first that was not', async () => {
    const moved = await client.enqueueMany(greet, many(20), { queue: 'mail' });
    await Promise.all(moved.map(({ id }) => client.move(id, { queue: 'slow' })));
    expect((await monitor.page({ state: 'enqueued', queue: 'mail' })).jobs).toEqual([]);
    const { id } = await client.enqueue(greet, 1, { queue: 'mail' });
    expect(await idsOf({ state: 'enqueued', queue: 'mail', limit: 2 })).toEqual([id]);
    expect(await idsOf({ state: 'enqueued', queue: 'slow' })).toHaveLength(20);
  });

  test('a page that has become too short is empty, and leads back', async () => {
    const handles = await client.scheduleMany(greet, many(30), { in: '1h' });
    const first = await monitor.page({ state: 'scheduled', limit: 20 });
    for (const { id } of handles.slice(5)) await client.cancel(id);
    const behind = await monitor.page({ state: 'scheduled', limit: 20, cursor: first.next ?? '' });
    expect(behind).toMatchObject({ total: 5, next: undefined });
    expect(await idsOf({ state: 'scheduled', limit: 20, cursor: behind.previous ?? '' })).toHaveLength(
      5 - behind.jobs.length,
    );
  });

  test('the other way round begins with what runs last, or with the oldest', async () => {
    const waiting = await client.enqueueMany(greet, [1, 2, 3, 4, 5]);
    const low = await client.enqueue(greet, 6, { priority: 'low' });
    const ids = [...waiting, low].map(({ id }) => id);
    expect(await idsOf({ state: 'enqueued', reverse: true })).toEqual(ids.toReversed());
    expect(await idsOf({ state: 'enqueued', reverse: true, offset: 4, limit: 4 })).toEqual([ids[1], ids[0]]);
    await client.schedule(greet, 1, { in: '2h' });
    const last = await client.schedule(greet, 1, { in: '3h' });
    expect((await idsOf({ state: 'scheduled', reverse: true }))[0]).toBe(last.id);
    for (const id of ids.slice(0, 2)) await client.cancel(id);
    expect(await idsOf({ state: 'cancelled', reverse: true })).toEqual(ids.slice(0, 2));
    expect(await idsOf({ state: 'cancelled' })).toEqual(ids.slice(0, 2).toReversed());
  });

  test('of what waits passes over what was cancelled before its turn', async () => {
    const handles = await client.enqueueMany(
      greet,
      Array.from({ length: 120 }, (_, n) => n),
    );
    for (const { id } of handles.slice(0, 60)) await client.cancel(id);
    const left = handles.slice(60).map(({ id }) => id);
    const first = await monitor.page({ state: 'enqueued' });
    expect(first).toMatchObject({ total: 60 });
    const read = [...first.jobs.map(({ id }) => id), ...(await idsOf({ state: 'enqueued', offset: 50 }))];
    expect(read.toSorted()).toEqual(left.toSorted());
  });

  test.each([
    [{ state: 'failed', queue: 'mail' }, 'page.queue'],
    [{ state: 'enqueued', queue: 'a{b}' }, 'page.queue'],
    [{ state: 'gone' }, 'page.state'],
    [{ state: 'failed', limit: 501 }, 'page.limit'],
    [{ state: 'failed', offset: -1 }, 'page.offset'],
    [{ state: 'failed', page: 2 }, 'page.page'],
    [{ state: 'failed', cursor: 'x' }, 'page.cursor'],
    [{ state: 'failed', cursor: '1.2.3.4.5.6.7.8.9' }, 'page.cursor'],
    [
      { state: 'failed', cursor: Array.from({ length: testShardCount() }, () => 1).join('.'), offset: 1 },
      'page.cursor',
    ],
    [{ state: 'failed', reverse: 1 }, 'page.reverse'],
  ])('%j is refused, and the error names the option', async (options, option) => {
    const refused = monitor.page(options as PageOptions);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', fields: { option } });
  });
});

test('a job that does not exist is not found, whatever the id looks like', async () => {
  expect(await monitor.job('01JD3M5ZK8Q4XW7N2R6T000000')).toBeUndefined();
  expect(await monitor.job('no id')).toBeUndefined();
});

describe('the audit log', () => {
  test('tells who changed what and why, the newest first', async () => {
    const jobs = await client.enqueueMany(greet, [1, 2]);
    const [first, second] = jobs.map(({ id }) => id);
    await client.cancel(first ?? '', { by: 'ada', reason: 'a typo' });
    await client.queue('mail').pause({ by: 'bob' });
    await client.cancel(second ?? '', { by: 'bob' });
    const entries = await monitor.audit();
    // A pause is written in each shard.
    const told = entries.map(({ actor, action, target, reason }) => [actor, action, target, reason]);
    const pauses = Array.from({ length: testShardCount() }, () => ['bob', 'pause', 'mail', '']);
    expect(told).toHaveLength(pauses.length + 2);
    expect(told).toEqual(
      expect.arrayContaining([['bob', 'cancel', second, ''], ...pauses, ['ada', 'cancel', first, 'a typo']]),
    );
    // All of it may have happened within a millisecond, in shards that count by themselves.
    const instants = entries.map(({ at }) => at);
    expect(instants).toEqual(instants.toSorted((a, b) => b - a));
    expect(entries.every(({ at }) => Math.abs(at - Date.now()) < 60_000)).toBe(true);
  });

  test('is read page by page, and by who, what and to what', async () => {
    const jobs = await client.enqueueMany(
      greet,
      Array.from({ length: 30 }, (_, n) => n),
    );
    for (const [n, { id }] of jobs.entries()) await client.cancel(id, { by: n % 3 === 0 ? 'ada' : 'bob' });
    const all = (await monitor.audit({ limit: 500 })).map(({ cursor }) => cursor);
    expect(all).toHaveLength(30);
    const paged: string[] = [];
    for (let before: string | undefined; paged.length < 30;) {
      const page = await monitor.audit({ limit: 7, ...(before !== undefined && { before }) });
      paged.push(...page.map(({ cursor }) => cursor));
      before = page.at(-1)?.cursor;
    }
    expect(paged).toEqual(all);
    expect(await monitor.audit({ actor: 'ada' })).toHaveLength(10);
    expect(await monitor.audit({ actor: 'ada', target: jobs[3]?.id })).toHaveLength(1);
    await client.cancel((await client.enqueue(greet, 0)).id, { by: 'ada (dashboard, 10.0.0.5)' });
    expect(await monitor.audit({ actor: 'ada' })).toHaveLength(11);
    expect(await monitor.audit({ actor: 'ad' })).toEqual([]);
    expect(await monitor.audit({ action: 'purge' })).toEqual([]);
    await expect(monitor.audit({ before: 'yesterday' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('tells where jobs were moved, when they are due now, and how many were purged', async () => {
    const [first, second] = await client.enqueueMany(greet, [1, 2, 3]);
    const by = { by: 'eve' };
    await client.move(first?.id ?? '', { queue: 'elsewhere', ...by });
    const at = new Date('2999-01-01');
    await client.reschedule(second?.id ?? '', { at, ...by });
    const toLow = { verb: 'move', to: { queue: 'elsewhere', priority: 'low' } } as const;
    const moved = await client.bulk({ ...toLow, filter: { state: 'enqueued', queue: 'elsewhere' }, ...by });
    expect(await moved.done()).toMatchObject({ target: toLow.to, changed: 1 });
    const state = 'enqueued';
    const later = await client.bulk({ verb: 'reschedule', due: { in: '1h' }, filter: { state }, ...by });
    expect((await later.done()).target).toEqual({ inMs: 3_600_000 });
    await client.enqueueMany(greet, [4, 5], { queue: 'full' });
    await client.queue('full').purge(by);
    const entries = await monitor.audit({ actor: 'eve' });
    const detail = (action: string, name: string): unknown[] =>
      entries.filter((entry) => entry.action === action).map(({ details }) => details[name]);
    expect(detail('move', 'to')).toEqual([{ queue: 'elsewhere' }]);
    expect(detail('reschedule', 'to')).toEqual([{ at }]);
    // An entry for each shard.
    expect(detail('bulk move', 'to')).toEqual(Array.from({ length: shards }, () => toLow.to));
    expect(detail('bulk reschedule', 'to')).toEqual(
      Array.from({ length: shards }, () => ({ inMs: 3_600_000 })),
    );
    expect(detail('purge', 'waiting').reduce<number>((sum, n) => sum + Number(n), 0)).toBe(2);
  });

  test('has the counts of a bulk operation', async () => {
    await client.enqueueMany(greet, [1, 2, 3]);
    const operation = await client.bulk({
      verb: 'cancel',
      filter: { state: 'enqueued' },
      by: 'eve',
      reason: 'all of it',
    });
    await operation.done();
    const entries = await monitor.audit({ actor: 'eve' });
    expect(entries.at(-1)?.details).toMatchObject({ filter: { state: 'enqueued' } });
    const ends = entries.filter(({ action }) => action === 'bulk cancel: done');
    expect(ends.reduce((sum, { details }) => sum + Number(details['changed']), 0)).toBe(3);
    expect(ends.every(({ reason }) => reason === 'all of it')).toBe(true);
  });
});

test('servers tell of Redis what a person wants to know', async () => {
  const [server, ...others] = await monitor.servers();
  expect(others).toEqual([]);
  expect(server).toMatchObject({
    address: new URL(store.url).host,
    mode: 'standalone',
    evictionPolicy: 'noeviction',
    hasAppendOnlyFile: false,
    hasSnapshots: false,
  });
  expect(server?.memoryBytes).toBeGreaterThan(100_000);
  expect(server?.clients).toBeGreaterThan(0);
});
