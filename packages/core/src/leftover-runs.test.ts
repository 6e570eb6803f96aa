import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { Monitor } from './monitor.ts';
import { Connection } from './redis/connect.ts';
import { KEY } from './redis/keys.ts';
import { A, ADA, B, C, EVE, START_MS } from './testing/cast.ts';
import { TestShard } from './testing/test-shard.ts';

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
const LEASE_MS = 15_000;

let shard: TestShard;
let monitor: Monitor;
beforeEach(async () => {
  await connection.ready(5000);
  const namespace = store.namespace();
  shard = new TestShard(connection, namespace, 0);
  monitor = new Monitor({ redis: store.url, namespace });
});
afterEach(() => monitor.close());
afterAll(() => connection.close());

/** What a worker tells of itself, and that it was heard of just now. */
async function tell(longest: unknown, { info = {}, load = {}, leftMs = LEASE_MS } = {}): Promise<void> {
  const { redis, prefix } = shard;
  const [seconds = 0] = await redis.time();
  await redis.zadd(prefix + KEY.leases, seconds * 1000 + leftMs, ADA);
  await redis.hset(
    prefix + KEY.workers,
    ADA,
    JSON.stringify({ host: 'h', pid: 1, leaseMs: LEASE_MS, ...info }),
  );
  await redis.hset(prefix + KEY.loads, ADA, JSON.stringify({ running: 1, stallMs: 0, ...load, longest }));
}

const ids = async (): Promise<string[]> => (await monitor.leftovers()).map(({ job }) => job);

/** A job that was cancelled while it ran, long ago by the clock of Redis; resolves to what its worker tells of it. */
async function cancelled(id: string): Promise<[string, number, number]> {
  const claim = await shard.process([id]);
  await shard.jobs.cancel([id], EVE, 100);
  return [id, START_MS - 5, claim];
}

test('a handler is left over whose job was cancelled, and no other of its worker', async () => {
  const claim = await shard.process([B]);
  const run = await cancelled(A);
  await tell([run, [B, START_MS - 4, claim]]);
  expect(await monitor.leftovers()).toEqual([
    { job: A, worker: ADA, startedAt: START_MS - 5, endedAt: START_MS },
  ]);
});

test('so is one of an earlier claim of a job that runs again', async () => {
  const claim = await shard.process([A]);
  await shard.jobs.cancel([A], EVE, 100);
  await shard.jobs.requeue([A], EVE);
  await shard.claimNext(ADA);
  await tell([
    [A, START_MS - 5, claim],
    [A, START_MS, claim + 1],
  ]);
  expect(await ids()).toEqual([A]);
});

test('none is that has just ended: its worker tells with the next beat but one', async () => {
  const run = await cancelled(A);
  await tell([run], { info: { leaseMs: 1e13 }, leftMs: 1e13 });
  expect(await ids()).toEqual([]);
  await tell([run]);
  expect(await ids()).toEqual([A]);
});

test('nobody knows of a worker that is late, or whose event loop is blocked', async () => {
  const run = await cancelled(A);
  await tell([run], { leftMs: LEASE_MS / 4 });
  expect(await ids()).toEqual([]);
  await tell([run], { load: { stallMs: 5000 } });
  expect(await ids()).toEqual([]);
});

test('what is no run, or of no job, is none', async () => {
  await shard.damage(B).catch(() => undefined);
  await tell([[C, 7, 1], ['odd', 7, 1], [B, 7, 1], 'x']);
  expect(await ids()).toEqual([]);
});
