import { OptionError, RedisError } from '../errors.ts';
import { MAX_SHARDS } from '../job/job-id.ts';
import type { Connection } from './connect.ts';
import { says } from './errors.ts';
import { infoFields } from './info.ts';
import { KEY, shardPrefix } from './keys.ts';

/** Version of the layout of keys that this code reads and writes. */
export const LAYOUT_VERSION = 1;
const LEAST_REDIS = [6, 2] as const;

/** An installation: its namespace on one Redis, and its shards. */
export interface Installation {
  readonly namespace: string;
  /** One prefix per shard, by number. */
  readonly prefixes: readonly string[];
}

/**
 * Reads how many shards the installation has, or founds it. `shards` undefined: as stored, or 1.
 * @throws {OptionError} when another number is stored. @throws {RedisError} `REDIS_UNSUITABLE`.
 */
export async function openInstallation(
  connection: Connection,
  namespace: string,
  shards: number | undefined,
): Promise<Installation> {
  const meta = shardPrefix(namespace, 0) + KEY.meta;
  let [layout, stored] = await connection.redis.hmget(meta, 'layout', 'shards');
  if (stored === null || stored === undefined || layout === null || layout === undefined) {
    await connection.redis.hsetnx(meta, 'layout', LAYOUT_VERSION);
    await connection.redis.hsetnx(meta, 'shards', shards ?? 1);
    [layout, stored] = await connection.redis.hmget(meta, 'layout', 'shards');
  }
  if (Number(layout) !== LAYOUT_VERSION) {
    const message = `the keys of "${namespace}" have layout ${String(layout)}, this version knows ${LAYOUT_VERSION}: use a version that fits`;
    throw new RedisError('REDIS_UNSUITABLE', message, { layout });
  }
  const count = Number(stored);
  if (!Number.isInteger(count) || count < 1 || count > MAX_SHARDS) {
    throw new RedisError(
      'REDIS_UNSUITABLE',
      `the number of shards stored for "${namespace}" is damaged: ${String(stored)}`,
      { stored },
    );
  }
  if (shards !== undefined && shards !== count) {
    throw new OptionError(
      'shards',
      `must be ${count}, as stored for the namespace "${namespace}", or left out`,
      shards,
    );
  }
  return { namespace, prefixes: Array.from({ length: count }, (_, n) => shardPrefix(namespace, n)) };
}

/** Refuses a Redis that would lose jobs: a replica, too old, or one that evicts keys. Needs `INFO`; without permission it passes. */
export async function checkServer(connection: Connection): Promise<void> {
  let info: string;
  try {
    info = await connection.redis.info();
  } catch (error) {
    if (says(error, 'NOPERM')) return;
    throw error;
  }
  const fields = infoFields(info);
  const problem = findUnsuitable((field) => fields.get(field));
  if (problem !== undefined) throw new RedisError('REDIS_UNSUITABLE', problem);
}

/** What makes a server unfit, from its INFO; undefined when it is fit. */
export function findUnsuitable(field: (name: string) => string | undefined): string | undefined {
  const [major = 0, minor = 0] = (field('redis_version') ?? '').split('.').map(Number);
  if (major < LEAST_REDIS[0] || (major === LEAST_REDIS[0] && minor < LEAST_REDIS[1])) {
    return `Redis ${field('redis_version') ?? '(unknown)'} is too old: at least ${LEAST_REDIS.join('.')} is needed`;
  }
  const policy = field('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    return `Redis evicts keys when memory is full (maxmemory-policy ${policy}), which loses jobs: set "maxmemory-policy noeviction"`;
  }
  if (field('role') === 'slave')
    return 'this Redis is a replica and cannot be written to: connect to its master';
  return undefined;
}
