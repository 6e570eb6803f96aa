import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { createIdSource } from '../job/job-id.ts';
import { ADA, no, START_MS } from '../testing/cast.ts';
import { newRecord } from '../testing/records.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const FLOOD = 'flood';
/** The embedded store is slow. */
const TENANTS = store.kind === 'embedded' ? 500 : 10_000;
const CLAIM = 100;
const nextId = createIdSource({ now: () => START_MS, randomBytes: (bytes) => bytes.fill(7) });

/** Stores one job for each of these groups, 500 a call. Returns their ids. */
async function admit(shard: TestShard, groups: readonly string[], lane: number): Promise<string[]> {
  await shard.queues.learnCodes(['mail']);
  const code = shard.queues.knownCode('mail') ?? '';
  const ids = groups.map(() => nextId(0));
  for (let from = 0; from < ids.length; from += 500) {
    const jobs = ids.slice(from, from + 500).flatMap((id, i) => {
      const header = `greet ${JSON.stringify({ ties: { group: [groups[from + i], 1] } })}`;
      return [id, newRecord({ state: 'E', place: `${code}6`, header, payload: '{}' })];
    });
    const call = { client: 'shop', lane, call: from + 1, touch: false, largePayloads: [] };
    await shard.jobs.admit({ ...call, groups: [{ queue: 'mail', code, place: 'now', jobs }] });
  }
  return ids;
}

/** Ids in the order in which they are taken, until none of `wanted` is left. */
async function takeUntil(shard: TestShard, wanted: ReadonlySet<string>): Promise<string[]> {
  const order: string[] = [];
  for (let left = wanted.size; left > 0;) {
    const claim = await shard.claimNext(ADA, { most: CLAIM });
    const ids = (await shard.redis.smembers(`${shard.prefix}processing:${ADA}:${no(claim)}`)).toSorted();
    if (ids.length === 0) throw new Error(`${left} are not to be had`);
    const lines = ids.map(() => `\nS ${ADA} ${no(claim)} 1 1 2 {}`);
    await shard.jobs.succeed(ADA, 10, [{ claim: no(claim), ties: 'more', ids, lines }]);
    order.push(...ids);
    left -= ids.filter((id) => wanted.has(id)).length;
  }
  return order;
}

test(`one tenant's flood at most doubles the wait of ${TENANTS} others`, { timeout: 60_000 }, async () => {
  const shard = await shards.next();
  await shard.register(ADA);
  await admit(
    shard,
    Array.from({ length: 2 * TENANTS }, () => FLOOD),
    0,
  );
  const others = await admit(
    shard,
    Array.from({ length: TENANTS }, (_, n) => `tenant-${n}`),
    1,
  );
  const wanted = new Set(others);
  const order = await takeUntil(shard, wanted);
  // Alone, the n-th of the others would be the n-th to start.
  const starts = order.flatMap((id, at) => (wanted.has(id) ? [at] : []));
  const late = starts.filter((at, n) => at > 2 * n + CLAIM);
  expect(starts).toHaveLength(TENANTS);
  expect(late).toEqual([]);
  // Nor is the flood forgotten: it has a turn among as many as there are groups.
  expect(order.length).toBeGreaterThan(TENANTS);
});
