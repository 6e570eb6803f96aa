import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { JOB_DEFAULTS } from '../job/job.ts';
import { START_MS } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import type { ContractDescription } from './contract-store.ts';
import { readContract, readContracts } from './contract-store.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const contract = (name: string, schema = ''): ContractDescription => ({
  name,
  version: 1,
  queue: 'default',
  priority: 'normal',
  options: JOB_DEFAULTS,
  schemaStatus: schema === '' ? 'none' : 'known',
  schema,
});
const many = (first: number, count: number, schema?: string): ContractDescription[] =>
  Array.from({ length: count }, (_, i) => contract(`job-${first + i}`, schema));
const homeOf = ({ redis, prefix }: TestShard): Parameters<typeof readContract>[0] =>
  ({ connection: { redis }, prefix }) as never;

test('at most 1,000 names stay, those that were described last', async () => {
  const shard = await shards.next();
  await shard.workers.describe(many(0, 900, '{"type":"object"}'));
  shard.clock.advance(1000);
  await shard.workers.describe(many(900, 300));
  const left = (await readContracts(homeOf(shard))).map(({ name }) => Number(name.slice(4)));
  left.sort((a, b) => a - b);
  expect(left).toHaveLength(1000);
  expect(left.slice(-300)).toEqual(many(900, 300).map((_, i) => 900 + i));
  expect(await shard.redis.hlen(`${shard.prefix}schemas`)).toBe(700);
});

test('a worker with more than 1,000 names describes the first 1,000', async () => {
  const shard = await shards.next();
  await shard.workers.describe(many(0, 1100));
  expect(await shard.redis.hlen(`${shard.prefix}contracts`)).toBe(1000);
  expect(await readContract(homeOf(shard), 'job-0')).toMatchObject({ name: 'job-0', describedAt: START_MS });
});

test('schemas whose contracts are gone do not stay for ever', async () => {
  const shard = await shards.next();
  await shard.workers.describe(many(0, 5, '{}'));
  await shard.redis.del(`${shard.prefix}contracts`);
  await shard.workers.describe(many(5, 1));
  expect(await shard.redis.exists(`${shard.prefix}schemas`)).toBe(0);
});

test('a description that cannot be read is none', async () => {
  const shard = await shards.next();
  await shard.workers.describe([contract('good'), contract('bad'), contract('worse', '{"type":"object"}')]);
  await shard.redis.hset(`${shard.prefix}contracts`, 'bad', 'damage');
  await shard.redis.hset(`${shard.prefix}schemas`, 'worse', 'damage');
  expect((await readContracts(homeOf(shard))).map(({ name }) => name)).toEqual(['good', 'worse']);
  expect(await readContract(homeOf(shard), 'bad')).toBeUndefined();
  expect(await readContract(homeOf(shard), 'worse')).toMatchObject({ name: 'worse', schema: undefined });
});
