import type { Connection } from '@linstock/core/internal';
import { shardPrefix } from '@linstock/core/internal';

type Redis = Connection['redis'];

/** A record as it stands in Redis, split without the help of the code under test. */
export interface StoredJob {
  readonly id: string;
  readonly mark: string;
  /** The line of its name and its options. */
  readonly header?: string;
  readonly tail: readonly TailEntry[];
}

/** A line of a tail. */
export interface TailEntry {
  readonly code: string;
  readonly worker: string;
  readonly claim: string;
  /** When it ended, ms since 1970. */
  readonly endedAt?: number;
  readonly json: string;
}

/** One shard, read whole. Only meaningful while nothing changes it but the rescue of workers that died. */
export interface ShardSnapshot {
  readonly prefix: string;
  /** All keys without the prefix. */
  readonly keys: readonly string[];
  readonly jobs: ReadonlyMap<string, StoredJob>;
  readonly stats: Readonly<Record<string, number>>;
  readonly stale: Readonly<Record<string, number>>;
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  readonly cancelled: readonly string[];
  readonly scheduled: readonly string[];
  readonly ready: readonly string[];
  readonly leases: readonly string[];
  readonly idle: readonly string[];
  readonly openIds: readonly string[];
  /** Fields of the `processing:<w>` hashes that are claim numbers. */
  readonly openClaims: readonly string[];
}

/** Reads a shard; again when a worker was rescued meanwhile, for then its parts do not fit together. */
export async function readShard(redis: Redis, namespace: string, shard: number): Promise<ShardSnapshot> {
  const prefix = shardPrefix(namespace, shard);
  for (;;) {
    const before = await redis.zrange(`${prefix}leases`, 0, '-1');
    const snapshot = await readOnce(redis, prefix);
    if (before.toSorted().join(' ') === snapshot.leases.toSorted().join(' ')) return snapshot;
  }
}

async function readOnce(redis: Redis, prefix: string): Promise<ShardSnapshot> {
  const keys = (await scan(redis, prefix)).map((key) => key.slice(prefix.length)).toSorted();
  const under = (start: string): string[] => keys.filter((key) => key.startsWith(start));
  const all = async (names: readonly string[], read: (key: string) => Promise<string[]>): Promise<string[]> =>
    (await Promise.all(names.map((name) => read(prefix + name)))).flat();
  const list = (key: string): Promise<string[]> => redis.lrange(key, 0, -1);
  const zset = (key: string): Promise<string[]> => redis.zrange(key, 0, '-1');
  const claimSets = under('processing:').filter((key) => /:\d{12}$/.test(key));
  const hashes = under('processing:').filter((key) => !/:\d{12}$/.test(key));
  return {
    prefix,
    keys,
    jobs: await readJobs(redis, prefix, under('job:')),
    stats: numbers(await redis.hgetall(`${prefix}stats`)),
    stale: numbers(await redis.hgetall(`${prefix}stale`)),
    succeeded: await list(`${prefix}succeeded`),
    failed: await zset(`${prefix}failed`),
    cancelled: await zset(`${prefix}cancelled`),
    scheduled: await zset(`${prefix}scheduled`),
    ready: await all([...under('ready:'), ...under('suspects:')], list),
    idle: await all(under('idle:'), zset),
    openIds: await all(claimSets, (key) => redis.smembers(key)),
    openClaims: (await all(hashes, (key) => redis.hkeys(key))).filter((field) => /^\d/.test(field)),
    leases: await zset(`${prefix}leases`),
  };
}

async function readJobs(
  redis: Redis,
  prefix: string,
  keys: readonly string[],
): Promise<Map<string, StoredJob>> {
  const jobs = new Map<string, StoredJob>();
  for (let from = 0; from < keys.length; from += 500) {
    const some = keys.slice(from, from + 500);
    const records = await redis.mget(some.map((key) => prefix + key));
    some.forEach((key, i) =>
      jobs.set(key.slice('job:'.length), splitStored(key.slice('job:'.length), records[i] ?? '')),
    );
  }
  return jobs;
}

function splitStored(id: string, record: string): StoredJob {
  const [mark = '', header = '', , ...tail] = record.split('\n');
  return {
    id,
    mark,
    header,
    tail: tail.map((line) => {
      const [code = '', worker = '', claim = '', , , endedAt, ...json] = line.split(' ');
      return { code, worker, claim, endedAt: Number(endedAt), json: json.join(' ') };
    }),
  };
}

/** The state that a record says, read apart from the code under test. */
export function storedState({ mark, tail }: StoredJob): string {
  const last = tail.findLast(({ code }) => code === 'S');
  const isDone = mark.startsWith('P') && last !== undefined && mark.slice(7, 31) === last.worker + last.claim;
  return isDone ? 'D' : mark.charAt(0);
}

async function scan(redis: Redis, prefix: string): Promise<string[]> {
  const nodes = 'nodes' in redis ? redis.nodes('master') : [redis];
  const found = new Set<string>();
  for (const node of nodes) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 2000);
      for (const key of keys) found.add(key);
      cursor = next;
    } while (cursor !== '0');
  }
  return [...found];
}

function numbers(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([field, text]) => [field, Number(text)]));
}
