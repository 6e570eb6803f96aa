import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Monitor } from '../monitor.ts';
import { KEY, shardPrefix } from '../redis/keys.ts';
import { A, ADA, B, BOB } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import { beatOf } from './worker-reader.ts';

const store = await sharedRedis();
const redis = store.connect();
const MINUTE = 60_000;

let prefix: string;
let monitor: Monitor;
beforeEach(() => {
  const namespace = store.namespace();
  prefix = shardPrefix(namespace, 0);
  monitor = new Monitor({ redis: store.url, namespace });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await monitor.close();
});

/** A worker whose lease ends so long from now, by the clock of Redis. */
async function plant(id: string, leftMs: number, info: object): Promise<void> {
  const [seconds = 0] = await redis.time();
  await redis.zadd(prefix + KEY.leases, seconds * 1000 + leftMs, id);
  await redis.hset(prefix + KEY.workers, id, JSON.stringify(info));
}

describe('when a worker was heard of', () => {
  test('is told by what is left of its lease', () => {
    expect(beatOf(15_000, 14_000)).toEqual({ beatAgeMs: 1000, isLate: false });
    expect(beatOf(15_000, 7500)).toEqual({ beatAgeMs: 7500, isLate: false });
    expect(beatOf(15_000, 7499)).toEqual({ beatAgeMs: 7501, isLate: true });
    expect(beatOf(15_000, -1000)).toEqual({ beatAgeMs: 16_000, isLate: true });
  });

  test('is never still to come, whatever the clock of Redis has done', () => {
    expect(beatOf(15_000, 20_000)).toEqual({ beatAgeMs: 0, isLate: false });
  });

  test('is counted by the clock of Redis', async () => {
    await plant('prompt', 9 * MINUTE, { leaseMs: 10 * MINUTE });
    await plant('late', 2 * MINUTE, { leaseMs: 10 * MINUTE });
    vi.spyOn(Date, 'now').mockReturnValue(0);
    const workers = await monitor.workers();
    expect(workers.map(({ id, isLate }) => [id, isLate])).toEqual([
      ['late', true],
      ['prompt', false],
    ]);
    const [late = 0, prompt = 0] = workers.map(({ beatAgeMs }) => beatAgeMs);
    expect(late).toBeGreaterThanOrEqual(8 * MINUTE);
    expect(late - prompt).toBeGreaterThan(6 * MINUTE);
    expect(late - prompt).toBeLessThan(9 * MINUTE);
  });

  test('is not known of an older worker, nor of one whose words are no numbers', async () => {
    await plant('older', MINUTE, { host: 'h' });
    await plant('odd', 2 * MINUTE, { host: 'i', leaseMs: 'long' });
    const workers = await monitor.workers();
    expect(workers.map(({ id, beatAgeMs, isLate }) => [id, beatAgeMs, isLate])).toEqual([
      ['older', undefined, false],
      ['odd', undefined, false],
    ]);
  });
});

test('workers stand by host, process and id, whichever beat last', async () => {
  await plant('z', 5 * MINUTE, { host: 'alpha', pid: 20 });
  await plant('b', 2 * MINUTE, { host: 'beta', pid: 1 });
  await plant('c', MINUTE, { host: 'beta', pid: 1 });
  await plant('y', 4 * MINUTE, { host: 'alpha', pid: 3 });
  const ids = async (): Promise<string[]> => (await monitor.workers()).map(({ id }) => id);
  expect(await ids()).toEqual(['y', 'z', 'b', 'c']);
  await plant('c', 9 * MINUTE, { host: 'beta', pid: 1 });
  expect(await ids()).toEqual(['y', 'z', 'b', 'c']);
});

describe('since when a job runs', () => {
  const shards = new Shards(store, 1);
  let shard: TestShard;
  beforeEach(async () => (shard = await shards.next()));
  afterAll(() => shards.close());

  const tell = (worker: string, load: unknown): Promise<number> =>
    redis.hset(shard.prefix + KEY.loads, worker, JSON.stringify(load));

  const starts = async (): Promise<unknown[]> =>
    (await shard.reader.findMany([A, B])).map((job) => 'startedAt' in job && job.startedAt);

  test('is what the worker says of the claim that has it', async () => {
    const claim = await shard.process([A, B]);
    await tell(ADA, { longest: [[A, 7, claim]] });
    expect(await starts()).toEqual([7, undefined]);
    await tell(ADA, { longest: [[B, 8, claim + 1]] });
    await tell(BOB, { longest: [[A, 9, claim]] });
    expect(await starts()).toEqual([undefined, undefined]);
  });

  test('is not known of a job that has ended, whatever is told of it', async () => {
    await shard.succeed([A]);
    await tell(ADA, { longest: [[A, 7, 1]] });
    expect(await starts()).toEqual([undefined]);
  });

  test.each([
    ['an older worker, which says nothing', { running: 1 }],
    ['words that are no runs', { longest: [A, [A], [A, '7', 1], null] }],
    ['no list', { longest: 1 }],
    ['null', null],
  ])('is not known by %s', async (_, load) => {
    await shard.process([A]);
    await tell(ADA, load);
    expect(await starts()).toEqual([undefined]);
  });

  test('is not known where loads are damaged, which hides no job', async () => {
    await shard.process([A]);
    await redis.hset(shard.prefix + KEY.loads, ADA, '{');
    expect(await starts()).toEqual([undefined]);
    await redis.del(shard.prefix + KEY.loads);
    await redis.set(shard.prefix + KEY.loads, 'no hash');
    expect(await starts()).toEqual([undefined]);
  });

  test('is asked for in one call for a page, and for none where nothing runs', async () => {
    await shard.enqueue([A]);
    const asked = vi.spyOn(shards.connection.redis, 'hmget');
    await starts();
    expect(asked).not.toHaveBeenCalled();
    await shard.enqueue([B]);
    await shard.register(ADA);
    await shard.claimNext(ADA);
    await starts();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test('stands with its worker, the oldest first', async () => {
    await plant('busy', MINUTE, {});
    await redis.hset(
      prefix + KEY.loads,
      'busy',
      JSON.stringify({ running: 2, longest: [[A, 7, 1], [B, 8, 1], 'odd'] }),
    );
    const [{ load } = {}] = await monitor.workers();
    expect(load).toEqual({
      running: 2,
      longest: [
        { id: A, startedAt: 7 },
        { id: B, startedAt: 8 },
      ],
    });
    await redis.hset(prefix + KEY.loads, 'busy', JSON.stringify({ running: 0 }));
    expect((await monitor.workers())[0]?.load).toEqual({ running: 0 });
  });
});
