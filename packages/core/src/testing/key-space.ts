import type { Redis } from 'ioredis';

/**
 * All that Redis holds under a prefix, flat: a string or list stands under its key, a field of a hash, a member of a set
 * or sorted set, an entry of a stream (by its rank), under `<key> <field>`. A key with a time to live has an entry `<key> expires`. Keys lack the prefix.
 */
export type KeySpace = ReadonlyMap<string, Entry>;

/** What stands at a path of a key space. */
export type Entry = string | number | boolean | readonly string[];

/** What an entry that is gone has in a difference. */
export const GONE = '(gone)';

/** The entries that differ, with what they are now. */
export type Difference = Record<string, Entry>;

/** Reads every key that begins with the prefix. */
export async function readKeySpace(redis: Redis, prefix: string): Promise<KeySpace> {
  const space = new Map<string, Entry>();
  for (const key of await keysUnder(redis, prefix)) {
    const name = key.slice(prefix.length);
    for (const [field, value] of await read(redis, key))
      space.set(field === '' ? name : `${name} ${field}`, value);
    if ((await redis.pttl(key)) > 0) space.set(`${name} expires`, true);
  }
  return space;
}

/** What has changed between two readings. */
export function difference(before: KeySpace, after: KeySpace): Difference {
  const changed: Difference = {};
  for (const [path, value] of after) if (!isSame(before.get(path), value)) changed[path] = value;
  for (const path of before.keys()) if (!after.has(path)) changed[path] = GONE;
  return changed;
}

/** A difference without what happened to one key. */
export function without(changes: Difference, key: string): Difference {
  return Object.fromEntries(
    Object.entries(changes).filter(([path]) => path !== key && !path.startsWith(`${key} `)),
  );
}

function isSame(a: Entry | undefined, b: Entry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function keysUnder(redis: Redis, prefix: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
    for (const key of keys) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

async function read(redis: Redis, key: string): Promise<[string, Entry][]> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return [['', (await redis.get(key)) ?? '']];
    case 'list':
      return [['', await redis.lrange(key, 0, -1)]];
    case 'set':
      return (await redis.smembers(key)).map((member) => [member, true]);
    case 'hash':
      return Object.entries(await redis.hgetall(key));
    case 'zset':
      return pairs(await redis.zrange(key, '0', '-1', 'WITHSCORES')).map(([member, score]) => [
        member,
        Number(score),
      ]);
    case 'stream':
      // Without the ids: Redis makes them from its own clock.
      return (await redis.xrange(key, '-', '+')).map(([, fields], i) => [String(i), fields.join(' ')]);
    case 'none':
      return [];
    default:
      throw new Error(`${key} has the type ${type}, which no test expects`);
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}
