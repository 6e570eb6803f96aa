import type { Retention } from '@linstock/core/internal';
import type { ShardLink } from '../shard-link.ts';

/** Calls of one round of trimming, in each shard. */
const MOST_TRIMS = 20;

/** Removes what retention keeps no longer. */
export async function trimAll(
  links: readonly Pick<ShardLink, 'shard'>[],
  retention: Retention,
): Promise<void> {
  for (const { shard } of links) {
    for (let i = 0; i < MOST_TRIMS; i++) if (!(await shard.jobs.trim(retention)).more) break;
  }
}
