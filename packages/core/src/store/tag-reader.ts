import { isJobId } from '../job/job-id.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { ShardPage } from './page-reader.ts';

/** The newest `most` jobs of a shard with a tag. An entry may be of a job that is gone or has other tags by now. */
export async function readTagged(
  { connection: { redis }, prefix }: Shard,
  tag: string,
  most: number,
): Promise<ShardPage> {
  const key = prefix + KEY.tag + tag;
  const [flat, total] = await Promise.all([
    redis.zrevrange(key, 0, String(most - 1), 'WITHSCORES'),
    redis.zcard(key),
  ]);
  const entries = Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    order: -Number(flat[2 * i + 1]),
  }));
  return { entries: entries.filter(({ id }) => isJobId(id)), total };
}
