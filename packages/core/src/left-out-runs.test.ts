import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import type { LeftOutRuns } from './left-out-runs.ts';
import { Monitor } from './monitor.ts';
import { recurringRun } from './recurring-run.ts';
import { Connection } from './redis/connect.ts';
import { KEY } from './redis/keys.ts';
import { ShardSet } from './shard-set.ts';
import type { Shard } from './shard-set.ts';

const store = await sharedRedis();
const redis = store.connect();
const shards = testShardCount();
const mirror = defineJob<null>({ name: 'site.mirror' });
const HOUR = 3_600_000;

let client: Client;
let monitor: Monitor;
let connection: Connection;
let home: (id: string) => Promise<Shard>;
beforeEach(() => {
  const namespace = store.namespace();
  const place = { redis: store.url, namespace, shards };
  client = new Client(place);
  monitor = new Monitor(place);
  connection = new Connection(store.url, 'commands');
  const set = new ShardSet(connection, namespace, shards);
  home = async (id) => {
    const all = await set.open(10_000);
    return all[shardOfSlot(slotOf(id), shards)] ?? all[0];
  };
});
afterEach(async () => {
  await client.close();
  await monitor.close();
  connection.close();
});

const THIS_HOUR = Math.floor(Date.now() / HOUR) * HOUR;
/** The hour that has begun so many hours before this one. */
const hour = (before: number): number => THIS_HOUR - before * HOUR;
const historyOf = ({ prefix }: Shard, id: string): string => `${prefix}${KEY.history}${id}`;

async function define(...ids: string[]): Promise<void> {
  for (const id of ids) await client.recurring.upsert(id, mirror, null, { every: '1h', overlap: 'skip' });
}

/** What a worker does at a tick; `missed`: how many before it are passed over. Resolves to the job that it may have enqueued. */
async function tick(id: string, at: number, missed = 0): Promise<string> {
  const shard = await home(id);
  const definition = await shard.recurring.find(id);
  if (definition === undefined) throw new Error(`no ${id}`);
  await redis.zadd(shard.prefix + KEY.ticks, at, id);
  const run = await recurringRun(shard, definition, { tick: at, startAt: undefined });
  const [version, next] = [definition.version, hour(-1)];
  const words = await shard.jobs.tick([
    { id, version, due: at, next, overlap: definition.policy.overlap, missed, runs: [run] },
  ]);
  expect(words).toEqual(['OK']);
  return run.job;
}

const toldOf = async (): Promise<readonly LeftOutRuns[]> => (await monitor.ticks()).leftOut;

