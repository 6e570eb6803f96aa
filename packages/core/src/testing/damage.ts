import type { TestShard } from './test-shard.ts';

/** Puts a value of another type in the place of a key. */
export async function damageKey(shard: TestShard, key: string): Promise<void> {
  const path = shard.prefix + key;
  await shard.redis.del(path);
  if (/^(timekeeper$|job:|payload:|progress:|told:|quarantine:)/.test(key))
    await shard.redis.rpush(path, 'damage');
  else await shard.redis.set(path, 'damage');
}
