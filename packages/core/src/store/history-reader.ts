import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** How fine the history is, and for how long; the finest first. */
export const HISTORY_SPANS = [
  { seconds: 60, keepSeconds: 3 * 3600 },
  { seconds: 600, keepSeconds: 30 * 3600 },
  { seconds: 3600, keepSeconds: 32 * 86_400 },
] as const;

/** What the fields of measured times begin with; the step of the histogram follows. */
export const HISTORY_FIELDS = { wait: 'w', run: 'r' } as const;

/** Which buckets are wanted. */
export interface Buckets {
  /** Length of one, s. */
  readonly seconds: number;
  /** The first one and how many, counted since 1970. */
  readonly first: number;
  readonly count: number;
}

/** Buckets of a shard, in their order: numbers by their fields. */
export async function readBuckets(
  { connection: { redis }, prefix }: Shard,
  { seconds, first, count }: Buckets,
): Promise<Readonly<Record<string, string>>[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => redis.hgetall(`${prefix}${KEY.tally}${seconds}:${first + i}`)),
  );
}
