import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** The entry of a tag's index that was looked at last. */
export interface TagPlace {
  /** When it was stored, ms. */
  readonly at: number;
  readonly id: string;
}

/** Entries of a tag's index: hints, as everywhere. */
export interface TagEntries {
  readonly ids: readonly string[];
  /** How many were looked at for them: all. */
  readonly looked: number;
  /** From where to go on; undefined: nothing is left. */
  readonly next: TagPlace | undefined;
}

/** What is read, and so many entries at once. */
export interface TagIndex {
  readonly tag: string;
  readonly step: number;
}

/**
 * Reads the ids of a shard's jobs with a tag, the newest first, bit by bit. What is stored meanwhile is not met, and what is
 * removed makes it miss nothing; a debounced job that is stored anew is of then, and can be missed.
 */
export async function* scanTagged(
  shard: Shard,
  index: TagIndex,
  from: TagPlace | undefined,
): AsyncGenerator<TagEntries> {
  let after = from;
  do {
    const { entries, isOver } = await readBehind(shard, index, after);
    after = isOver ? undefined : entries.at(-1);
    const { length: looked } = entries;
    if (looked > 0) yield { ids: entries.map(({ id }) => id), looked, next: after };
  } while (after !== undefined);
}

/** The next entries; `isOver`: there are no more. */
interface Behind {
  readonly entries: readonly TagPlace[];
  readonly isOver: boolean;
}

/**
 * The next entries behind a place. Where it stands may be wrong by the time of the read: so each begins with an entry that is not
 * behind the place, which shows that nothing was passed over.
 */
async function readBehind(
  shard: Shard,
  { tag, step }: TagIndex,
  after: TagPlace | undefined,
): Promise<Behind> {
  const key = shard.prefix + KEY.tag + tag;
  let rank = after === undefined ? 0 : await rankOf(shard, key, after);
  for (;;) {
    const read = await readFrom(shard, key, { rank, count: step + 1 });
    const behind = after === undefined ? read : read.filter((entry) => isBehind(entry, after));
    const isEnd = read.length <= step;
    // Only the first entry of all may be met without one before it.
    if (rank > 0 && (read.length === 0 || behind[0] === read[0])) rank = Math.max(0, rank - step);
    else if (behind.length > 0 || isEnd)
      return { entries: behind.slice(0, step), isOver: isEnd && behind.length <= step };
    else rank += step;
  }
}

/** Where an entry stands, or the one before those of its instant when it is gone. */
async function rankOf({ connection: { redis } }: Shard, key: string, { at, id }: TagPlace): Promise<number> {
  const [rank, newer] = await Promise.all([redis.zrevrank(key, id), redis.zcount(key, `(${at}`, '+inf')]);
  // One that was stored anew stands before them, too.
  return rank !== null && rank >= newer ? rank : Math.max(0, newer - 1);
}

async function readFrom(
  { connection: { redis } }: Shard,
  key: string,
  { rank, count }: { readonly rank: number; readonly count: number },
): Promise<TagPlace[]> {
  const flat = await redis.zrevrange(key, rank, rank + count - 1, 'WITHSCORES');
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    at: Number(flat[2 * i + 1]),
  }));
}

/** Entries of one instant stand in the order of their ids, the highest first. */
function isBehind(entry: TagPlace, place: TagPlace): boolean {
  return entry.at < place.at || (entry.at === place.at && entry.id < place.id);
}