describe('runs that are left out', () => {
  test('are counted, with the job that had not ended, until a run begins', async () => {
    await define('mirror', 'other');
    const job = await tick('mirror', hour(4));
    expect(await client.recurring.leftOut('mirror')).toBeUndefined();
    for (const before of [3, 2, 1]) await tick('mirror', hour(before));
    const left = {
      id: 'mirror',
      count: 3,
      job,
      since: hour(4),
      firstAt: hour(3),
      lastAt: hour(1),
      state: 'enqueued',
    };
    expect(await client.recurring.leftOut('mirror')).toEqual(left);
    expect(await toldOf()).toEqual([left]);
    await client.cancel(job);
    // Nothing has run instead of them yet.
    expect(await toldOf()).toEqual([{ ...left, state: 'cancelled' }]);
    await tick('mirror', hour(0));
    expect(await client.recurring.leftOut('mirror')).toBeUndefined();
    expect(await toldOf()).toEqual([]);
  });

  test('are none once somebody has run the job by hand', async () => {
    await define('mirror');
    await tick('mirror', hour(2));
    await tick('mirror', hour(1));
    await client.recurring.trigger('mirror');
    expect(await toldOf()).toEqual([]);
  });

  test('are counted beside ticks that were missed, or passed over by a person', async () => {
    await define('mirror');
    const job = await tick('mirror', hour(9));
    await tick('mirror', hour(8));
    await tick('mirror', hour(5), 2);
    await tick('mirror', hour(4));
    await client.recurring.skipNext('mirror');
    expect(await toldOf()).toMatchObject([
      { count: 3, job, since: hour(9), firstAt: hour(8), lastAt: hour(4) },
    ]);
  });

  test('are told of while the run goes on, and else for a day', async () => {
    await define('goes-on', 'ended', 'gone');
    for (const id of ['goes-on', 'ended', 'gone']) {
      const job = await tick(id, hour(40));
      await tick(id, hour(30));
      if (id !== 'goes-on') await client.cancel(job);
      if (id === 'gone') await client.delete(job);
    }
    expect(await toldOf()).toMatchObject([{ id: 'goes-on' }]);
    await tick('gone', hour(20));
    expect(await client.recurring.leftOut('ended')).toMatchObject({ count: 1, state: 'cancelled' });
    expect(await client.recurring.leftOut('gone')).toBeUndefined();
  });

  test('are not told of what is paused, or was never defined', async () => {
    await define('mirror');
    await tick('mirror', hour(2));
    await tick('mirror', hour(1));
    await client.recurring.pause('mirror');
    expect(await toldOf()).toEqual([]);
    expect(await client.recurring.leftOut('none')).toBeUndefined();
  });

  test('of a run that the history no longer has are told of since its job was made', async () => {
    await define('mirror');
    const job = await tick('mirror', hour(3));
    await tick('mirror', hour(2));
    const shard = await home('mirror');
    await redis.ltrim(historyOf(shard, 'mirror'), 0, 0);
    const { createdAt } = (await client.get(job)) as { createdAt: number };
    expect(await client.recurring.leftOut('mirror')).toMatchObject({ count: 1, job, since: createdAt });
  });

  test('stand in the list, which shows them alone when it is asked to', async () => {
    await define('mirror', 'well');
    await tick('well', hour(1));
    const job = await tick('mirror', hour(2));
    await tick('mirror', hour(1));
    const { recurring } = await client.recurring.page({ state: 'overlap' });
    expect(recurring).toMatchObject([{ id: 'mirror', leftOut: { job, count: 1, state: 'enqueued' } }]);
    const all = await client.recurring.page();
    expect(all.recurring.map(({ id, leftOut }) => [id, leftOut?.count])).toEqual(
      expect.arrayContaining([
        ['mirror', 1],
        ['well', undefined],
      ]),
    );
  });

  test('of one whose keys are damaged are not told, and hide no other', async () => {
    await define('mirror', 'list', 'words');
    for (const id of ['mirror', 'list', 'words']) {
      await tick(id, hour(2));
      await tick(id, hour(1));
      const shard = await home(id);
      if (id === 'list') await redis.del(`${shard.prefix}${KEY.recurring}${id}`);
      if (id === 'list') await redis.lpush(`${shard.prefix}${KEY.recurring}${id}`, 'by hand');
      if (id === 'words') await redis.hset(`${shard.prefix}${KEY.recurring}${id}`, 'schedule', 'by hand');
    }
    const told = await toldOf();
    expect(told.map(({ id }) => id).toSorted()).toEqual(['mirror', 'words']);
    expect(told.find(({ id }) => id === 'words')).toMatchObject({ count: 1, firstAt: hour(1) });
  });

  test('fire an alert of missed runs once the first is later than its age, until a run begins', async () => {
    await client.alerts.create({ kind: 'missed', age: '5h', name: 'five' });
    await client.alerts.create({ kind: 'missed', age: '2h', name: 'two' });
    const look = async (): Promise<unknown> => {
      for (let n = 0; n < 2; n++) {
        const { turn } = await client.alerts.lookout.survey(0, 0);
        await client.alerts.lookout.judge(turn, 0);
      }
      const alerts = await monitor.alerts();
      return Object.fromEntries(alerts.map(({ name, isFiring, about }) => [name, isFiring && about]));
    };
    await define('mirror');
    const job = await tick('mirror', hour(4));
    for (const before of [3, 2, 1]) await tick('mirror', hour(before));
    expect(await look()).toEqual({ five: false, two: 'mirror' });
    await client.cancel(job);
    await tick('mirror', hour(0));
    expect(await look()).toEqual({ five: false, two: false });
  });
});
