import type { Connection } from '../redis/connect.ts';

/** What stands at a key, as Redis answers it: a text, or the flat list of a list, set, hash or sorted set. */
export interface Stored {
  readonly type: string;
  readonly expires: boolean;
  readonly value: string | readonly string[];
}

/** Everything under a prefix, read at one instant. Names lack the prefix. */
export type Snapshot = ReadonlyMap<string, Stored>;

const READ = `
local reply = {}
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  local type = redis.call('TYPE', key).ok
  local value = ''
  if type == 'string' then value = redis.call('GET', key)
  elseif type == 'list' then value = redis.call('LRANGE', key, 0, -1)
  elseif type == 'set' then value = redis.call('SMEMBERS', key)
  elseif type == 'hash' then value = redis.call('HGETALL', key)
  elseif type == 'zset' then value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
  reply[#reply + 1] = { string.sub(key, #KEYS[1] + 1), type, redis.call('PTTL', key) > 0 and 1 or 0, value }
end
return reply`;

/** Copies everything under the first prefix to the second, which is emptied before. */
const COPY = `
for _, key in ipairs(redis.call('KEYS', KEYS[2] .. '*')) do redis.call('UNLINK', key) end
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  redis.call('COPY', key, KEYS[2] .. string.sub(key, #KEYS[1] + 1))
end`;

export async function readSnapshot({ redis }: Connection, prefix: string): Promise<Snapshot> {
  const reply = (await redis.eval(READ, 1, prefix)) as [string, string, number, string | string[]][];
  return new Map(
    reply.map(([name, type, expires, value]) => [name, { type, expires: expires === 1, value }]),
  );
}

export async function copyAll({ redis }: Connection, from: string, to: string): Promise<void> {
  await redis.eval(COPY, 2, from, to);
}

/** Removes everything under these prefixes. */
export async function removeAll(connection: Connection, prefixes: readonly string[]): Promise<void> {
  for (const prefix of prefixes) await copyAll(connection, `${prefix}(nothing)`, prefix);
}

/** The members of a set, entries of a list, or the flat value of a hash or sorted set; nothing where there is no key. */
export function listAt(snapshot: Snapshot, name: string): readonly string[] {
  const value = snapshot.get(name)?.value ?? [];
  return typeof value === 'string' ? [value] : value;
}

/** A hash or sorted set as a map. */
export function mapAt(snapshot: Snapshot, name: string): Map<string, string> {
  const flat = listAt(snapshot, name);
  return new Map(
    Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']),
  );
}

/** The names that begin so, without their beginning. */
export function namesUnder(snapshot: Snapshot, beginning: string): string[] {
  return [...snapshot.keys()]
    .filter((name) => name.startsWith(beginning))
    .map((name) => name.slice(beginning.length));
}
