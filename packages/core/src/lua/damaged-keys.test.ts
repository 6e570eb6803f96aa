import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { damageKey } from '../testing/damage.ts';
import { DAMAGED_FOR_PERSONS } from '../testing/damaged-keys-person.ts';
import { DAMAGED_FOR_WORKERS } from '../testing/damaged-keys-worker.ts';
import type { Deviations } from '../testing/deviation.ts';
import { expectedEffect } from '../testing/deviation.ts';
import { DESCRIBE_DAMAGED } from '../testing/describe-rows.ts';
import { LIMIT_DAMAGED } from '../testing/limit-rows.ts';
import { RECORD_DAMAGED } from '../testing/record-rows.ts';
import { ALERT_DAMAGED } from '../testing/alert-rows.ts';
import { SELECTION_DAMAGED } from '../testing/selection-rows.ts';
import { COUNT_DAMAGED } from '../testing/count-rows.ts';
import { SIFT_DAMAGED } from '../testing/sift-rows.ts';
import { STEER_DAMAGED } from '../testing/steer-rows.ts';
import { losses } from '../testing/rule.ts';
import { readable } from '../testing/readable.ts';
import { EFFECTS } from '../testing/script-effects.ts';
import type { Written } from '../testing/script-scenes.ts';
import { keysOf, SCENES, SCRIPTS } from '../testing/script-scenes.ts';
import { Shards } from '../testing/shards.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const DEVIATIONS: Readonly<Partial<Record<Written, Deviations>>> = {
  ...DAMAGED_FOR_WORKERS,
  ...DAMAGED_FOR_PERSONS,
  ...LIMIT_DAMAGED,
  ...RECORD_DAMAGED,
  ...STEER_DAMAGED,
  ...SIFT_DAMAGED,
  ...COUNT_DAMAGED,
  ...SELECTION_DAMAGED,
  ...DESCRIBE_DAMAGED,
  ...ALERT_DAMAGED,
};
const CASES = SCRIPTS.flatMap((script) => keysOf(script).map((key) => [script, readable(key), key] as const));

describe('a script that meets a key of another type either changes nothing, or leaves that key alone and does the rest', () => {
  test.each(CASES)('%s when %s is of another type', async (script, name, key) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await damageKey(shard, key);
    const { reply, changes, ...spaces } = await shard.observe(call);
    const effect = { reply: reply instanceof Error ? 'an error' : reply, changes };
    const expected = expectedEffect(EFFECTS[script], name, DEVIATIONS[script] ?? {});
    expect(expected ?? effect).toEqual(effect);
    expect(expected === undefined ? losses(EFFECTS[script], effect, spaces) : []).toEqual([]);
  });
});
