import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobTies, LimitTie, RateTie } from '../job/ties.ts';
import { A, ADA, B, BOB, C, D, E, EVE, F, no, tailLine } from '../testing/cast.ts';
import { MINUTE_MS, NOTHING_KEPT } from '../testing/scene.ts';
import { Shards } from '../testing/shards.ts';
import type { NewJobOptions, TestShard } from '../testing/test-shard.ts';
import type { JobStore } from './job-store.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
/** In which claim each job runs. */
let claimOf: Map<string, number>;
beforeEach(async () => {
  shard = await shards.next();
  claimOf = new Map();
});

const limit = (key: string, most = 1): LimitTie => [key, most];
const ONE: JobTies = { limits: [limit('one')] };
/** One start a second. */
const RATE: RateTie = ['api', 1, 1000, 1];

/** What a claim takes. */
async function claimed(worker = ADA, queues: readonly string[] = ['mail']): Promise<string[]> {
  const claim = await shard.claimNext(worker, { queues });
  const ids = await shard.redis.smembers(`${shard.prefix}processing:${worker}:${no(claim)}`);
  for (const id of ids) claimOf.set(id, claim);
  return ids.toSorted();
}

const outcome = (code: string, id: string): { claim: string; id: string; line: string } => {
  const claim = no(claimOf.get(id) ?? 0);
  return { claim, id, line: `\n${tailLine(code, claim)}` };
};
const end = (...ids: readonly string[]): Promise<unknown> =>
  shard.jobs.drop(
    ADA,
    100,
    ids.map((id) => outcome('C', id)),
  );
const mark = (id: string): Promise<string> => shard.redis.getrange(`${shard.prefix}job:${id}`, 0, 30);
const isParked = async (id: string): Promise<boolean> => (await mark(id)).startsWith('B');
const isKept = async (id: string): Promise<boolean> => (await mark(id)).includes('-reserved');

/** So much time passes, with a look at what blocks jobs each 5 s. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5000) {
    shard.clock.advance(5000);
    await shard.jobs.reopen(ADA);
  }
}

/** Ids as a slot would run them: one at a time, each to its end, with time passing when none is to be had. */
async function runAll(count: number): Promise<string> {
  const order: string[] = [];
  for (let tries = 0; order.length < count && tries < 200; tries++) {
    const claim = await shard.claimNext(ADA, { most: 1 });
    const [id] = await shard.redis.smembers(`${shard.prefix}processing:${ADA}:${no(claim)}`);
    if (id === undefined) await pass(5000);
    else {
      claimOf.set(id, claim);
      order.push(id);
      await end(id);
    }
  }
  return order.map((id) => 'ABCDEF'.charAt([A, B, C, D, E, F].indexOf(id))).join('');
}

describe('jobs of a limit go on in their order', () => {
  const TWO: JobTies = { limits: [limit('two', 2)] };
  beforeEach(() => shard.register(ADA));

  test('after the running one was released', async () => {
    await shard.admit([A, B, C, D], ONE);
    expect(await claimed()).toEqual([A]);
    await shard.jobs.release(ADA, [outcome('L', A)]);
    expect(await claimed()).toEqual([A]);
    await end(A);
    expect(await claimed()).toEqual([B]);
  });

  test('after two running ones were released', async () => {
    await shard.admit([A, B, C, D], TWO);
    expect(await claimed()).toEqual([A, B]);
    await shard.jobs.release(ADA, [outcome('L', A), outcome('L', B)]);
    expect(await claimed()).toEqual([A, B]);
  });

  test('after the worker of two running ones has died', async () => {
    await shard.admit([A, B, C, D], TWO);
    expect(await claimed()).toEqual([A, B]);
    await shard.die(ADA);
    await shard.jobs.rescue(ADA, NOTHING_KEPT);
    expect(await claimed(BOB)).toEqual([A, B]);
  });

  test('when nobody has a slot for those that were let go', async () => {
    await shard.admit([A, B, C, D], ONE);
    expect(await claimed()).toEqual([A]);
    await end(A);
    await pass(3 * MINUTE_MS);
    expect(await runAll(3)).toBe('BCD');
  });

  test('when their queue was paused meanwhile', async () => {
    await shard.admit([A, B, C, D], ONE);
    expect(await claimed()).toEqual([A]);
    await end(A);
    await shard.queues.pause('mail', EVE);
    await pass(MINUTE_MS);
    expect(await claimed()).toEqual([]);
    await shard.queues.resume('mail', EVE);
    expect(await runAll(3)).toBe('BCD');
  });

  test('when they have a rate too', async () => {
    await shard.admit([A, B, C, D, E], { ...ONE, rates: [RATE] });
    expect(await runAll(5)).toBe('ABCDE');
  });

  test('when some of them have another limit, which is taken', async () => {
    const both: JobTies = { limits: [limit('one'), limit('other')] };
    await shard.admit([A], { limits: [limit('other')] });
    await shard.admit([B, C, D], both);
    expect(await runAll(4)).toBe('ABCD');
  });
});

