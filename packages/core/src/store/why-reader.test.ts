import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../client.ts';
import type { JobContract } from '../contract.ts';
import { defineJob } from '../contract.ts';
import { shardOf } from '../job/job-id.ts';
import { encodeTailLine } from '../job/job.ts';
import type { TailCode } from '../job/job.ts';
import { Monitor } from '../monitor.ts';
import { Connection } from '../redis/connect.ts';
import type { Shard } from '../shard-set.ts';
import { ShardSet } from '../shard-set.ts';
import { ADA, BOB, no } from '../testing/cast.ts';
import type { WhyReason } from '../why-reason.ts';
import { DEFAULT_RETENTION } from './job-store.ts';
import { WorkerRegistry } from './worker-registry.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
const LEASE_MS = 60_000;

let client: Client;
let monitor: Monitor;
let connection: Connection;
let shards: readonly Shard[];
let claims: number;

beforeEach(async () => {
  const place = { redis: store.url, namespace: store.namespace(), shards: testShardCount() };
  client = new Client(place);
  monitor = new Monitor(place);
  connection = new Connection(store.url, 'commands');
  shards = await new ShardSet(connection, place.namespace, place.shards).open(5000);
  claims = 0;
});
afterEach(async () => {
  await client.close();
  await monitor.close();
  connection.close();
});

/** A worker that lives in every shard, and runs nothing. */
async function register(worker: string, info?: object, leaseMs = LEASE_MS): Promise<void> {
  for (const { prefix, number } of shards) {
    const text = number === 0 && info !== undefined ? JSON.stringify(info) : '';
    await new WorkerRegistry(connection, prefix).register(worker, leaseMs, text);
  }
}

/** As `worker` of the package says of itself. */
const about = (info: object = {}): object => ({
  host: 'h1',
  pid: 42,
  queues: ['mail'],
  jobs: ['greet'],
  concurrency: 5,
  ...info,
});

async function tellLoad(worker: string, running: number): Promise<void> {
  const load = JSON.stringify({ running, stallMs: 0, memoryBytes: 1 });
  await new WorkerRegistry(connection, shards[0]?.prefix ?? '').renew(worker, {
    leaseMs: LEASE_MS,
    sweepMs: 3000,
    load,
  });
}

/** Takes what waits in `mail`, in every shard. */
async function claim(worker = ADA, suspects: 'none' | 'one' | 'alone' = 'one'): Promise<string> {
  const number = no(++claims);
  for (const { jobs } of shards) {
    const call = {
      worker,
      claim: number,
      most: 10,
      leaseMs: LEASE_MS,
      wasIdle: false,
      suspects,
      queues: ['mail'],
    };
    await jobs.claim(call);
  }
  return number;
}

const shardOfJob = (id: string): Shard => shards[shardOf(id)] as Shard;

/** The outcome of a job that {@link ADA} has. */
async function end(
  id: string,
  claim: string,
  code: TailCode,
  detail: unknown,
  delayMs = 60_000,
): Promise<void> {
  const line = encodeTailLine({
    code,
    worker: ADA,
    claim,
    attempt: 1,
    startedAt: 1,
    endedAt: 2,
    json: JSON.stringify(detail),
  });
  const { jobs } = shardOfJob(id);
  const outcome = [{ claim, id, line, delayMs }];
  if (code === 'S') await jobs.succeed(ADA, 100, [{ claim, tied: true, ids: [id], lines: [line] }]);
  else if (code === 'R') await jobs.retry(ADA, outcome);
  else if (code === 'D') await jobs.defer(ADA, outcome);
  else if (code === 'C') await jobs.drop(ADA, 100, outcome);
  else await jobs.fail(ADA, 100, outcome);
}

/** The one reason; a client and a monitor say the same. */
async function only(id: string): Promise<WhyReason> {
  const reasons = await client.why(id);
  expect(await monitor.why(id)).toMatchObject(reasons.map(({ code }) => ({ code })));
  expect(reasons.map(({ code }) => code)).toHaveLength(1);
  return reasons[0];
}

const codes = async (id: string): Promise<string[]> => (await client.why(id)).map(({ code }) => code);

const enqueue = async (
  options: Parameters<Client['enqueue']>[2] = {},
  contract: JobContract<number> = greet,
) => (await client.enqueue(contract, 1, options as never)).id;

