import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { Priority } from '../job/priority.ts';
import { PRIORITIES } from '../job/priority.ts';
import type { Shard } from '../shard-set.ts';

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
  /** How often workers have ever taken a job from it: one that runs again counts again. */
  readonly taken: number;
}

/** A queue as a person sees it. */
export interface QueueView extends QueueCounts {
  readonly name: string;
  /** Who paused it, why and when (ms since 1970); undefined: it runs. */
  readonly paused: { readonly by: string; readonly why: string; readonly at: number } | undefined;
}

/** What a shard has of a queue. */
export interface ShardQueueCounts extends QueueCounts {
  /** Of its lists as they are: suspects, each priority, what is set apart. */
  readonly lengths: readonly number[];
  /** How many wait in groups, by priority. */
  readonly grouped: readonly number[];
}

/** Counts a queue on one shard. */
export async function readQueueCounts(
  { connection: { redis }, prefix, queues }: Shard,
  queue: string,
): Promise<QueueCounts> {
  const fields = PRIORITIES.map((_, digit) => `${queue}:${digit}`);
  const [grouped, stale, lengths] = await Promise.all([
    redis.hmget(prefix + KEY.grouped, ...fields),
    redis.hmget(prefix + KEY.stale, ...fields, `${queue}:s`),
    queues.measure([queue]),
  ]);
  return addCounts([countsOf(lengths[0] ?? [], { grouped, stale })]);
}

/** Counts many queues on one shard, in the order of their names; what they have in common is read once. */
export async function readCountsOf(
  { connection: { redis }, prefix, queues }: Shard,
  names: readonly string[],
): Promise<ShardQueueCounts[]> {
  const [grouped, stale, lengths] = await Promise.all([
    redis.hgetall(prefix + KEY.grouped),
    redis.hgetall(prefix + KEY.stale),
    queues.measure(names),
  ]);
  return names.map((name, i) => {
    const fields = PRIORITIES.map((_, digit) => `${name}:${digit}`);
    return countsOf(lengths[i] ?? [], {
      grouped: fields.map((field) => grouped[field]),
      stale: [...fields, `${name}:s`].map((field) => stale[field]),
    });
  });
}

type Numbers = readonly (string | null | undefined)[];

/** `grouped`: by priority, what waits in groups; `stale`: by priority, and of suspects, entries that no longer count. */
function countsOf(
  measured: readonly number[],
  { grouped, stale }: { readonly grouped: Numbers; readonly stale: Numbers },
): ShardQueueCounts {
  const lengths = measured.slice(0, -1);
  const [ofSuspects = 0, ...others] = lengths;
  const blocked = others[PRIORITIES.length] ?? 0;
  const inGroups = grouped.map((n) => Math.max(0, Number(n ?? 0)));
  const waiting = PRIORITIES.map(
    (_, i) => Math.max(0, (others[i] ?? 0) - Number(stale[i] ?? 0)) + (inGroups[i] ?? 0),
  );
  const suspects = Math.max(0, ofSuspects - Number(stale[PRIORITIES.length] ?? 0));
  return {
    enqueued: waiting.reduce((sum, n) => sum + n, blocked + suspects),
    byPriority: Object.fromEntries(
      PRIORITIES.map((priority, digit) => [priority, waiting[digit] ?? 0]),
    ) as Record<Priority, number>,
    suspects,
    blocked,
    entries: [...lengths, ...inGroups].reduce((sum, n) => sum + n, 0),
    taken: measured.at(-1) ?? 0,
    lengths,
    grouped: inGroups,
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
    taken: sum((counts) => counts.taken),
  };
}

/** All queues of a shard. */
export async function readQueues(shard: Shard): Promise<QueueView[]> {
  const { connection, prefix } = shard;
  const [names, paused] = await Promise.all([
    readQueueNames(connection, prefix),
    readPaused(connection, prefix),
  ]);
  const counts = await readCountsOf(shard, names);
  return names.map((name, i) => ({ ...addCounts(counts.slice(i, i + 1)), name, paused: paused.get(name) }));
}

/** The queues of all shards as one, by name. */
export function mergeQueues(shards: readonly (readonly QueueView[])[]): QueueView[] {
  const found = new Map<string, QueueView[]>();
  for (const queue of shards.flat()) found.set(queue.name, [...(found.get(queue.name) ?? []), queue]);
  return [...found]
    .map(([name, parts]) => ({
      name,
      ...addCounts(parts),
      paused: parts.find(({ paused }) => paused !== undefined)?.paused,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
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
