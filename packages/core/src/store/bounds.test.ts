import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { A, ADA, B, no, START_MS, tailLine } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

// What grows with what people do has an end: here at its full size.

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const FULL = 100_000;

/** Fills a sorted set with 100,000 members 0, 1, 2 … whose scores are these numbers from `first` on. */
async function fill({ redis, prefix }: TestShard, key: string, first: number): Promise<void> {
  for (let from = 0; from < FULL; from += 10_000) {
    const entries = Array.from({ length: 10_000 }, (_, i) => from + i);
    await redis.zadd(prefix + key, ...entries.flatMap((n) => [first + n, String(n)]));
  }
}

test('a job keeps its newest 1,000 log lines', async () => {
  const shard = await shards.next();
  await shard.process([A]);
  const run = { worker: ADA, claim: no(1), id: A };
  for (let from = 0; from < 1200; from += 200) {
    const lines = Array.from({ length: 200 }, (_, i) => `"${from + i}"`);
    expect(await shard.workers.progress(run, '', lines)).toBe('OK');
  }
  const kept = await shard.redis.lrange(`${shard.prefix}log:${A}`, 0, -1);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([1000, '"200"', '"1199"']);
});

test('a tag finds its newest 100,000 jobs', async () => {
  const shard = await shards.next();
  await fill(shard, 'tag:red', START_MS - 200_000);
  await shard.admit([A], { tags: ['red'] });
  const key = `${shard.prefix}tag:red`;
  expect(await shard.redis.zcard(key)).toBe(FULL);
  expect(await shard.redis.zscore(key, A)).toBe(String(START_MS));
  expect(await shard.redis.zscore(key, '0')).toBeNull();
});

test('100,000 jobs say themselves how long they are kept; the longest ones beyond that are kept as all', async () => {
  const shard = await shards.next();
  await fill(shard, 'kept', START_MS + 1000);
  await shard.admit([A], { keep: [100, 100] });
  await shard.admit([B], { keep: [1_000_000_000, 0] });
  await shard.register(ADA);
  await shard.claim(ADA, 1);
  for (const id of [A, B]) {
    const lines = [`\n${tailLine('S', no(1))}`];
    await shard.jobs.succeed(ADA, 100, [{ claim: no(1), ids: [id], lines, ties: 'more' }]);
  }
  const key = `${shard.prefix}kept`;
  expect(await shard.redis.zcard(key)).toBe(FULL);
  expect(await shard.redis.zscore(key, A)).toBe(String(START_MS + 100));
  expect(await shard.redis.zscore(key, B)).toBeNull();
});