/** Lets a worker die with what it holds. */
async function die(worker: string): Promise<void> {
  for (const { prefix, jobs } of shards) {
    await connection.redis.zadd(`${prefix}leases`, 1, worker);
    await connection.redis.hset(`${prefix}sweep`, 'graceUntil', 0);
    await jobs.rescue(worker, DEFAULT_RETENTION);
  }
}

describe('a job that is not there', () => {
  test.each(['01JD3M5ZK8Q4XW7N2R6T000000', 'no id'])('%s is not found', async (id) => {
    expect(await only(id)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('or whose record cannot be read, is said to be damaged', async () => {
    const id = await enqueue();
    await connection.redis.set(`${shardOfJob(id).prefix}job:${id}`, 'no record');
    expect(await only(id)).toMatchObject({ code: 'DAMAGED', quarantinedAt: undefined });
    await register(ADA);
    await claim();
    expect(await only(id)).toMatchObject({ code: 'DAMAGED', quarantinedAt: expect.any(Number) as number });
  });

  test('because its key holds something else, is said to be damaged', async () => {
    const id = await enqueue();
    await connection.redis.del(`${shardOfJob(id).prefix}job:${id}`);
    await connection.redis.rpush(`${shardOfJob(id).prefix}job:${id}`, 'a list');
    expect(await only(id)).toMatchObject({ code: 'DAMAGED' });
  });
});

describe('a job that has ended', () => {
  beforeEach(() => register(ADA));

  test('has succeeded', async () => {
    const id = await enqueue();
    await end(id, await claim(), 'S', 'fine');
    expect(await only(id)).toMatchObject({ code: 'SUCCEEDED', endedAt: 2, worker: ADA });
  });

  test('has failed, with its error', async () => {
    const id = await enqueue();
    await end(id, await claim(), 'F', { name: 'Error', message: 'no luck' });
    expect(await only(id)).toMatchObject({
      code: 'FAILED',
      attempt: 1,
      isPoison: false,
      error: { message: 'no luck' },
      message: expect.stringContaining('no luck') as string,
    });
  });

  test('was cancelled by a person, with the reason', async () => {
    const id = await enqueue();
    await client.cancel(id, { by: 'eve', reason: 'wrong address' });
    expect(await only(id)).toMatchObject({
      code: 'CANCELLED',
      cause: 'person',
      by: 'eve',
      why: 'wrong address',
    });
  });

  test('was cancelled by its handler', async () => {
    const id = await enqueue();
    await end(id, await claim(), 'C', { by: 'handler', why: 'paid already' });
    expect(await only(id)).toMatchObject({ code: 'CANCELLED', cause: 'handler', why: 'paid already' });
  });

  test('was cancelled because of its parent', async () => {
    const parent = await enqueue();
    const child = await client.continueWith(parent, greet, 2);
    await client.cancel(parent);
    expect(await only(child.id)).toMatchObject({ code: 'CANCELLED', cause: 'PARENT_ENDED', parent });
  });

  test('was cancelled because its deadline passed', async () => {
    const id = await enqueue({ expireIn: 1 });
    await expect.poll(async () => (await shardOfJob(id).jobs.expire(100)).ended).toBe(1);
    expect(await only(id)).toMatchObject({ code: 'CANCELLED', cause: 'EXPIRED' });
  });
});

describe('a job that a worker has', () => {
  test('is running, on that worker', async () => {
    await register(ADA, about());
    const id = await enqueue();
    await claim();
    const reason = await only(id);
    expect(reason).toMatchObject({ code: 'RUNNING', worker: ADA, attempt: 1, isWorkerAlive: true });
    if (shardOf(id) === 0) expect(reason).toMatchObject({ host: 'h1', pid: 42 });
  });

  test('whose lease has ended, goes back soon', async () => {
    await register(ADA, about());
    const id = await enqueue();
    await claim();
    await connection.redis.zadd(`${shardOfJob(id).prefix}leases`, 1, ADA);
    expect(await only(id)).toMatchObject({
      code: 'RUNNING',
      isWorkerAlive: false,
      message: expect.stringContaining('lease has ended') as string,
    });
  });

  test('without holding it, is no explanation', async () => {
    await register(ADA, about());
    const id = await enqueue();
    const number = await claim();
    await connection.redis.del(`${shardOfJob(id).prefix}processing:${ADA}:${number}`);
    expect(await only(id)).toMatchObject({ code: 'UNKNOWN' });
  });
});

describe('a scheduled job', () => {
  beforeEach(() => register(ADA, about()));

  test('is due later', async () => {
    const { id } = await client.schedule(greet, 1, { in: '10m' });
    const reason = await only(id);
    expect(reason).toMatchObject({ code: 'SCHEDULED', because: 'DELAY', isOverdue: false });
    expect(reason.message).toMatch(/in (9 min 59 s|10 min)/);
  });

  test('was debounced', async () => {
    const id = await enqueue({ debounce: { key: 'k', wait: '1h' } });
    expect(await only(id)).toMatchObject({ code: 'SCHEDULED', because: 'DEBOUNCE' });
  });

  test('is retried after an error', async () => {
    const id = await enqueue();
    await end(id, await claim(), 'R', { name: 'Error', message: 'busy' });
    expect(await only(id)).toMatchObject({
      because: 'RETRY',
      error: { message: 'busy' },
      message: expect.stringContaining('its last attempt failed: busy') as string,
    });
  });

  test.each(['NEWER_VERSION', 'PAYLOAD_NOT_DECRYPTED', 'PAYLOAD_CODEC_UNKNOWN', 'SOMETHING_NEW'])(
    'was put off by %s',
    async (reason) => {
      const id = await enqueue();
      await end(id, await claim(), 'D', { reason });
      expect(await only(id)).toMatchObject({ code: 'SCHEDULED', because: reason });
    },
  );

  test('was put off by its handler, with the reason', async () => {
    const id = await enqueue();
    await end(id, await claim(), 'D', { reason: 'SNOOZED', why: 'the bank is closed' });
    expect(await only(id)).toMatchObject({ because: 'SNOOZED', why: 'the bank is closed' });
  });

  test('without a handler names that too, while nobody has one', async () => {
    const id = await enqueue({}, defineJob<number>({ name: 'odd', queue: 'mail' }));
    await end(id, await claim(), 'D', { reason: 'NO_HANDLER' });
    expect(await client.why(id)).toMatchObject([
      { code: 'SCHEDULED', because: 'NO_HANDLER' },
      { code: 'NO_HANDLER', name: 'odd', workers: 1 },
    ]);
    await register(BOB, about({ jobs: ['odd'] }));
    expect(await codes(id)).toEqual(['SCHEDULED']);
  });

  test('whose time has come says what stands behind', async () => {
    const { id } = await client.schedule(greet, 1, { at: new Date(1000) });
    expect(await only(id)).toMatchObject({ code: 'SCHEDULED', isOverdue: true });
    await client.queue('mail').pause();
    expect(await codes(id)).toEqual(['SCHEDULED', 'QUEUE_PAUSED']);
  });
});

describe('an awaiting job', () => {
  test('names its parents, and how they are', async () => {
    await register(ADA, about());
    const key = { concurrency: { key: '{family}' } };
    const running = await enqueue(key);
    await claim();
    const failed = await enqueue({ unique: { key: '{family}' } });
    await end(failed, await claim(), 'F', { name: 'Error', message: 'no luck' });
    const { id: later } = await client.schedule(greet, 1, { in: '1h', ...key });
    const child = await client.continueWith([running, failed, later], greet, 2);
    const reason = await only(child.id);
    expect(reason).toMatchObject({ code: 'AWAITING_PARENTS', isDraft: false, inMs: undefined });
    expect('parents' in reason && reason.parents.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
      { id: running, state: 'processing', on: ['succeeded'] },
      { id: failed, state: 'failed' },
      { id: later, state: 'scheduled' },
    ]);
    expect(reason.message).toContain('requeue it');
  });

  test('tells how long it waits after them', async () => {
    const child = await client.continueWith(await enqueue(), greet, 2, { on: 'finished', in: '5m' });
    expect(await only(child.id)).toMatchObject({
      inMs: 300_000,
      parents: [{ on: ['succeeded', 'failed', 'cancelled'] }],
    });
  });

  test('whose parent has just succeeded, and that is not told yet, says so', async () => {
    await register(ADA, about());
    const parent = await enqueue();
    const child = await client.continueWith(parent, greet, 2, { on: 'failed' });
    // What a call with more children than it may look at leaves for later.
    await connection.redis.del(`${shardOfJob(parent).prefix}children:${parent}`);
    await end(parent, await claim(), 'S', 'x'.repeat(5000));
    expect(await only(child.id)).toMatchObject({ parents: [{ id: parent, state: 'succeeded' }] });
  });

  test('whose parent is gone, or damaged, says so', async () => {
    const [gone, damaged] = [
      await enqueue({ unique: { key: '{x}1' } }),
      await enqueue({ unique: { key: '{x}2' } }),
    ];
    const child = await client.continueWith([gone, damaged], greet, 2);
    const { prefix } = shardOfJob(gone);
    await connection.redis.del(`${prefix}job:${gone}`);
    await connection.redis.set(`${prefix}job:${damaged}`, 'x'.repeat(100));
    const reason = await only(child.id);
    expect('parents' in reason && reason.parents.map(({ state }) => state).toSorted()).toEqual([
      'damaged',
      'missing',
    ]);
  });
});

describe('a waiting job', () => {
  test('that nobody takes, says that no live worker has its queue', async () => {
    const id = await enqueue();
    expect(await only(id)).toMatchObject({ code: 'NO_WORKER', queue: 'mail', workers: 0, undescribed: 0 });
    await register(ADA, about({ queues: ['pics'] }));
    expect(await only(id)).toMatchObject({ code: 'NO_WORKER', workers: 1 });
    await register(BOB);
    expect(await only(id)).toMatchObject({
      undescribed: 1,
      message: expect.stringContaining('1 live worker did not say') as string,
    });
  });

  test('does not count on a worker whose lease has ended', async () => {
    const id = await enqueue();
    await register(ADA, about());
    await connection.redis.zadd(`${shards[0]?.prefix ?? ''}leases`, 1, ADA);
    expect(await only(id)).toMatchObject({ code: 'NO_WORKER', workers: 0 });
  });

  test('without a handler says so, and who has one', async () => {
    const id = await enqueue();
    await register(ADA, about({ jobs: ['other'] }));
    await register(BOB, about({ queues: ['pics'] }));
    expect(await only(id)).toMatchObject({ code: 'NO_HANDLER', name: 'greet', workers: 1, elsewhere: 1 });
  });

  test('waits for a free slot, behind others', async () => {
    await register(ADA, about());
    await enqueue();
    await connection.redis.hdel(`${shards[0]?.prefix ?? ''}loads`, ADA);
    const unique = { key: '{q}' };
    const [id] = (await client.enqueueMany(greet, [1], { unique })).map((handle) => handle.id);
    const { prefix } = shardOfJob(id ?? '');
    await connection.redis.lpush(`${prefix}ready:mail:2`, 'an entry before it');
    await connection.redis.rpush(`${prefix}ready:mail:0`, 'an urgent one', 'another');
    const length = await connection.redis.llen(`${prefix}ready:mail:2`);
    expect(await only(id ?? '')).toMatchObject({
      code: 'WAITS_FOR_SLOT',
      position: length,
      waiting: length,
      urgent: 2,
      slots: 5,
      busy: undefined,
      workers: 1,
    });
    await tellLoad(ADA, 5);
    expect(await only(id ?? '')).toMatchObject({
      busy: 5,
      message: expect.stringMatching(
        /number \d of \d in its list, behind 2 jobs .* 5 of 5 slots busy/,
      ) as string,
    });
  });

  test('finds itself in a long list from both ends, and says when it does not', async () => {
    await register(ADA, about());
    const id = await enqueue();
    const key = `${shardOfJob(id).prefix}ready:mail:2`;
    const others = Array.from({ length: 12_000 }, (_, n) => `before ${n}`);
    await connection.redis.lpush(key, ...others);
    expect(await only(id)).toMatchObject({ code: 'WAITS_FOR_SLOT', position: 12_001, waiting: 12_001 });
    await connection.redis.rpush(key, ...others);
    expect(await only(id)).toMatchObject({ code: 'WAITS_FOR_SLOT', position: undefined, waiting: 24_001 });
  });

  test('in a group tells its place there', async () => {
    await register(ADA, about());
    const group = '{g}';
    await enqueue({ group });
    const id = await enqueue({ group });
    expect(await only(id)).toMatchObject({ code: 'WAITS_FOR_SLOT', group, position: 2, waiting: 2 });
  });

  test('that stands in no list is no explanation', async () => {
    await register(ADA, about());
    const id = await enqueue();
    await connection.redis.del(`${shardOfJob(id).prefix}ready:mail:2`);
    expect(await only(id)).toMatchObject({ code: 'UNKNOWN' });
  });

  test('beside a key that holds something else is no explanation', async () => {
    const id = await enqueue({ concurrency: { key: 'line' } });
    await connection.redis.set(`${shardOfJob(id).prefix}holders:line`, 'damage');
    expect(await only(id)).toMatchObject({
      code: 'UNKNOWN',
      message: expect.stringContaining('WRONGTYPE') as string,
    });
  });
});

describe('a pause', () => {
  beforeEach(() => register(ADA, about()));
  const who = { by: 'eve', reason: 'maintenance' };

  test('of its queue, its name and everything: each is named, with who and why', async () => {
    const id = await enqueue();
    await client.pause(who);
    await client.queue('mail').pause(who);
    await client.pause({ name: 'greet', ...who });
    const said = { by: 'eve', why: 'maintenance', at: expect.any(Number) as number };
    expect(await client.why(id)).toMatchObject([
      { code: 'EVERYTHING_PAUSED', ...said },
      { code: 'QUEUE_PAUSED', queue: 'mail', ...said },
      { code: 'NAME_PAUSED', name: 'greet', ...said },
    ]);
    await client.resume();
    await client.queue('mail').resume();
    expect(await codes(id)).toEqual(['NAME_PAUSED']);
  });

  test('of its name still holds a job that was set apart for it, and lets it go', async () => {
    const id = await enqueue();
    await client.pause({ name: 'greet', ...who });
    await claim();
    expect(await codes(id)).toEqual(['NAME_PAUSED']);
    await client.resume({ name: 'greet' });
    expect(await only(id)).toMatchObject({ code: 'BLOCKED', by: 'name', key: 'greet', position: 1 });
  });

  test('by a handler lets the queue rest', async () => {
    const first = await enqueue({ unique: { key: '{r}' } });
    const number = await claim();
    const registry = new WorkerRegistry(connection, shardOfJob(first).prefix);
    await registry.rest({ worker: ADA, claim: number, id: first }, 60_000);
    const id = await enqueue({ unique: { key: '{r}2' } });
    expect(await only(id)).toMatchObject({
      code: 'QUEUE_RESTS',
      queue: 'mail',
      until: expect.any(Number) as number,
    });
  });
});

describe('a limit', () => {
  beforeEach(() => register(ADA, about()));

  test('of its key says who has it, and how many wait before', async () => {
    const concurrency = { key: 'line' };
    const first = await enqueue({ concurrency });
    await claim();
    const second = await enqueue({ concurrency });
    const held = {
      key: 'line',
      limit: 1,
      running: 1,
      holders: [{ job: first, worker: ADA, isWorkerAlive: true, isCancelled: false }],
    };
    expect(await only(second)).toMatchObject({ code: 'LIMIT', position: undefined, ...held });
    await claim();
    const third = await enqueue({ concurrency });
    await claim();
    expect(await only(third)).toMatchObject({ code: 'LIMIT', position: 2, ...held });
    await client.cancel(first);
    expect(await only(second)).toMatchObject({ position: 1, holders: [{ job: first, isCancelled: true }] });
  });

  test('that is free again lets the job go soon', async () => {
    const concurrency = { key: 'line' };
    const first = await enqueue({ concurrency });
    await claim();
    const second = await enqueue({ concurrency });
    await claim();
    // What a lost release leaves behind.
    await connection.redis.del(`${shardOfJob(first).prefix}holders:line`);
    expect(await only(second)).toMatchObject({ code: 'BLOCKED', by: 'limit', key: 'line', position: 1 });
  });

  test('names each limit that is full, and none that has room', async () => {
    await enqueue({ concurrency: [{ key: '{c}1' }, { key: '{c}2', limit: 5 }] });
    await enqueue({ concurrency: { key: '{c}3' } });
    await claim();
    const id = await enqueue({ concurrency: [{ key: '{c}1' }, { key: '{c}2', limit: 5 }, { key: '{c}3' }] });
    expect(await client.why(id)).toMatchObject([
      { code: 'LIMIT', key: '{c}1' },
      { code: 'LIMIT', key: '{c}3' },
    ]);
  });

  test('of its queue', async () => {
    await client.queue('mail').configure({ limit: 1 });
    const first = await enqueue({ unique: { key: '{l}1' } });
    await claim();
    const id = await enqueue({ unique: { key: '{l}2' } });
    expect(await only(id)).toMatchObject({
      code: 'QUEUE_LIMIT',
      limit: 1,
      running: 1,
      holders: [{ job: first }],
    });
  });

  test('whose holder died names the lease that has ended', async () => {
    const concurrency = { key: 'line' };
    const first = await enqueue({ concurrency });
    await claim();
    await connection.redis.zadd(`${shardOfJob(first).prefix}leases`, 1, ADA);
    await register(BOB, about());
    const id = await enqueue({ concurrency });
    expect(await client.why(id)).toMatchObject([{ code: 'LIMIT', holders: [{ isWorkerAlive: false }] }]);
  });
});

describe('a rate', () => {
  beforeEach(() => register(ADA, about()));

  test.each([[{ burst: 2 }], [{ burst: 'window' as const }]])(
    'of its key (%j) says when the next may start',
    async (own) => {
      const rateLimit = { key: 'api', limit: 2, per: '1h', ...own };
      for (const _ of [1, 2]) await enqueue({ rateLimit });
      const before = await shards[0]?.recurring.now();
      await claim();
      const id = await enqueue({ rateLimit });
      const reason = await only(id);
      expect(reason).toMatchObject({ code: 'RATE', key: 'api', position: undefined });
      const wait = ('startsAt' in reason ? reason.startsAt : 0) - (before ?? 0);
      const expected = 'burst' in own && own.burst === 'window' ? 3_600_000 : 1_800_000;
      expect(wait).toBeGreaterThanOrEqual(expected);
      expect(wait).toBeLessThan(expected + 10_000);
      await claim();
      expect(await only(id)).toMatchObject({ code: 'RATE', position: 1 });
    },
  );

  test('of its queue', async () => {
    await client.queue('mail').configure({ rate: { limit: 1, per: '1h' } });
    await enqueue({ unique: { key: '{l}1' } });
    await claim();
    const id = await enqueue({ unique: { key: '{l}2' } });
    expect(await only(id)).toMatchObject({
      code: 'QUEUE_RATE',
      queue: 'mail',
      startsAt: expect.any(Number) as number,
    });
  });
});

test('a deadline that has passed comes first', async () => {
  await register(ADA, about());
  const id = await enqueue({ expireIn: 1 });
  await expect.poll(() => codes(id)).toEqual(['DEADLINE_PASSED']);
  await claim();
  expect(await codes(id)).toEqual(['DEADLINE_PASSED']);
});

describe('a suspect', () => {
  const CRASHES = ['Crasher----1', 'Crasher----2', 'Crasher----3', 'Crasher----4', 'Crasher----5'];

  async function crash(times: number): Promise<string> {
    const id = await enqueue();
    for (const worker of CRASHES.slice(0, times)) {
      await register(worker, about());
      await claim(worker);
      await die(worker);
    }
    await register(ADA, about());
    return id;
  }

  test('is taken one at a time', async () => {
    expect(await only(await crash(2))).toMatchObject({
      code: 'SUSPECT',
      crashes: 2,
      runsAlone: false,
      position: 1,
    });
  });

  test('that was blamed three times waits to run alone', async () => {
    const id = await crash(5);
    expect(await only(id)).toMatchObject({
      code: 'SUSPECT',
      crashes: 5,
      runsAlone: true,
      reservedBy: undefined,
    });
    await claim(ADA);
    expect(await only(id)).toMatchObject({ reservedBy: ADA });
    await claim(ADA, 'alone');
    await die(ADA);
    expect(await only(id)).toMatchObject({ code: 'FAILED', isPoison: true });
  });
});
