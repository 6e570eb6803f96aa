import type { JobState } from '../job/states.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import { readQueueCounts, readQueueNames } from './queue-reader.ts';

/** How many jobs of a shard are in each state. */
export async function readStateCounts(shard: Shard): Promise<Record<JobState, number>> {
  const { connection, prefix } = shard;
  const { redis } = connection;
  const names = await readQueueNames(connection, prefix);
  const [scheduled, succeeded, staleSucceeded, failed, cancelled, awaiting, open, ...queues] =
    await Promise.all([
      redis.zcard(prefix + KEY.scheduled),
      redis.llen(prefix + KEY.succeeded),
      redis.hget(prefix + KEY.stale, 'succeeded'),
      redis.zcard(prefix + KEY.failed),
      redis.zcard(prefix + KEY.cancelled),
      redis.zcard(prefix + KEY.awaiting),
      readOpenIds(shard),
      ...names.map((name) => readQueueCounts(connection, prefix, name)),
    ]);
  return {
    scheduled,
    enqueued: queues.reduce((sum, counts) => sum + counts.enqueued, 0),
    awaiting,
    processing: open.length,
    succeeded: Math.max(0, succeeded - Number(staleSucceeded ?? 0)),
    failed,
    cancelled,
  };
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
