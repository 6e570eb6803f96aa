import type { JobState } from '../job/states.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** How many jobs of a shard are in each state but `enqueued`, which its queues tell. */
export async function readStateCounts(shard: Shard): Promise<Omit<Record<JobState, number>, 'enqueued'>> {
  const {
    connection: { redis },
    prefix,
  } = shard;
  const [scheduled, succeeded, failed, cancelled, awaiting, open] = await Promise.all([
    redis.zcard(prefix + KEY.scheduled),
    readSucceededCount(shard),
    redis.zcard(prefix + KEY.failed),
    redis.zcard(prefix + KEY.cancelled),
    redis.zcard(prefix + KEY.awaiting),
    readOpenIds(shard),
  ]);
  return { scheduled, awaiting, processing: open.length, succeeded, failed, cancelled };
}

/** How many succeeded jobs a shard keeps. */
export async function readSucceededCount({ connection: { redis }, prefix }: Shard): Promise<number> {
  const [entries, stale] = await Promise.all([
    redis.llen(prefix + KEY.succeeded),
    redis.hget(prefix + KEY.stale, 'succeeded'),
  ]);
  return Math.max(0, entries - Number(stale ?? 0));
}

/** Ids that are open in a claim of any worker, also of dead ones whose rescue is not finished. */
export async function readOpenIds({ connection: { redis }, prefix }: Shard): Promise<string[]> {
  const workers = new Set([
    ...(await redis.zrange(prefix + KEY.leases, 0, '-1')),
    ...(await redis.smembers(prefix + KEY.rescuing)),
  ]);
  const ids = await Promise.all(
    [...workers].map(async (worker) => {
      const claims = (await redis.hkeys(prefix + KEY.processing + worker)).filter((field) =>
        /^\d/.test(field),
      );
      return Promise.all(
        claims.map((claim) => redis.smembers(`${prefix}${KEY.processing}${worker}:${claim}`)),
      );
    }),
  );
  return ids.flat(2);
}

/** How often each transition happened on a shard. */
export async function readTotals({ connection: { redis }, prefix }: Shard): Promise<Record<string, number>> {
  const stats = await redis.hgetall(prefix + KEY.stats);
  return Object.fromEntries(Object.entries(stats).map(([name, n]) => [name, Number(n)]));
}

/** Damaged records of a shard. */
export async function readQuarantine({
  connection: { redis },
  prefix,
}: Shard): Promise<{ id: string; at: number }[]> {
  const flat = await redis.zrange(prefix + KEY.damaged, 0, '-1', 'WITHSCORES');
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    at: Number(flat[2 * i + 1]),
  }));
}
