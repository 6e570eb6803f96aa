import type { Connection } from '@linstock/core/internal';
import { shardPrefix } from '@linstock/core/internal';

/** Keys per round: a long UNLINK would hold up everybody else. */
const ROUND = 500;

/** Removes every key of a single-shard installation. The namespace must be one that nobody else uses. */
export async function removeNamespace(connection: Connection, namespace: string): Promise<void> {
  const { redis } = connection;
  // In a pattern `.` and `-` mean themselves; a namespace has no other sign.
  const pattern = `${shardPrefix(namespace, 0)}*`;
  for (const node of 'nodes' in redis ? redis.nodes('master') : [redis]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', ROUND);
      if (keys.length > 0) await node.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  }
}
