import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobTies, LockTie } from '../job/ties.ts';
import { A, ADA, B, BOB, C, D, EVE, no, tailLine } from '../testing/cast.ts';
import { MINUTE_MS, NOTHING_KEPT } from '../testing/scene.ts';
import { Shards } from '../testing/shards.ts';
import type { NewJobOptions, TestShard } from '../testing/test-shard.ts';
import type { JobStore } from './job-store.ts';

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

describe('jobs of a limit go on in their order', () => {
  const TWO: JobTies = { limits: [['two', 2]] };

  test('after the running one was released', async () => {
    await shard.admit([A, B, C, D], ONE);
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A]);
    await shard.jobs.release(ADA, [outcome('L', 1, A)]);
    expect(await claimed(ADA)).toEqual([A]);
    await shard.jobs.drop(ADA, 100, [outcome('C', 2, A)]);
    expect(await claimed(ADA)).toEqual([B]);
  });

  test('after two running ones were released', async () => {
    await shard.admit([A, B, C, D], TWO);
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A, B]);
    await shard.jobs.release(ADA, [outcome('L', 1, A), outcome('L', 1, B)]);
    expect(await claimed(ADA)).toEqual([A, B]);
  });

  test('after the worker of two running ones has died', async () => {
    await shard.admit([A, B, C, D], TWO);
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A, B]);
    await shard.die(ADA);
    await shard.jobs.rescue(ADA, NOTHING_KEPT);
    expect(await claimed(BOB)).toEqual([A, B]);
  });

  test('when nobody has a slot for those that were let go', async () => {
    await shard.admit([A, B, C, D], ONE);
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A]);
    await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
    for (const _ of [1, 2]) {
      shard.clock.advance(5000);
      await shard.jobs.reopen(ADA);
    }
    expect(await claimed(ADA)).toEqual([B]);
  });
});

describe('a job whose turn has come, and that no slot has taken yet', () => {
  /** B's turn has come: A has ended. C waits. */
  const turnOfB = async (options: NewJobOptions = {}): Promise<void> => {
    await shard.admit([A, B, C], ONE, options);
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A]);
    await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
  };
  const mark = (id: string): Promise<string> => shard.redis.getrange(`${shard.prefix}job:${id}`, 0, 30);

  test('has its place: a more urgent job of its key waits behind it', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { priority: 0 });
    expect(await claimed(ADA)).toEqual([B]);
    await shard.jobs.drop(ADA, 100, [outcome('C', 2, B)]);
    expect(await claimed(ADA)).toEqual([C]);
  });

  test.each<[string, (jobs: JobStore) => Promise<unknown>]>([
    ['cancelled', (jobs) => jobs.cancel([B], EVE, 100)],
    ['deleted', (jobs) => jobs.delete([B], EVE, false)],
    ['scheduled for later', (jobs) => jobs.reschedule([B], EVE, `in ${MINUTE_MS}`)],
    ['moved', (jobs) => jobs.move([B], EVE, { priority: 3 })],
  ])('gives it to the next one when it is %s', async (_, change) => {
    await turnOfB();
    await change(shard.jobs);
    expect(await claimed(ADA)).toEqual([C]);
    expect(await shard.redis.scard(`${shard.prefix}holders:one`)).toBe(1);
  });

  test('gives it back when its queue is purged', async () => {
    await turnOfB();
    await shard.jobs.purge('mail', EVE, true);
    await shard.jobs.purge('mail', EVE, false);
    expect(await has('holders:one')).toBe(false);
  });

  test('gives it to a job of another queue while its own is paused', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { queue: 'other' });
    await shard.register(BOB);
    await shard.claimNext(BOB, { queues: ['other'] });
    await shard.queues.pause('mail', EVE);
    for (const _ of [1, 2, 3]) {
      shard.clock.advance(5000);
      await shard.jobs.reopen(BOB);
    }
    expect((await mark(B)).slice(7)).toBe('-'.repeat(24));
    const claim = await shard.claimNext(BOB, { queues: ['other'] });
    expect(await shard.redis.smembers(`${shard.prefix}processing:${BOB}:${no(claim)}`)).toEqual([D]);
  });

  test('keeps it for a minute at most', async () => {
    await turnOfB();
    for (let passedMs = 0; passedMs < MINUTE_MS; passedMs += 5000) {
      expect(await mark(B)).toContain('reserved');
      shard.clock.advance(5000);
      await shard.jobs.reopen(ADA);
    }
    expect(await mark(B)).not.toContain('reserved');
    expect(await mark(C)).toContain('reserved');
  });

  test('gives it on when something else blocks it', async () => {
    await shard.admit([A], { limits: [['one', 1]] });
    await shard.admit([B], { limits: [['one', 1], ['two', 1]] });
    await shard.admit([C], { limits: [['one', 1]] });
    await shard.admit([D], { limits: [['two', 1]] });
    await shard.register(ADA);
    expect(await claimed(ADA)).toEqual([A, D]);
    await shard.jobs.drop(ADA, 100, [outcome('C', 1, A)]);
    // The claim that meets B parks it, and says that more waits.
    expect(await claimed(ADA)).toEqual([]);
    expect(await claimed(ADA)).toEqual([C]);
    expect(await mark(B)).toBe(`B000600${'-'.repeat(24)}`);
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
