import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { A, ADA, B, EVE } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

/** A shard where job A stands twice in its list, once for nothing; B follows. */
let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
  await shard.enqueue([A]);
  await shard.jobs.cancel([A], EVE, 100);
  await shard.jobs.requeue([A], EVE);
  await shard.enqueue([B]);
  await shard.register(ADA);
});

test('a job that stands twice in its list is claimed once', async () => {
  const reply = await shard.claim(ADA, 1);
  expect('jobs' in reply && reply.jobs.filter((_, i) => i % 2 === 0)).toEqual([A, B]);
});

test('the entry that counted for nothing is forgotten with it', async () => {
  const { changes } = await shard.changesOf(() => shard.claim(ADA, 1));
  expect(changes).toMatchObject({ 'processing:Ada #1': '2', 'stale mail:2': '0' });
});

test('a purge removes a job that stands twice once', async () => {
  const { reply, changes } = await shard.changesOf(() => shard.jobs.purge('mail', EVE, true));
  expect(reply).toEqual({ removed: 2, more: false });
  expect(changes).toMatchObject({ 'stale mail:2': '0', 'stats deleted': '2' });
});
