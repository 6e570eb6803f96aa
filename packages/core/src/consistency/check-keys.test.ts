import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '../client.ts';
import { defineJob } from '../contract.ts';
import type { JobState } from '../job/states.ts';
import { Connection } from '../redis/connect.ts';
import type { Shard } from '../shard-set.ts';
import { ShardSet } from '../shard-set.ts';
import { ADA } from '../testing/cast.ts';
import { ClientWorker } from '../testing/client-worker.ts';
import type { KeyReport } from './check-keys.ts';
import { checkKeys } from './check-keys.ts';
import { repairKeys } from './repair.ts';

const store = await sharedRedis();
const redis = store.connect();
const mail = defineJob({ name: 'mail', queue: 'mail' });
const other = defineJob({ name: 'other', queue: 'other' });
const GONE = '01JZ7Q4N0W6F3V8Y2K5T9R1X00';
const CLAIM = '000000000007';

let namespace: string;
let client: Client;
let worker: ClientWorker;
let connection: Connection;
let shards: readonly Shard[];
let prefix: string;
let jobs: Jobs;
beforeEach(async () => {
  namespace = store.namespace();
  prefix = `{${namespace}:0}:`;
  client = new Client({ redis: store.url, namespace });
  await client.connect();
  worker = await ClientWorker.start({ url: store.url, namespace, shards: 1 });
  connection = new Connection(store.url, 'commands');
  shards = await new ShardSet(connection, namespace, undefined).open(5000);
  jobs = await everyKindOfJob();
});
afterEach(async () => {
  connection.close();
  worker.close();
  await client.close();
});

type Jobs = Readonly<Record<JobState | 'running' | 'parked' | 'grouped' | 'large', string>>;

/** An installation with a job of every kind, in which all is well. */
async function everyKindOfJob(): Promise<Jobs> {
  const limited = { concurrency: { key: 'bank', limit: 1 }, tags: ['vip'] };
  const added = await client.enqueueMany(mail, [1, 2, 3]);
  const [failed, succeeded, running] = added.map(({ id }) => id);
  const runs = await client.enqueue(mail, 4, { ...limited, unique: { key: 'bank' } });
  const parked = await client.enqueue(mail, 5, { ...limited, expireIn: '1h' });
  await worker.claim('mail');
  await worker.fail(failed ?? '', { name: 'Error', message: 'no' });
  await worker.succeed(succeeded ?? '', 1);
  const scheduled = await client.schedule(other, 1, { in: '1h' });
  const cancelled = await client.enqueue(other, 1);
  await client.cancel(cancelled.id);
  const grouped = await client.enqueue(other, 1, { group: { key: 'customer' } });
  const awaiting = await client.continueWith(grouped, other, 1);
  const large = await client.enqueue(other, 'x'.repeat(70_000));
  const enqueued = await client.enqueue(other, 1);
  await client.recurring.upsert('daily', other, 1, { cron: '0 3 * * *' });
  await client.batch((batch) => batch.enqueueMany(other, [1, 2]));
  return {
    failed: failed ?? '',
    succeeded: succeeded ?? '',
    running: running ?? '',
    processing: runs.id,
    parked: parked.id,
    scheduled: scheduled.id,
    cancelled: cancelled.id,
    grouped: grouped.id,
    awaiting: awaiting.id,
    large: large.id,
    enqueued: enqueued.id,
  };
}

async function check(): Promise<KeyReport> {
  return checkKeys({ connection, namespace, shards, againAfterMs: 0 });
}

const found = async (): Promise<string[]> =>
  (await check()).findings.map(({ kind, key, id }) => `${kind} ${id ?? key.slice(prefix.length)}`).toSorted();

test('where all is well, nothing is found', async () => {
  const { findings, looked } = await check();
  expect(findings).toEqual([]);
  expect(looked).toBeGreaterThan(await redis.hlen(`${prefix}queues`));
});

