import type { JobState } from '../job/states.ts';
import { STATE_LETTERS } from '../job/states.ts';
import { PRIORITIES } from '../job/priority.ts';
import { idTime } from '../job/job-id.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import { findSlices } from './page-slices.ts';
import type { ShardQueueCounts } from './queue-reader.ts';
import { readCountsOf, readQueueNames } from './queue-reader.ts';
import { readOpenIds, readSucceededCount } from './shard-reader.ts';

type PageEntries = readonly {
  readonly id: string;
  readonly order: number;
  /** It stands for no job any more; others keep their places behind it. */
  readonly isGone?: boolean;
}[];

/** Jobs of a shard in one state, with what orders them among shards: the lowest comes first. */
export interface ShardPage {
  readonly entries: PageEntries;
  readonly total: number;
}

/** Which of a shard's jobs are read: so many, after so many others. */
export interface PageWindow {
  readonly from: number;
  readonly most: number;
  /** What usually comes last comes first. */
  readonly isReversed: boolean;
}

interface PageRequest extends PageWindow {
  readonly state: JobState;
  readonly queue: string | undefined;
}

/** Reads jobs of a state. Entries are hints: whoever shows them leaves out jobs that have another state by now. */
export async function readPage(shard: Shard, request: PageRequest): Promise<ShardPage> {
  switch (request.state) {
    case 'enqueued':
      return readEnqueued(shard, request);
    case 'scheduled':
      return readSorted(shard, KEY.scheduled, { ...request, sign: 1 });
    case 'failed':
      return readSorted(shard, KEY.failed, { ...request, sign: -1 });
    case 'cancelled':
      return readSorted(shard, KEY.cancelled, { ...request, sign: -1 });
    case 'processing':
      return readProcessing(shard, request);
    case 'succeeded':
      return readSucceeded(shard, request);
    case 'awaiting':
      return readSorted(shard, KEY.awaiting, { ...request, sign: -1 });
  }
}

interface SortedRequest extends PageWindow {
  /** 1: the lowest score first; -1: the highest. */
  readonly sign: 1 | -1;
}

/** Reads a part of a sorted set. */
export async function readSorted(
  { connection: { redis }, prefix }: Shard,
  key: string,
  { from, most, sign: usual, isReversed }: SortedRequest,
): Promise<ShardPage> {
  const sign = isReversed ? -usual : usual;
  const range =
    sign === 1
      ? redis.zrange(prefix + key, from, String(from + most - 1), 'WITHSCORES')
      : redis.zrevrange(prefix + key, from, String(from + most - 1), 'WITHSCORES');
  const [flat, total] = await Promise.all([range, redis.zcard(prefix + key)]);
  const entries = Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    order: sign * Number(flat[2 * i + 1]),
  }));
  return { entries, total };
}

async function readProcessing(shard: Shard, { from, most, isReversed }: PageWindow): Promise<ShardPage> {
  const sorted = (await readOpenIds(shard)).toSorted();
  const [ids, sign] = isReversed ? [sorted, 1] : [sorted.toReversed(), -1];
  return {
    entries: ids.slice(from, from + most).map((id) => ({ id, order: sign * idTime(id) })),
    total: ids.length,
  };
}

/** The list holds what finished last at its end; entries of jobs that were requeued or deleted are passed over. */
async function readSucceeded(shard: Shard, { from, most, isReversed }: PageWindow): Promise<ShardPage> {
  const { connection, prefix, reader } = shard;
  const [start, end] = isReversed ? [from, from + most - 1] : [-from - most, -from - 1];
  const [ids, total] = await Promise.all([
    connection.redis.lrange(prefix + KEY.succeeded, start, end),
    readSucceededCount(shard),
  ]);
  const sign = isReversed ? 1 : -1;
  const found = new Map((await reader.findMany([...new Set(ids)])).map((job) => [job.id, job]));
  const entries = (isReversed ? ids : ids.toReversed()).map((id) => {
    const job = found.get(id);
    // An id stands twice when its job has succeeded again.
    found.delete(id);
    if (job === undefined || 'damaged' in job || job.state !== 'succeeded')
      return { id, order: Number.NEGATIVE_INFINITY, isGone: true };
    return { id, order: sign * (job.history.at(-1)?.endedAt ?? 0) };
  });
  return { entries: isReversed ? inOrder(entries) : entries, total };
}

/** A job that has succeeded again stands at its first place with its last time: none is later than those behind it. */
function inOrder(entries: PageEntries): PageEntries {
  let next = Number.POSITIVE_INFINITY;
  return entries
    .toReversed()
    .map((entry) => {
      if (entry.isGone !== true) next = Math.min(next, entry.order);
      return { ...entry, order: next };
    })
    .toReversed();
}

/** So far apart are the orders of two priorities. */
const RANK = 1e9;

/** So many entries are looked at one by one, where a queue's lists hold some that no longer count. */
const MOST_CHECKED = 3000;

