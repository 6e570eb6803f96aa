import { decodeHeader } from '../job/job.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** So many records are read. */
const MOST_LOOKED_AT = 200;

/** Groups of jobs that are set apart. */
export interface BlockedGroups {
  /** How many of the jobs that were looked at are in each. */
  readonly counts: ReadonlyMap<string, number>;
  readonly lookedAt: number;
}

/** A job that is set apart stands in no list of its group: its record tells. Of a queue in a shard, those that were set apart first. */
export async function readBlockedGroups(
  { connection: { redis }, prefix, reader }: Shard,
  queue: string,
): Promise<BlockedGroups> {
  const ids = await redis.zrange(prefix + KEY.parked + queue, 0, String(MOST_LOOKED_AT - 1));
  const headers = await Promise.all(ids.map((id) => reader.header(id)));
  const counts = new Map<string, number>();
  for (const header of headers) {
    const [group] = decodeHeader(header ?? '')?.ties?.group ?? [];
    if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return { counts, lookedAt: ids.length };
}
