import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { classifyError } from '../redis/errors.ts';
import { EFFECTS } from '../testing/script-effects.ts';
import type { Written } from '../testing/script-scenes.ts';
import { SCENES, SCRIPTS } from '../testing/script-scenes.ts';
import { Shards } from '../testing/shards.ts';

const server = await startRedis();
let count = 0;
const shards = new Shards({ url: server.url, namespace: () => `full${count++}` }, 1);
afterEach(() => setMemory(shards, '0'));
afterAll(async () => {
  shards.close();
  await server.stop();
});

/** `1`: less than is used, so that Redis is full from now on. `0`: no limit. */
async function setMemory({ connection }: Shards, maxmemory: '0' | '1'): Promise<void> {
  await connection.redis.call('CONFIG', 'SET', 'maxmemory', maxmemory);
}

const REFUSED: readonly Written[] = [
  'admit',
  'collect',
  'configure',
  'define',
  'describe',
  'draft',
  'enqueue',
  'gather',
  'schedule',
  'queue',
  'suspend',
  'tick',
];
const WORKS = SCRIPTS.filter((script) => !REFUSED.includes(script));

describe('a full Redis refuses what brings something new, and nothing of it stays', () => {
  test.each(REFUSED)('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await setMemory(shards, '1');
    const { reply, changes } = await shard.changesOf(call);
    expect(classifyError(reply)).toBe('full');
    expect(changes).toEqual({});
  });
});

describe('a full Redis executes what lets it drain', () => {
  test.each(WORKS)('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await setMemory(shards, '1');
    expect(await shard.changesOf(call)).toEqual(EFFECTS[script]);
  });
});
