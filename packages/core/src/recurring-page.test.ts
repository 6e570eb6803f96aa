import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import { Monitor } from './monitor.ts';
import type { RecurringPageOptions } from './recurring-page.ts';
import { KEY, shardPrefix } from './redis/keys.ts';
import type { TickEntry } from './store/recurring-store.ts';

const store = await sharedRedis();
const redis = store.connect();
const shards = testShardCount();
const report = defineJob<null>({ name: 'report.send' });
const mirror = defineJob<null>({ name: 'site.mirror' });

let namespace: string;
let client: Client;
let monitor: Monitor;
beforeEach(() => {
  namespace = store.namespace();
  const place = { redis: store.url, namespace, shards };
  client = new Client(place);
  monitor = new Monitor(place);
});
afterEach(async () => {
  await client.close();
  await monitor.close();
});

const prefixOf = (id: string): string => shardPrefix(namespace, shardOfSlot(slotOf(id), shards));
/** Moves a next tick to a time from now, as if it had been defined long ago. */
const moveTick = async (id: string, fromNowMs: number): Promise<void> => {
  await redis.zadd(prefixOf(id) + KEY.ticks, Date.now() + fromNowMs, id);
};
/** Writes what a script notes of ticks, the newest last. */
const note = async (id: string, ...entries: TickEntry[]): Promise<void> => {
  for (const entry of entries) await redis.lpush(`${prefixOf(id)}${KEY.history}${id}`, JSON.stringify(entry));
};
const define = async (...ids: string[]): Promise<void> => {
  for (const [i, id] of ids.entries()) {
    await client.recurring.upsert(id, report, null, { cron: '@daily' });
    await moveTick(id, (i + 1) * 3_600_000);
  }
};
const idsOf = async (options?: RecurringPageOptions): Promise<string[]> =>
  (await client.recurring.page(options)).recurring.map(({ id }) => id);