describe('a job whose turn has come, and that no slot has taken yet', () => {
  /** B's turn has come: A has ended. C waits. */
  const turnOfB = async (options: NewJobOptions = {}): Promise<void> => {
    await shard.admit([A, B, C], ONE, options);
    await shard.register(ADA);
    expect(await claimed()).toEqual([A]);
    await end(A);
  };

  test('has its place: a more urgent job of its key waits behind it', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { priority: 0 });
    expect(await claimed()).toEqual([B]);
    await end(B);
    expect(await claimed()).toEqual([C]);
  });

  test.each<[string, (jobs: JobStore) => Promise<unknown>]>([
    ['cancelled', (jobs) => jobs.cancel([B], EVE, 100)],
    ['deleted', (jobs) => jobs.delete([B], EVE, false)],
    ['scheduled for later', (jobs) => jobs.reschedule([B], EVE, `in ${MINUTE_MS}`)],
    ['moved', (jobs) => jobs.move([B], EVE, { priority: 3 })],
  ])('gives it to the next one when it is %s', async (_, change) => {
    await turnOfB();
    await change(shard.jobs);
    expect(await claimed()).toEqual([C]);
    expect(await shard.redis.scard(`${shard.prefix}holders:one`)).toBe(1);
  });

  test('goes with its queue when that is purged, and so does the one that would have been next', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { priority: 0 });
    expect(await claimed(ADA, ['mail'])).toEqual([B]);
    await shard.jobs.release(ADA, [outcome('L', B)]);
    const { removed, more } = await shard.jobs.purge('mail', EVE, true);
    expect({ removed, more }).toEqual({ removed: 3, more: false });
    expect(await shard.redis.exists(`${shard.prefix}holders:one`)).toBe(0);
  });

  test('keeps it as long as only jobs of its own place wait', async () => {
    await turnOfB();
    await pass(MINUTE_MS);
    expect(await isKept(B)).toBe(true);
  });

  test('gives it after 5 s to a job of another queue, and comes next', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { queue: 'other' });
    expect(await claimed(ADA, ['other'])).toEqual([]);
    await pass(5000);
    expect(await Promise.all([B, C, D].map(isKept))).toEqual([false, false, true]);
    expect(await claimed(ADA, ['other'])).toEqual([D]);
    await end(D);
    expect(await Promise.all([B, C].map(isKept))).toEqual([true, false]);
    expect(await claimed()).toEqual([B]);
  });

  test('gives it after 5 s to a more urgent job, when urgent ones take every slot', async () => {
    await turnOfB();
    await shard.admit([D], ONE, { priority: 0 });
    await shard.enqueue([E, F], { priority: 0 });
    for (const urgent of [E, F]) {
      const claim = await shard.claimNext(ADA, { most: 1 });
      expect(await shard.redis.smembers(`${shard.prefix}processing:${ADA}:${no(claim)}`)).toEqual([urgent]);
    }
    await pass(5000);
    expect(await Promise.all([B, C, D].map(isKept))).toEqual([false, false, true]);
  });

  test('whose mark is damaged is no trouble to the others', async () => {
    await turnOfB();
    await shard.redis.setrange(`${shard.prefix}job:${B}`, 19, 'not-a-number');
    await pass(10_000);
    expect(await claimed()).toEqual([B]);
  });

  test('must be within its limit when it starts', async () => {
    await shard.admit([A, B], { limits: [limit('one', 2)] });
    await shard.register(ADA);
    expect(await claimed()).toEqual([A, B]);
    await shard.jobs.release(ADA, [outcome('L', B)]);
    await shard.redis.sadd(`${shard.prefix}holders:one`, `${BOB}${no(1)}${D}`);
    expect(await claimed()).toEqual([]);
    expect(await isParked(B)).toBe(true);
  });
});

