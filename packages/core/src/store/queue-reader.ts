import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { Priority } from '../job/priority.ts';
import { PRIORITIES } from '../job/priority.ts';

/** How many jobs wait in a queue. */
export interface QueueCounts {
  readonly enqueued: number;
  readonly byPriority: Readonly<Record<Priority, number>>;
  /** Jobs that a worker died with twice or more; they run one at a time per worker. */
  readonly suspects: number;
  /** Jobs that are set apart because a limit, a rate or their deadline keeps them from running. */
  readonly blocked: number;
  /** Entries of its lists, with those that no longer count. */
  readonly entries: number;
}

/** Counts a queue on one shard. */
export async function readQueueCounts(
  { redis }: Connection,
  prefix: string,
  queue: string,
): Promise<QueueCounts> {
  const [blocked, grouped, stale, ...lengths] = await Promise.all([
    redis.zcard(prefix + KEY.parked + queue),
    redis.hmget(prefix + KEY.grouped, ...PRIORITIES.map((_, digit) => `${queue}:${digit}`)),
    redis.hmget(prefix + KEY.stale, ...PRIORITIES.map((_, digit) => `${queue}:${digit}`), `${queue}:s`),
    ...PRIORITIES.map((_, digit) => redis.llen(`${prefix}${KEY.ready}${queue}:${digit}`)),
    redis.llen(prefix + KEY.suspects + queue),
  ]);
  const waiting = lengths.map(
    (length, i) => Math.max(0, length - Number(stale[i] ?? 0)) + Math.max(0, Number(grouped[i] ?? 0)),
  );
  return {
    enqueued: waiting.reduce((sum, n) => sum + n, blocked),
    byPriority: Object.fromEntries(
      PRIORITIES.map((priority, digit) => [priority, waiting[digit] ?? 0]),
    ) as Record<Priority, number>,
    suspects: waiting[PRIORITIES.length] ?? 0,
    blocked,
    entries: lengths.reduce(
      (sum, n) => sum + n,
      blocked + grouped.reduce((sum, n) => sum + Number(n ?? 0), 0),
    ),
  };
}

/** Adds up the counts of shards. */
export function addCounts(all: readonly QueueCounts[]): QueueCounts {
  const sum = (of: (counts: QueueCounts) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  return {
    enqueued: sum((counts) => counts.enqueued),
    byPriority: Object.fromEntries(
      PRIORITIES.map((priority) => [priority, sum((counts) => counts.byPriority[priority])]),
    ) as Record<Priority, number>,
    suspects: sum((counts) => counts.suspects),
    blocked: sum((counts) => counts.blocked),
    entries: sum((counts) => counts.entries),
  };
}

/** Names of all queues of a shard. */
export async function readQueueNames({ redis }: Connection, prefix: string): Promise<string[]> {
  return (await redis.hkeys(prefix + KEY.queues)).filter((field) => !field.startsWith('#'));
}

/** Who paused which queue of a shard. */
export async function readPaused(
  { redis }: Connection,
  prefix: string,
): Promise<Map<string, { by: string; why: string; at: number }>> {
  const paused = await redis.hgetall(prefix + KEY.paused);
  // For claims: how many names of jobs are paused, and until when queues rest.
  for (const field of Object.keys(paused))
    if (field === ':names' || field.startsWith('until:')) delete paused[field];
  return new Map(
    Object.entries(paused).map(([queue, json]) => [
      queue,
      JSON.parse(json) as { by: string; why: string; at: number },
    ]),
  );
}
