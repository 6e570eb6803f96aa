/**
 * Where jobs with a key live. A key belongs to one of 1,024 slots, and a slot to a shard; so what a key guards is exact over
 * the whole installation, and jobs with different keys spread. As in a Redis Cluster, a part in braces stands for the whole
 * key: `{customer:42}:mail` and `{customer:42}` lie together.
 */

/** How many slots there are; fixed, so that the number of shards can grow. */
export const SLOTS = 1024;

// The first braces with something between them. From its beginning on, so that a hostile key costs linear time.
const BRACES = /^[^{]*(?:\{\}[^{]*)*\{([^}]+)\}/;

/** The slot of a key: FNV-1a (Fowler, Noll, Vo; 32 bits) over its UTF-16 units, folded to 10 bits. */
export function slotOf(key: string): number {
  const text = BRACES.exec(key)?.[1] ?? key;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 22) ^ (hash >>> 12) ^ hash) & (SLOTS - 1);
}

/** The shard of a slot. */
export function shardOfSlot(slot: number, shards: number): number {
  return slot % shards;
}
