import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KEY } from '../redis/keys.ts';
import { kindOfKey } from './key-kinds.ts';

const DOCS = new URL('../../../../docs/redis-keys.md', import.meta.url);
const TYPE_OF: Readonly<Record<string, string>> = { 'sorted set': 'zset' };

const ALL_TYPES = ['string', 'hash', 'list', 'set', 'zset', 'stream'];

/** The keys of the table of docs/redis-keys.md, with examples for what varies, and their types. */
function documented(): [key: string, types: readonly string[]][] {
  const rows = readFileSync(DOCS, 'utf8').matchAll(/^\| (`[^|]+`) \| ([^|]+) \|/gm);
  return [...rows].flatMap(([, names = '', types = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']): [string, readonly string[]] => [
      name.replaceAll(/<\w+>/g, 'x'),
      types === 'any' ? ALL_TYPES : types.split(', ').map((type) => TYPE_OF[type] ?? type),
    ]),
  );
}

test.each(documented())('%s is known by its name, as documented: %j', (key, types) => {
  expect(kindOfKey(key)?.types).toEqual(types);
});

test('every key that a script can write is known', () => {
  const names = Object.keys(KEY).filter(
    (name) => !['wake', 'ended', 'none'].includes(name),
  ) as (keyof typeof KEY)[];
  for (const name of names) expect(kindOfKey(KEY[name].replace(/:$/, ':x'))?.name).toBe(name);
  expect(['wake:x', 'none', 'job:', 'jobs:x', '', ':'].map(kindOfKey)).toEqual(Array(6).fill(undefined));
});
