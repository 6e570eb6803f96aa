import type { Chunk, Identifier } from 'luaparse';
import { parse } from 'luaparse';
import { describe, expect, test } from 'vitest';
import { LUA } from '../generated/lua.ts';

/** What Redis gives a script, and what Lua brings along. */
const GIVEN = new Set(
  'redis KEYS ARGV cjson string table math tonumber tostring type pairs ipairs unpack pcall'.split(' '),
);

/** Names that a script uses without a `local` above them. Redis would notice only when it comes there. */
function unknownNames(script: string): string[] {
  // With `scope`, the tree has a list that its type does not tell of.
  const { globals } = parse(script, { luaVersion: '5.1', scope: true }) as Chunk & {
    readonly globals: readonly Identifier[];
  };
  return [...new Set(globals.map(({ name }) => name))].filter((name) => !GIVEN.has(name));
}

test('a name that is used above its local is unknown', () => {
  expect(unknownNames('local function one() return two() end local function two() end one()')).toEqual([
    'two',
  ]);
});

describe('a script uses only names that it has', () => {
  test.each(Object.entries(LUA))('%s', (_, script) => {
    expect(unknownNames(script)).toEqual([]);
  });
});