/** Urgent before low, and within a priority in the order of the lists, queue by queue; see {@link ranksOf}. */
async function readEnqueued(
  shard: Shard,
  { queue, from, most, isReversed }: PageRequest,
): Promise<ShardPage> {
  const { connection, prefix } = shard;
  const names = queue === undefined ? await readQueueNames(connection, prefix) : [queue];
  const counts = await readCountsOf(shard, names);
  const total = counts.reduce((sum, { enqueued }) => sum + enqueued, 0);
  const stale = counts.reduce((sum, { entries, enqueued }) => sum + entries - enqueued, 0);
  const ranks = await ranksOf(shard, names, counts);
  if (isReversed) return { entries: await readFromEnd(shard, ranks, { from, most }), total };
  const checked = from + most + stale;
  // Later pages of such lists begin a little too early, instead of costing Redis a look at each entry before.
  if (stale <= 0 || checked > MOST_CHECKED)
    return { entries: await readSlices(shard, ranks, { from, most }), total };
  const entries = await readSlices(shard, ranks, { from: 0, most: checked });
  return { entries: (await keepEnqueued(shard, entries)).slice(from, from + most), total };
}

type Slices = Pick<PageWindow, 'from' | 'most'>;

/** The same from the other end; entries that no longer count are not told apart. */
async function readFromEnd(
  shard: Shard,
  ranks: readonly Rank[],
  { from, most }: Slices,
): Promise<PageEntries> {
  const all = ranks.reduce((sum, { lengths }) => sum + lengths.reduce((of, length) => of + length, 0), 0);
  const end = Math.max(0, all - from);
  const start = Math.max(0, end - most);
  const entries = await readSlices(shard, ranks, { from: start, most: end - start });
  return entries.map(({ id, order }) => ({ id, order: -order })).toReversed();
}

/** Lists that stand side by side. */
interface Rank {
  readonly isSorted: boolean;
  readonly keys: readonly string[];
  readonly lengths: readonly number[];
}

async function readSlices(shard: Shard, ranks: readonly Rank[], slices: Slices): Promise<PageEntries> {
  const { redis } = shard.connection;
  const lengths = ranks.map((rank) => rank.lengths);
  const parts = await Promise.all(
    findSlices(lengths, slices).map(async ({ rank, list, start, end }) => {
      const key = shard.prefix + (ranks[rank]?.keys[list] ?? '');
      const ids = await (ranks[rank]?.isSorted === true
        ? redis.zrange(key, start, String(end))
        : redis.lrange(key, start, end));
      return ids.map((id, i) => ({ id, order: rank * RANK + start + i }));
    }),
  );
  return parts.flat().toSorted((a, b) => a.order - b.order);
}

/** What runs first comes first: suspects, then by priority what has no group and what has one, then what is set apart. */
async function ranksOf(
  shard: Shard,
  names: readonly string[],
  counts: readonly ShardQueueCounts[],
): Promise<Rank[]> {
  const own = (rank: number, keyOf: (name: string) => string): Rank => ({
    isSorted: false,
    keys: names.map(keyOf),
    lengths: counts.map(({ lengths }) => lengths[rank] ?? 0),
  });
  const rings = await Promise.all(
    PRIORITIES.map((_, digit) =>
      readRings(
        shard,
        names.filter((__, i) => (counts[i]?.grouped[digit] ?? 0) > 0).map((name) => `${name}:${digit}`),
      ),
    ),
  );
  return [
    own(0, (name) => KEY.suspects + name),
    ...rings.flatMap((ring, digit) => [own(1 + digit, (name) => `${KEY.ready}${name}:${digit}`), ring]),
    { ...own(1 + PRIORITIES.length, (name) => KEY.parked + name), isSorted: true },
  ];
}

/** Groups of one queue and priority that are listed: those whose turn comes first. */
const MOST_GROUPS = 1000;

async function readRings({ connection: { redis }, prefix }: Shard, places: readonly string[]): Promise<Rank> {
  const groups = await Promise.all(
    places.map(async (place) => {
      const members = await redis.zrange(`${prefix}${KEY.groups}${place}`, 0, String(MOST_GROUPS - 1));
      return members.map((group) => `${KEY.group}${place}:${group}`);
    }),
  );
  const keys = groups.flat();
  return { isSorted: false, keys, lengths: await Promise.all(keys.map((key) => redis.llen(prefix + key))) };
}

/** Entries of a list are hints: only ids whose mark says "enqueued" wait. */
async function keepEnqueued(
  { connection: { redis }, prefix }: Shard,
  entries: PageEntries,
): Promise<PageEntries> {
  const letters = await Promise.all(entries.map(({ id }) => redis.getrange(prefix + KEY.job + id, 0, 0)));
  return entries.filter((_, i) => letters[i] === STATE_LETTERS.enqueued);
}