describe('a page of recurring jobs', () => {
  test('is empty where there are none', async () => {
    expect(await client.recurring.page()).toEqual({ recurring: [], total: 0, next: undefined });
  });

  test('begins with what runs next, and tells where the next one begins', async () => {
    await define('a', 'b', 'c', 'd', 'e');
    const first = await client.recurring.page({ limit: 2 });
    expect(first).toMatchObject({ recurring: [{ id: 'a' }, { id: 'b' }], total: 5, next: 2 });
    expect(await idsOf({ limit: 2, offset: 2 })).toEqual(['c', 'd']);
    expect(await client.recurring.page({ limit: 2, offset: 4 })).toMatchObject({
      recurring: [{ id: 'e' }],
      next: undefined,
    });
  });

  test('finds a part of an id or of a job’s name', async () => {
    await define('nightly', 'hourly');
    await client.recurring.upsert('copy', mirror, null, { every: '1h' });
    expect(await idsOf({ text: 'NIGHT' })).toEqual(['nightly']);
    expect(await idsOf({ text: 'mirror' })).toEqual(['copy']);
    expect(await idsOf({ text: 'nothing' })).toEqual([]);
  });

  test('shows those that are paused, and those whose definition cannot be used', async () => {
    await define('good', 'paused', 'bad');
    await client.recurring.pause('paused');
    await redis.hset(`${prefixOf('bad')}${KEY.recurring}bad`, 'error', '{"message":"no such zone"}');
    await redis.zadd(prefixOf('bad') + KEY.ticks, '+inf', 'bad');
    expect(await idsOf({ state: 'paused' })).toEqual(['paused']);
    expect(await idsOf({ state: 'error' })).toEqual(['bad']);
    expect((await idsOf()).at(0)).toBe('good');
    expect(await monitor.ticks()).toMatchObject({ missed: [], broken: ['bad'] });
  });

  test('shows those whose tick nobody runs, and those whose last tick was missed', async () => {
    await define('good', 'late', 'skipped', 'caught-up', 'behind', 'well-again');
    await moveTick('late', -120_000);
    const at = Date.now();
    const job = 'gone';
    await note('good', { tick: at, at, job });
    await note('skipped', { at, skipped: 'missed', count: 3 });
    await note('caught-up', { at, skipped: 'missed' }, { tick: at, at, job });
    await note('behind', { tick: at - 120_000, at, job });
    await note('well-again', { at: at - 1, skipped: 'missed' }, { tick: at, at, job });
    expect(await idsOf({ state: 'late' })).toEqual(['late']);
    expect((await idsOf({ state: 'missed' })).toSorted()).toEqual(['behind', 'caught-up', 'skipped']);
    expect(await monitor.ticks()).toEqual({
      total: 6,
      late: 1,
      latest: 'late',
      missed: expect.arrayContaining(['skipped', 'caught-up', 'behind']),
      leftOut: [],
      broken: [],
      next: undefined,
    });
  });

  test('shows those whose last run has failed, also when ticks were left out since', async () => {
    await define('good', 'never', 'failing', 'skipping', 'gone');
    const runs = new Map<string, string>();
    for (const id of ['good', 'failing', 'skipping', 'gone'])
      runs.set(id, await client.recurring.trigger(id));
    const fail = (id: string) => redis.setrange(`${prefixOf(id)}${KEY.job}${runs.get(id)}`, 0, 'F');
    await Promise.all(['failing', 'skipping'].map(fail));
    await client.delete(runs.get('gone') ?? '');
    await note('skipping', { at: Date.now(), skipped: 'skip' });
    const { recurring } = await client.recurring.page({ state: 'failed' });
    expect(recurring).toMatchObject([
      { id: 'failing', last: { job: runs.get('failing'), state: 'failed' } },
      { id: 'skipping', lastRun: { job: runs.get('skipping'), state: 'failed' } },
    ]);
  });

  test('tells what became of the last run', async () => {
    await define('r');
    const job = await client.recurring.trigger('r');
    const last = async (): Promise<unknown> => (await client.recurring.page()).recurring[0]?.last;
    expect(await last()).toMatchObject({ job, state: 'enqueued' });
    await client.cancel(job);
    expect(await last()).toMatchObject({ job, state: 'cancelled' });
    await client.delete(job);
    expect(await last()).not.toHaveProperty('state');
  });

  test('ends after so many that do not fit, and goes on from there', async () => {
    const ids = Array.from({ length: 2100 }, (_, i) => `r${i}`);
    await define('last');
    for (const id of ids) {
      const key = prefixOf(id);
      await redis.hset(`${key}${KEY.recurring}${id}`, {
        ...(await redis.hgetall(`${prefixOf('last')}${KEY.recurring}last`)),
      });
      await redis.zadd(key + KEY.ticks, Date.now() + 1000, id);
    }
    const page = await client.recurring.page({ text: 'last' });
    expect(page).toMatchObject({ recurring: [], total: 2101, next: 1500 });
    expect(await idsOf({ text: 'last', offset: page.next ?? 0 })).toEqual(['last']);
  });

  test('one line of a history that is damaged hides no other', async () => {
    await define('r');
    await redis.lpush(`${prefixOf('r')}${KEY.history}r`, 'not JSON');
    expect(await idsOf()).toEqual(['r']);
  });

  test.each([{ limit: 201 }, { state: 'gone' }, { text: '' }, { offset: -1 }, { order: 1 }])(
    'refuses %j by its name',
    async (options) => {
      await expect(client.recurring.page(options as RecurringPageOptions)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
      });
    },
  );
});

describe('a look at ticks', () => {
  test('tells nothing of what was missed more than a day ago, nor of what is paused since', async () => {
    await define('old', 'paused', 'now');
    const at = Date.now();
    await note('old', { at: at - 25 * 3_600_000, skipped: 'missed' });
    for (const id of ['paused', 'now']) await note(id, { at, skipped: 'missed' });
    await client.recurring.pause('paused');
    expect(await monitor.ticks()).toMatchObject({ missed: ['now'] });
  });

  test('goes on where it ended', async () => {
    await define('a', 'b', 'c');
    await note('c', { at: Date.now(), skipped: 'missed' });
    const first = await monitor.ticks({ limit: 1 });
    expect(first).toMatchObject({ total: 3, late: 0, latest: undefined });
    let [next, missed] = [first.next, [...first.missed]];
    while (next !== undefined) {
      const more = await monitor.ticks({ offset: next, limit: 1 });
      [next, missed] = [more.next, [...missed, ...more.missed]];
    }
    expect(missed).toEqual(['c']);
  });
});
