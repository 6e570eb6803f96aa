import type { JobState } from '../job/states.ts';
import { STATE_LETTERS } from '../job/states.ts';
import { PRIORITIES } from '../job/priority.ts';
import { idTime } from '../job/job-id.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import { readQueueCounts, readQueueNames } from './queue-reader.ts';
import { readOpenIds, readStateCounts } from './shard-reader.ts';

/** The first jobs of a shard in one state, with what orders them among shards: the lowest comes first. */
export interface ShardPage {
  readonly entries: readonly { readonly id: string; readonly order: number }[];
  readonly total: number;
}

interface PageRequest {
  readonly state: JobState;
  readonly queue: string | undefined;
  readonly most: number;
}

/** Reads the first `most` jobs of a state. */
export async function readPage(shard: Shard, request: PageRequest): Promise<ShardPage> {
  switch (request.state) {
    case 'enqueued':
      return readEnqueued(shard, request);
    case 'scheduled':
      return readSorted(shard, KEY.scheduled, { most: request.most, sign: 1 });
    case 'failed':
      return readSorted(shard, KEY.failed, { most: request.most, sign: -1 });
    case 'cancelled':
      return readSorted(shard, KEY.cancelled, { most: request.most, sign: -1 });
    case 'processing':
      return readProcessing(shard, request.most);
    case 'succeeded':
      return readSucceeded(shard, request.most);
    case 'awaiting':
      return readSorted(shard, KEY.awaiting, { most: request.most, sign: 1 });
  }
}

interface SortedRequest {
  readonly most: number;
  /** 1: the lowest score first; -1: the highest. */
  readonly sign: 1 | -1;
}

async function readSorted(
  { connection: { redis }, prefix }: Shard,
  key: string,
  { most, sign }: SortedRequest,
): Promise<ShardPage> {
  const range =
    sign === 1
      ? redis.zrange(prefix + key, 0, String(most - 1), 'WITHSCORES')
      : redis.zrevrange(prefix + key, 0, String(most - 1), 'WITHSCORES');
  const [flat, total] = await Promise.all([range, redis.zcard(prefix + key)]);
  const entries = Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    order: sign * Number(flat[2 * i + 1]),
  }));
  return { entries, total };
}

async function readProcessing(shard: Shard, most: number): Promise<ShardPage> {
  const ids = (await readOpenIds(shard)).toSorted().toReversed();
  return { entries: ids.slice(0, most).map((id) => ({ id, order: -idTime(id) })), total: ids.length };
}

/** The list holds what finished last at its end; entries of jobs that were requeued or deleted are passed over. */
async function readSucceeded(shard: Shard, most: number): Promise<ShardPage> {
  const { connection, prefix, reader } = shard;
  const newest = (await connection.redis.lrange(prefix + KEY.succeeded, -most, -1)).toReversed();
  const jobs = await reader.findMany([...new Set(newest)]);
  const entries = jobs.flatMap((job) =>
    'damaged' in job || job.state !== 'succeeded'
      ? []
      : [{ id: job.id, order: -(job.history.at(-1)?.endedAt ?? 0) }],
  );
  return { entries, total: (await readStateCounts(shard)).succeeded };
}

/** What runs first comes first: urgent before low, and within a priority in the order of the list. */
async function readEnqueued(shard: Shard, { queue, most }: PageRequest): Promise<ShardPage> {
  const { connection, prefix } = shard;
  const queues = queue === undefined ? await readQueueNames(connection, prefix) : [queue];
  const entries: { id: string; order: number }[] = [];
  let total = 0;
  for (const name of queues) {
    total += (await readQueueCounts(connection, prefix, name)).enqueued;
    const keys = [KEY.suspects + name, ...PRIORITIES.map((_, digit) => `${KEY.ready}${name}:${digit}`)];
    for (const [rank, key] of keys.entries()) {
      const ids = await connection.redis.lrange(prefix + key, 0, most - 1);
      const waiting = await keepEnqueued(shard, ids);
      waiting.forEach((id, i) => entries.push({ id, order: rank * 1e9 + i }));
    }
    const blocked = await connection.redis.zrange(prefix + KEY.parked + name, 0, String(most - 1));
    blocked.forEach((id, i) => entries.push({ id, order: keys.length * 1e9 + i }));
  }
  return { entries: entries.toSorted((a, b) => a.order - b.order).slice(0, most), total };
}

/** Entries of a list are hints: only ids whose mark says "enqueued" wait. */
async function keepEnqueued(
  { connection: { redis }, prefix }: Shard,
  ids: readonly string[],
): Promise<string[]> {
  const letters = await Promise.all(ids.map((id) => redis.getrange(prefix + KEY.job + id, 0, 0)));
  return ids.filter((_, i) => letters[i] === STATE_LETTERS.enqueued);
}