test('a job that no index names is found, whatever its state', async () => {
  await redis.zrem(`${prefix}scheduled`, jobs.scheduled);
  await redis.zrem(`${prefix}failed`, jobs.failed);
  await redis.zrem(`${prefix}cancelled`, jobs.cancelled);
  await redis.zrem(`${prefix}awaiting`, jobs.awaiting);
  await redis.zrem(`${prefix}parked:mail`, jobs.parked);
  await redis.srem(`${prefix}processing:${ADA}:000000000001`, jobs.processing, jobs.running);
  await redis.lrem(`${prefix}ready:other:2`, 1, jobs.enqueued);
  await redis.lrem(`${prefix}group:other:2:customer`, 1, jobs.grouped);
  await redis.lrem(`${prefix}succeeded`, 1, jobs.succeeded);
  const { counts, findings } = await check();
  const lost = findings.filter(({ kind }) => kind === 'job-not-indexed').map(({ id }) => id);
  const { large: _, ...all } = jobs;
  expect(new Set(lost)).toEqual(new Set(Object.values(all)));
  expect(counts.get('job-not-indexed')).toBe(10);
});

type Expected = string | (() => string) | (() => Promise<string>);
type Damage = readonly [damage: () => Promise<unknown>, ...found: Expected[]];

/** What somebody does to the keys, and what is found of it. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'a record that cannot be read': [
    () => redis.set(`${prefix}job:${jobs.enqueued}`, 'nonsense'),
    () => `record-damaged ${jobs.enqueued}`,
  ],
  'a header that cannot be read': [
    async () => {
      const record = (await redis.get(`${prefix}job:${jobs.parked}`)) ?? '';
      return redis.set(`${prefix}job:${jobs.parked}`, record.replace('{', '['));
    },
    () => `record-damaged ${jobs.parked}`,
  ],
  'a queue without its code': [
    async () => {
      const code = (await redis.hget(`${prefix}queues`, 'mail')) ?? '';
      return redis.hdel(`${prefix}queues`, `#${code}`);
    },
    'queue-code-mismatch mail',
    ...(['failed', 'succeeded', 'running', 'processing', 'parked'] as const).map(
      (state) => () => `queue-code-unknown ${jobs[state]}`,
    ),
  ],
  'an input that is gone': [
    () => redis.del(`${prefix}payload:${jobs.large}`),
    () => `payload-missing ${jobs.large}`,
  ],
  'records that are gone': [
    () =>
      redis.del(
        ...(['scheduled', 'failed', 'cancelled'] as const).map((state) => `${prefix}job:${jobs[state]}`),
      ),
    ...(['scheduled', 'failed', 'cancelled'] as const).map(
      (state) => () => `entry-without-job ${jobs[state]}`,
    ),
  ],
  'the record of a tied job that runs': [
    () => redis.del(`${prefix}job:${jobs.processing}`),
    () => `entry-without-job ${jobs.processing}`,
    () => `open-without-job ${jobs.processing}`,
    () => `unique-key-of-ended-job ${jobs.processing}`,
  ],
  'an entry of another state': [
    () => redis.zadd(`${prefix}failed`, 1, jobs.enqueued),
    () => `entry-of-other-state ${jobs.enqueued}`,
  ],
  'a lease that is gone': [
    () => redis.zrem(`${prefix}leases`, ADA),
    `claim-without-worker ${ADA}`,
    `claim-without-worker ${ADA}`,
    () => `place-without-right ${jobs.processing}`,
  ],
  'a claim that its worker does not name': [
    () => redis.hdel(`${prefix}processing:${ADA}`, '000000000001'),
    `claim-not-listed ${ADA}`,
  ],
  'a claim without jobs': [
    () => redis.hset(`${prefix}processing:${ADA}`, CLAIM, 1),
    `claim-without-jobs ${ADA}`,
  ],
  'counts of a batch': [
    async () => redis.hincrby(`${prefix}batch:${await batchId()}`, 'pending', 1),
    async () => `batch-miscounted ${await batchId()}`,
  ],
  'a member of a batch that is gone': [
    async () =>
      redis.del(`${prefix}job:${(await redis.lindex(`${prefix}members:${await batchId()}`, 0)) ?? ''}`),
    async () => `batch-miscounted ${await batchId()}`,
  ],
  'members of a batch': [
    async () => redis.del(`${prefix}members:${await batchId()}`),
    async () => `batch-without-members ${await batchId()}`,
  ],
  'parents that are gone': [
    async () => {
      await redis.del(`${prefix}job:${jobs.grouped}`, `${prefix}children:${jobs.grouped}`);
    },
    () => `awaits-nothing ${jobs.awaiting}`,
  ],
  'ticks that are gone, and one too many': [
    async () => {
      await redis.zrem(`${prefix}ticks`, 'daily');
      await redis.zadd(`${prefix}ticks`, 1, 'hourly');
    },
    'recurring-not-timed daily',
    'tick-without-recurring hourly',
  ],
  'a timer of a batch that is gone': [
    () => redis.zadd(`${prefix}timers`, Date.now() + 1e6, `forget:${GONE}`),
    `timer-without-subject forget:${GONE}`,
  ],
  'what is left over': [
    async () => {
      await redis.set(`${prefix}payload:${GONE}`, '1');
      await redis.rpush(`${prefix}history:weekly`, '{}');
      await redis.rpush(`${prefix}members:${GONE}`, '1');
    },
    `left-over ${GONE}`,
    `left-over ${GONE}`,
    'left-over weekly',
  ],
  'keys of another type': [
    async () => {
      await redis.set(`${prefix}holders:x`, '1');
      await redis.set(`${prefix}deadlines:`, '1');
    },
    'wrong-type holders:x',
    'unknown-key deadlines:',
  ],
  'keys that nobody knows, or that never expire': [
    async () => {
      await redis.set(`${prefix}mine`, '1');
      await redis.set(`{${namespace}:9}:job:${GONE}`, '1');
      await redis.sadd(`${prefix}freed:x`, '1');
    },
    'unknown-key mine',
    () => `unknown-key job:${GONE}`,
    'never-expires freed:x',
  ],
  'a record that was set aside': [() => redis.zadd(`${prefix}quarantine`, 1, GONE), `quarantined ${GONE}`],
};

async function batchId(): Promise<string> {
  return (await redis.zrange(`${prefix}batches`, 0, '0'))[0] ?? '';
}

test.each(Object.keys(DAMAGES))('%s', async (name) => {
  const [damage, ...expected] = DAMAGES[name] ?? [() => Promise.resolve()];
  await damage();
  const all = await Promise.all(expected.map(async (one) => (typeof one === 'string' ? one : one())));
  expect(await found()).toEqual(all.toSorted());
});

test('a place and a unique key that nobody has a right to are taken back, and the audit log tells', async () => {
  await redis.zrem(`${prefix}leases`, ADA);
  await redis.zadd(`${prefix}leases`, Date.now() + 60_000, 'another-one-');
  await redis.sadd(`${prefix}holders:bank`, `${'-'.repeat(24)}${GONE}`);
  await redis.set(`${prefix}lock:u:mail:free`, GONE);
  const actor = { who: 'ada', why: 'a test' };
  const { findings } = await check();
  const repaired = await repairKeys(shards, findings, actor);
  expect(repaired.map(({ kind, id }) => `${kind} ${id}`).toSorted()).toEqual([
    `place-without-right ${GONE}`,
    `place-without-right ${jobs.processing}`,
    `unique-key-of-ended-job ${GONE}`,
  ]);
  const left = (await found()).map((text) => text.split(' ')[0]);
  expect(new Set(left)).toEqual(new Set(['claim-without-worker']));
  expect(await redis.exists(`${prefix}lock:u:mail:free`)).toBe(0);
  const entries = await redis.xrevrange(`${prefix}audit`, '+', '-', 'COUNT', 3);
  expect(entries.map(([, fields]) => `${fields[1]} ${fields[3]} ${fields[5]}`).toSorted()).toEqual([
    'ada free bank',
    'ada free bank',
    'ada unlock u:mail:free',
  ]);
  expect(await repairKeys(shards, findings, actor)).toEqual([]);
});

test('a job that no index names is cancelled and requeued, as the advice says, and is found no more', async () => {
  await redis.srem(`${prefix}processing:${ADA}:000000000001`, jobs.running);
  await redis.zrem(`${prefix}parked:mail`, jobs.parked);
  await redis.lrem(`${prefix}ready:other:2`, 1, jobs.enqueued);
  const lost = [jobs.running, jobs.parked, jobs.enqueued];
  expect(await found()).toEqual(lost.map((id) => `job-not-indexed ${id}`).toSorted());
  for (const id of lost) {
    await client.cancel(id);
    await client.requeue(id);
  }
  expect(await found()).toEqual([]);
});
