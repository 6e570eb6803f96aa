import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { EFFECTS } from '../testing/script-effects.ts';
import { USUAL_KEYS } from '../testing/scene.ts';
import { keyNames, SCENES, SCRIPTS } from '../testing/script-scenes.ts';
import { Shards } from '../testing/shards.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

describe('what a script changes in the whole key space', () => {
  test.each(SCRIPTS)('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    expect(await shard.changesOf(call)).toEqual(EFFECTS[script]);
  });
});

test.each(SCRIPTS)('every key that %s can touch is known to its scene, or usual', (script) => {
  const known = [...Object.keys(SCENES[script].keys), ...Object.keys(USUAL_KEYS)];
  expect(keyNames(script).filter((name) => !known.includes(name))).toEqual([]);
});
