import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { MISSING_FOR_PERSONS } from '../testing/missing-keys-person.ts';
import { MISSING_FOR_WORKERS } from '../testing/missing-keys-worker.ts';
import type { Deviations } from '../testing/deviation.ts';
import { expectedEffect } from '../testing/deviation.ts';
import { DESCRIBE_MISSING } from '../testing/describe-rows.ts';
import { LIMIT_MISSING } from '../testing/limit-rows.ts';
import { RECORD_MISSING } from '../testing/record-rows.ts';
import { ALERT_MISSING } from '../testing/alert-rows.ts';
import { SELECTION_MISSING } from '../testing/selection-rows.ts';
import { COUNT_MISSING } from '../testing/count-rows.ts';
import { SIFT_MISSING } from '../testing/sift-rows.ts';
import { STEER_MISSING } from '../testing/steer-rows.ts';
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
  ...MISSING_FOR_WORKERS,
  ...MISSING_FOR_PERSONS,
  ...LIMIT_MISSING,
  ...RECORD_MISSING,
  ...STEER_MISSING,
  ...SIFT_MISSING,
  ...COUNT_MISSING,
  ...SELECTION_MISSING,
  ...DESCRIBE_MISSING,
  ...ALERT_MISSING,
};
const CASES = SCRIPTS.flatMap((script) => keysOf(script).map((key) => [script, readable(key), key] as const));

describe('a script that misses a key does what is left to do', () => {
  test.each(CASES)('%s without %s', async (script, name, key) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await shard.redis.del(shard.prefix + key);
    const { reply, changes, ...spaces } = await shard.observe(call);
    const effect = { reply: reply instanceof Error ? 'an error' : reply, changes };
    const expected = expectedEffect(EFFECTS[script], name, DEVIATIONS[script] ?? {});
    expect(expected ?? effect).toEqual(effect);
    expect(expected === undefined ? losses(EFFECTS[script], effect, spaces) : []).toEqual([]);
  });
});
