import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { A, ADA, B } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';

const KEPT = 1000;
const store = await sharedRedis();
const shards = new Shards(store, 1);
afterAll(() => shards.close());

test('of damaged records the newest thousand stay, and of the others nothing that belonged to them', async () => {
  const shard = await shards.next();
  const redis = shard.jobs.prefix;
  const direct = store.connect();
  await direct.set(`${redis}quarantine:${B}`, 'damaged long ago');
  await direct.set(`${redis}payload:${B}`, '"large"');
  await direct.set(`${redis}log:${B}`, 'line');
  await direct.sadd(`${redis}extras`, B);
  await direct.zadd(`${redis}quarantine`, 1, B);
  for (let n = 1; n < KEPT; n++) await direct.zadd(`${redis}quarantine`, 1 + n, `older-${n}`);
  await shard.enqueue([A]);
  await direct.set(`${redis}job:${A}`, 'no record');
  await shard.register(ADA);
  await shard.claim(ADA, 1);
  expect(await direct.zcard(`${redis}quarantine`)).toBe(KEPT);
  expect(await direct.get(`${redis}quarantine:${A}`)).toBe('no record');
  const left = await Promise.all(
    ['quarantine:', 'payload:', 'log:'].map((kind) => direct.exists(redis + kind + B)),
  );
  expect([left, await direct.sismember(`${redis}extras`, B)]).toEqual([[0, 0, 0], 0]);
});
