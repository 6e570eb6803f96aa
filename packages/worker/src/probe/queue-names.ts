import type { Shard } from '@linstock/core/internal';
import { KEY } from '@linstock/core/internal';

/** Queues by their codes in a shard: records know them by these. Of a shard that is not open yet, none. */
export async function queueNamesOf(
  shard: Shard | undefined,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (shard === undefined) return new Map();
  const codes = await shard.connection.redis.hmget(shard.prefix + KEY.queues, ...names);
  return new Map(names.flatMap((name, i) => (codes[i] ? [[codes[i], name] as const] : [])));
}
