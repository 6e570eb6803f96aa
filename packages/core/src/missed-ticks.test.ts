import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import { Monitor } from './monitor.ts';
import { KEY, shardPrefix } from './redis/keys.ts';
import type { AlertView } from './store/alert-records.ts';
import type { TickEntry } from './store/recurring-store.ts';

const store = await sharedRedis();
const redis = store.connect();
const shards = testShardCount();
const report = defineJob<null>({ name: 'report.send' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const job = 'gone';

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
const historyOf = (id: string): string => `${prefixOf(id)}${KEY.history}${id}`;
/** Moves a next tick to a time from now, as if it had been defined long ago. */
async function moveTick(id: string, fromNowMs: number): Promise<void> {
  await redis.zadd(prefixOf(id) + KEY.ticks, Date.now() + fromNowMs, id);
}
/** A recurring job that is well, and what became of its ticks, the newest last. */
async function define(id: string, ...entries: TickEntry[]): Promise<void> {
  await client.recurring.upsert(id, report, null, { cron: '@daily' });
  await moveTick(id, HOUR);
  await note(id, ...entries);
}
async function note(id: string, ...entries: TickEntry[]): Promise<void> {
  for (const entry of entries) await redis.lpush(historyOf(id), JSON.stringify(entry));
}
/** What an alert says after two looks, and about what. */
async function look(): Promise<readonly [isFiring: boolean | undefined, about: string | undefined]> {
  const alert = await looked();
  return [alert?.isFiring, alert?.about];
}
async function looked(): Promise<AlertView | undefined> {
  for (let n = 0; n < 2; n++) {
    const { turn } = await client.alerts.lookout.survey(0, 0);
    await client.alerts.lookout.judge(turn, 0);
  }
  return (await monitor.alerts())[0];
}

describe('an alert of missed runs', () => {
  test('fires for a tick that was passed over, whatever its age, until the next one has run in time', async () => {
    await client.alerts.create({ kind: 'missed', age: '12h' });
    await define('nightly');
    expect(await look()).toEqual([false, '']);
    const at = Date.now() - 5 * MINUTE;
    await note('nightly', { at: at - HOUR, tick: at - HOUR, job }, { at, skipped: 'missed' });
    expect(await look()).toEqual([true, 'nightly']);
    const { value = 0 } = (await looked()) ?? {};
    expect(value).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(value).toBeLessThan(HOUR);
    await note('nightly', { at: Date.now(), tick: Date.now(), job });
    expect(await look()).toEqual([false, '']);
  });

  test('fires for a run that was later than its age, and for no other', async () => {
    await client.alerts.create({ kind: 'missed', age: '10m' });
    const at = Date.now();
    await define('late', { at, tick: at - 9 * MINUTE, job });
    expect(await look()).toEqual([false, '']);
    await define('too-late', { at, tick: at - 11 * MINUTE, job });
    expect(await look()).toEqual([true, 'too-late']);
  });

  test('takes one run for many to be as late as the tick that was run', async () => {
    await client.alerts.create({ kind: 'missed', age: '10m' });
    const at = Date.now();
    const missed = { at, skipped: 'missed', count: 3 } as const;
    // It ran yesterday for the last time, as it should.
    await define('in-time', { at: at - 20 * HOUR, job }, missed, { at, tick: at - 9 * MINUTE, job });
    expect(await look()).toEqual([false, '']);
    await define('late', { at: at - 20 * HOUR, job }, missed, { at, tick: at - 11 * MINUTE, job });
    expect(await look()).toEqual([true, 'late']);
  });

  test('leaves out what is a day old, and what no longer goes on', async () => {
    await client.alerts.create({ kind: 'missed', age: '1m' });
    await define('old', { at: Date.now() - 25 * HOUR, skipped: 'missed' });
    await define('paused', { at: Date.now(), skipped: 'missed' });
    await client.recurring.pause('paused');
    expect(await look()).toEqual([false, '']);
  });

  test('is first about what is still to be run', async () => {
    await client.alerts.create({ kind: 'missed', age: '1m' });
    await define('passed-over', { at: Date.now() - HOUR, skipped: 'missed' });
    await define('overdue');
    await moveTick('overdue', -2 * MINUTE);
    expect(await look()).toEqual([true, 'overdue']);
    await moveTick('overdue', HOUR);
    expect(await look()).toEqual([true, 'passed-over']);
  });

  test('is kept from nothing by a history that is damaged', async () => {
    await client.alerts.create({ kind: 'missed', age: '1m' });
    await define('damaged');
    await redis.set(historyOf('damaged'), 'by hand');
    await define('words');
    await redis.lpush(historyOf('words'), 'by hand', 'null');
    await define('nightly', { at: Date.now(), skipped: 'missed' });
    expect(await look()).toEqual([true, 'nightly']);
  });

  test('looks at the 10,000 recurring jobs with the nearest ticks', async () => {
    await client.alerts.create({ kind: 'missed', age: '1m' });
    const home = shardPrefix(namespace, 0);
    const most = Math.ceil(10_000 / shards);
    const ids = Array.from({ length: most + 1 }, (_, i) => `r-${i}`);
    const next = Date.now() + HOUR;
    await redis.zadd(home + KEY.ticks, ...ids.flatMap((id, i) => [next + i, id]));
    const passedOver = JSON.stringify({ at: Date.now(), skipped: 'missed' });
    await redis.lpush(`${home}${KEY.history}r-${most}`, passedOver);
    expect(await look()).toEqual([false, '']);
    await redis.lpush(`${home}${KEY.history}r-${most - 1}`, passedOver);
    expect(await look()).toEqual([true, `r-${most - 1}`]);
  });
});