describe('a place that is free', () => {
  beforeEach(() => shard.register(ADA));

  test('of one of two limits is not kept for a job that waits for the other', async () => {
    const both: JobTies = { limits: [limit('a'), limit('b')] };
    await shard.admit([A], { limits: [limit('b')] });
    await shard.admit([B, C], both);
    expect(await claimed()).toEqual([A]);
    await shard.admit([D], { limits: [limit('a')] });
    expect(await claimed()).toEqual([D]);
    await end(A);
    expect(await Promise.all([B, C].map(isKept))).toEqual([false, false]);
    expect(await claimed()).toEqual([]);
    await end(D);
    expect(await Promise.all([B, C].map(isKept))).toEqual([true, false]);
    expect(await claimed()).toEqual([B]);
    await end(B);
    expect(await claimed()).toEqual([C]);
  });

  test('goes to the next one whose own limit is large enough', async () => {
    await shard.admit([A, B], { limits: [limit('k', 2)] });
    await shard.admit([C], { limits: [limit('k', 1)] });
    await shard.admit([D], { limits: [limit('k', 2)] });
    expect(await claimed()).toEqual([A, B]);
    await end(A);
    expect(await Promise.all([C, D].map(isKept))).toEqual([false, true]);
    expect(await claimed()).toEqual([D]);
    await end(B, D);
    expect(await claimed()).toEqual([C]);
  });

  test('brings back a group that was just found empty', async () => {
    const group = (name: string): JobTies => ({ group: [name, 1] });
    await shard.admit([A], { ...group('g1'), limits: [limit('k')] });
    await shard.admit([B], { ...group('g1'), limits: [limit('k')] });
    await shard.admit([C], { ...group('g2'), limits: [limit('k')], rates: [RATE] });
    expect(await claimed()).toEqual([A]);
    await shard.jobs.release(ADA, [outcome('L', A)]);
    await shard.jobs.cancel([A], EVE, 100);
    expect(new Set(await runAll(2))).toEqual(new Set('BC'));
    expect(await shard.redis.hgetall(`${shard.prefix}grouped`)).toMatchObject({ 'mail:2': '0' });
  });
});

test('a job that a rate blocks is set apart once, and let go once, when slots are free', async () => {
  await shard.register(ADA);
  await shard.admit([A, B, C, D], { rates: [RATE] });
  expect(await claimed()).toEqual([A]);
  // Who is set apart stands there with the time since when.
  const parked = (): Promise<string[]> =>
    shard.redis.zrange(`${shard.prefix}parked:mail`, '0', '-1', 'WITHSCORES');
  const before = await parked();
  const since = before[1] ?? '';
  expect(before).toEqual([B, C, D].flatMap((id) => [id, since]));
  const waiting = [B, C, D];
  for (const id of [B, C, D]) {
    // Looks that come too early, and claims, leave all of them where they are.
    shard.clock.advance(999);
    await shard.jobs.reopen(ADA);
    expect(await claimed()).toEqual([]);
    expect(await parked()).toEqual(waiting.flatMap((each) => [each, since]));
    shard.clock.advance(1);
    await shard.jobs.reopen(ADA);
    waiting.shift();
    expect(await parked()).toEqual(waiting.flatMap((each) => [each, since]));
    expect(await claimed()).toEqual([id]);
  }
});

test('a rate lets nobody go for a start that another one waits to take', async () => {
  await shard.register(ADA);
  await shard.admit([A, B, C, D], { rates: [RATE] });
  expect(await claimed()).toEqual([A]);
  const parked = (): Promise<string[]> => shard.redis.zrange(`${shard.prefix}parked:mail`, '0', '-1');
  // No slot takes anything for a while: one start is all that there is.
  for (let second = 0; second < 4; second++) {
    shard.clock.advance(1000);
    await shard.jobs.reopen(ADA);
    expect(await parked()).toEqual([C, D]);
  }
  expect(await claimed()).toEqual([B]);
  shard.clock.advance(1000);
  await shard.jobs.reopen(ADA);
  expect(await parked()).toEqual([D]);
  // Who is gone takes no start.
  await shard.jobs.cancel([C], EVE, 100);
  shard.clock.advance(1000);
  await shard.jobs.reopen(ADA);
  expect(await parked()).toEqual([]);
  expect(await claimed()).toEqual([D]);
});
