import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobTies, LockTie } from '../job/ties.ts';
import { A, ADA, B, BOB, C, D, EVE, no, START_MS, tailLine } from '../testing/cast.ts';
import { MINUTE_MS, NOTHING_KEPT } from '../testing/scene.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
});

const ONE: JobTies = { limits: [['one', 1]] };
const finished = (key: string, policy: LockTie[3] = 'existing'): LockTie => [key, 'finished', 0, policy];
const started = (key: string): LockTie => [key, 'started', 0, 'replace'];
const window = (key: string): LockTie => [key, 'window', MINUTE_MS, 'existing'];
const has = async (key: string): Promise<boolean> => (await shard.redis.exists(shard.prefix + key)) === 1;
const outcome = (code: string, claim: number, id: string) => ({
  claim: no(claim),
  id,
  line: `\n${tailLine(code, no(claim))}`,
});
const claimed = async (worker: string): Promise<string[]> => {
  const claim = await shard.claimNext(worker);
  return (await shard.redis.smembers(`${shard.prefix}processing:${worker}:${no(claim)}`)).toSorted();
};

describe('a job that may not take the place of another leaves nothing behind', () => {
  test('when the other one runs', async () => {
    await shard.process([A], ADA, { ties: { locks: [finished('k')] } });
    expect(await shard.admit([B], { locks: [finished('k', 'replace')] }, { large: true })).toEqual([
      { id: A, replaced: false },
    ]);
    expect(await has(`payload:${B}`)).toBe(false);
  });
});

describe('a job with two locks', () => {
  test('does not take one of them from a job that waits, to replace another', async () => {
    await shard.admit([A], { locks: [finished('u')] });
    await shard.admit([B], { locks: [started('d')] });
    await shard.admit([C], { locks: [finished('u'), started('d')] });
    expect(await shard.redis.get(`${shard.prefix}lock:u`)).toBe(A);
  });

  test('does not replace when its window belongs to another', async () => {
    await shard.admit([A], { locks: [window('k')] });
    await shard.admit([B], { locks: [started('d')] });
    expect(await shard.admit([C], { locks: [window('k'), started('d')] })).toEqual([
      { id: A, replaced: false },
    ]);
  });

  test('has its window when it replaces', async () => {
    await shard.admit([B], { locks: [started('d')] });
    await shard.admit([C], { locks: [window('k'), started('d')] });
    expect(await shard.redis.get(`${shard.prefix}lock:k`)).toBe(B);
  });
});

describe('a place of a limit is free again', () => {
  test('when a job is cancelled that its worker never heard of', async () => {
    await shard.process([A], ADA, { ties: ONE });
    await shard.admit([B], ONE);
    await shard.idle(BOB);
    await shard.jobs.cancel([A], EVE, 100);
    // The claim's answer was lost: Ada holds nothing of it.
    await shard.jobs.reconcile(ADA, no(1), []);
    shard.clock.advance(5000);
    await shard.jobs.reopen(BOB);
    expect(await claimed(BOB)).toEqual([B]);
  });

  test('when a handler has ended whose job was deleted meanwhile, though nobody waits for it', async () => {
    await shard.process([A], ADA, { ties: ONE });
    await shard.jobs.cancel([A], EVE, 100);
    await shard.jobs.delete([A], EVE, false);
    await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
    expect(await has('holders:one')).toBe(false);
  });

  test('when the worker of a cancelled job has died, though nobody waits for it', async () => {
    await shard.process([A], ADA, { ties: ONE });
    await shard.jobs.cancel([A], EVE, 100);
    await shard.die(ADA);
    await shard.jobs.rescue(ADA, NOTHING_KEPT);
    expect(await has('holders:one')).toBe(false);
  });
});

describe('a job that takes the place of another', () => {
  test('is none that waits for parents', async () => {
    await shard.enqueue([A]);
    await shard.admit([B], { locks: [started('d')] });
    expect(await shard.admit([C], { locks: [started('d')], parents: [[A, 'D']] })).toEqual([
      { id: B, replaced: false },
    ]);
  });

  test('is not given what the parents of the other one were', async () => {
    await shard.succeed([A]);
    await shard.admit([B], { locks: [started('d')], parents: [[A, 'D']] });
    await shard.admit([C], { locks: [started('d')] });
    expect(await has(`inputs:${B}`)).toBe(false);
  });
});

test('a job that is cancelled as it is stored counts as cancelled', async () => {
  await shard.cancel([A]);
  const { changes } = await shard.changesOf(() => shard.admit([B], { parents: [[A, 'D']] }));
  expect(changes).toMatchObject({ 'cancelled B': 't+0', 'stats cancelled': '2' });
  expect(changes).not.toHaveProperty('stats enqueued');
});

test('a parked job whose record is damaged is set aside when it is let go', async () => {
  await shard.admit([A, B], ONE);
  await shard.register(ADA);
  expect(await claimed(ADA)).toEqual([A]);
  await shard.damage(B);
  await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
  expect(await has(`quarantine:${B}`)).toBe(true);
});

describe('a key of another type', () => {
  test('of a job that holds a place keeps nobody blocked', async () => {
    await shard.process([A], ADA, { ties: ONE });
    await shard.admit([B], ONE);
    await shard.idle(BOB);
    await shard.jobs.cancel([A], EVE, 100);
    await shard.redis.del(`${shard.prefix}job:${A}`);
    await shard.redis.rpush(`${shard.prefix}job:${A}`, 'damage');
    await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
    expect(await claimed(BOB)).toEqual([B]);
  });

  test('of the register of extras stops an admission before its first write', async () => {
    await shard.enqueue([D]);
    await shard.redis.set(`${shard.prefix}extras`, 'damage');
    const { reply, changes } = await shard.changesOf(() => shard.admit([A, B], { tags: ['red'] }));
    expect(reply).toBeInstanceOf(Error);
    expect(changes).toEqual({});
  });
});

describe('a limit that blocks somebody is looked at again', () => {
  const look = async (): Promise<number> => {
    await shard.admit([A, B], ONE);
    await shard.register(ADA);
    await shard.claimNext(ADA);
    const at = await shard.redis.zscore(`${shard.prefix}timers`, 'limit:one');
    return Number(at) - START_MS;
  };

  test('after 5 s', async () => {
    expect(await look()).toBe(5000);
  });

  test('seldom when there are many: at most two hundred looks a second', async () => {
    const others = Array.from({ length: 4000 }, (_, n) => [START_MS + 3_600_000, `limit:${n}`]);
    await shard.redis.zadd(`${shard.prefix}timers`, ...others.flat());
    expect(await look()).toBe(20_000);
  });
});
