import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { LUA } from '../generated/lua.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptName } from '../redis/script.ts';
import { EFFECTS } from '../testing/script-effects.ts';
import { SCENES } from '../testing/script-scenes.ts';
import { Shards } from '../testing/shards.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const SCRIPTS = Object.keys(LUA) as ScriptName[];
const NAME_OF = new Map<string, string>(Object.entries(KEY).map(([name, key]) => [key, name]));

/** Names of the keys that stand in the text of a script. */
function keyNames(script: ScriptName): string[] {
  const keys = [...LUA[script].matchAll(/\bP ?\.\. ?'([^']+)'/g)].map(
    ([, key]) => NAME_OF.get(key ?? '') ?? '',
  );
  return [...new Set(keys)].filter((name) => name !== 'none').toSorted();
}

describe('what a script changes in the whole key space', () => {
  test.each(SCRIPTS)('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    expect(await shard.changesOf(call)).toEqual(EFFECTS[script]);
  });
});

test.each(SCRIPTS)('the scene of %s names every key that the script can touch', (script) => {
  expect(Object.keys(SCENES[script].keys).toSorted()).toEqual(keyNames(script));
});
