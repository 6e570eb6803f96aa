import { PRIORITIES } from './job/priority.ts';
import type { QueueSettings } from './queue-settings.ts';
import { homeOf, settingsOf } from './queue-settings.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import type { BlockedGroups } from './store/blocked-groups.ts';
import { readBlockedGroups } from './store/blocked-groups.ts';
import { readOldest } from './store/oldest-reader.ts';
import type { QueueView } from './store/queue-reader.ts';
import { addCounts, readPaused, readQueueCounts } from './store/queue-reader.ts';

/** Jobs of a queue that wait under one group. */
export interface GroupView {
  readonly key: string;
  /** Without those that are set apart. */
  readonly enqueued: number;
  /** How many are set apart, of the {@link QueueDetails.blockedLookedAt} that were looked at. */
  readonly blocked: number;
}

/** A queue with what is only asked for one at a time. */
export interface QueueDetails extends QueueView {
  /** What `configure()` has set; undefined: nothing. With several shards `size` is rounded up to a multiple of them. */
  readonly settings: QueueSettings | undefined;
  /**
   * Since when the job that has waited longest waits, ms since 1970; undefined: none does, or no record tells (of one that ran
   * before, was delayed, or waited for others).
   */
  readonly oldestSince: number | undefined;
  /** Groups whose turn comes first, at most 100 of each priority and shard, and those of jobs that are set apart; the largest first. */
  readonly groups: readonly GroupView[];
  /** How many groups have jobs that wait; one that has several priorities counts for each. */
  readonly groupCount: number;
  /** Of how many jobs that are set apart the groups are known: of the first 200 of each shard. */
  readonly blockedLookedAt: number;
}

const MOST_GROUPS = 100;

/** Reads one queue over all shards. */
export async function readQueueDetails(shards: readonly Shard[], name: string): Promise<QueueDetails> {
  const home = shards[homeOf(name, shards.length)];
  const [counts, paused, oldest, groups, apart, settings] = await Promise.all([
    Promise.all(shards.map((shard) => readQueueCounts(shard, name))),
    Promise.all(shards.map(async (shard) => (await readPaused(shard.connection, shard.prefix)).get(name))),
    Promise.all(shards.map((shard) => readOldest(shard, [name]))),
    Promise.all(shards.map((shard) => readGroups(shard, name))),
    Promise.all(shards.map((shard) => readBlockedGroups(shard, name))),
    home?.queues.settings(),
  ]);
  const stored = settings?.get(name);
  const views = mergeGroups([...groups.flatMap((one) => one.views), ...apart.flatMap(viewsOf)]);
  const since = oldest.flatMap((job) => (job === undefined ? [] : [job.since]));
  return {
    name,
    ...addCounts(counts),
    paused: paused.find((one) => one !== undefined),
    settings: stored && settingsOf(stored, shards.length),
    oldestSince: since.length === 0 ? undefined : Math.min(...since),
    groups: views,
    groupCount: Math.max(
      views.length,
      groups.reduce((sum, { total }) => sum + total, 0),
    ),
    blockedLookedAt: apart.reduce((sum, { lookedAt }) => sum + lookedAt, 0),
  };
}

async function readGroups(
  { connection: { redis }, prefix }: Shard,
  queue: string,
): Promise<{ readonly views: readonly GroupView[]; readonly total: number }> {
  const places = PRIORITIES.map((_, digit) => `${queue}:${digit}`);
  const [keys, totals] = await Promise.all([
    Promise.all(places.map((at) => redis.zrange(`${prefix}${KEY.groups}${at}`, 0, String(MOST_GROUPS - 1)))),
    Promise.all(places.map((at) => redis.zcard(`${prefix}${KEY.groups}${at}`))),
  ]);
  const views = await Promise.all(
    places.flatMap((at, i) =>
      (keys[i] ?? []).map(async (key) => ({
        key,
        blocked: 0,
        enqueued: await redis.llen(`${prefix}${KEY.group}${at}:${key}`),
      })),
    ),
  );
  return { views, total: totals.reduce((sum, n) => sum + n, 0) };
}

function viewsOf({ counts }: BlockedGroups): GroupView[] {
  return [...counts].map(([key, blocked]) => ({ key, enqueued: 0, blocked }));
}

function mergeGroups(views: readonly GroupView[]): GroupView[] {
  const sums = new Map<string, GroupView>();
  for (const { key, enqueued, blocked } of views) {
    const before = sums.get(key) ?? { enqueued: 0, blocked: 0 };
    sums.set(key, { key, enqueued: before.enqueued + enqueued, blocked: before.blocked + blocked });
  }
  return [...sums.values()].toSorted(
    (a, b) => b.enqueued - a.enqueued || b.blocked - a.blocked || (a.key < b.key ? -1 : 1),
  );
}
