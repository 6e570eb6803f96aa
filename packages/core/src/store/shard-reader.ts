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
    readOpenCount(shard),
  ]);
  return { scheduled, awaiting, processing: open, succeeded, failed, cancelled };
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
export async function readOpenIds(shard: Shard): Promise<string[]> {
  const { redis } = shard.connection;
  const ids = await Promise.all((await readOpenSets(shard)).map((key) => redis.smembers(key)));
  return ids.flat();
}

/** How many there are. */
async function readOpenCount(shard: Shard): Promise<number> {
  const { redis } = shard.connection;
  const counts = await Promise.all((await readOpenSets(shard)).map((key) => redis.scard(key)));
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Keys of the open sets of all claims. */
async function readOpenSets({ connection: { redis }, prefix }: Shard): Promise<string[]> {
  const [alive, dead] = await Promise.all([
    redis.zrange(prefix + KEY.leases, 0, '-1'),
    redis.smembers(prefix + KEY.rescuing),
  ]);
  const sets = await Promise.all(
    [...new Set([...alive, ...dead])].map(async (worker) => {
      const fields = await redis.hkeys(prefix + KEY.processing + worker);
      return fields
        .filter((field) => /^\d/.test(field))
        .map((claim) => `${prefix}${KEY.processing}${worker}:${claim}`);
    }),
  );
  return sets.flat();
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
