import { isJobId } from '../job/job-id.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { PageWindow, ShardPage } from './page-reader.ts';
import { readSorted } from './page-reader.ts';

/** Jobs of a shard with a tag, the newest first. An entry may be of a job that is gone or has other tags by now. */
export async function readTagged(shard: Shard, tag: string, window: PageWindow): Promise<ShardPage> {
  const { entries, total } = await readSorted(shard, KEY.tag + tag, { ...window, sign: -1 });
  return { entries: entries.map((entry) => (isJobId(entry.id) ? entry : { ...entry, isGone: true })), total };
}
