import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { A, ADA, B, BOB, EVE, no, tailLine } from '../testing/cast.ts';
import { MINUTE_MS, NOTHING_KEPT } from '../testing/scene.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

/** What becomes of all that ties a job by each transition that it makes. */

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
});

const TIES = {
  limits: [['one', 1]],
  locks: [['u', 'finished', 0, 'existing']],
  deadline: 10 * MINUTE_MS,
  tags: ['red'],
} as const;

const outcome = (code: string) => ({
  claim: no(1),
  id: A,
  line: `\n${tailLine(code, no(1))}`,
  delayMs: MINUTE_MS,
});

/** What is left: of the limit's place, the lock, the deadline, the tag; and whether the next job of the limit may try. */
interface Left {
  readonly held: boolean;
  readonly locked: boolean;
  readonly deadline: boolean;
  readonly tagged: boolean;
  readonly next: boolean;
}

async function left(): Promise<Left> {
  const { redis, prefix } = shard;
  const mark = await redis.getrange(`${prefix}job:${B}`, 0, 0);
  const holders = await redis.smembers(`${prefix}holders:one`);
  return {
    held: holders.some((member) => member.endsWith(A)),
    locked: (await redis.get(`${prefix}lock:u`)) === A,
    deadline: (await redis.zscore(`${prefix}deadlines`, A)) !== null,
    tagged: (await redis.zscore(`${prefix}tag:red`, A)) !== null,
    next: mark !== 'B',
  };
}

interface Move {
  readonly call: (shard: TestShard) => Promise<unknown>;
  readonly left: Left;
}

/** It runs no more, and has not ended. */
const GOES_ON: Left = { held: false, locked: true, deadline: true, tagged: true, next: true };
/** It goes back to the front of its queue, and its place stays its own. */
const COMES_BACK: Left = { ...GOES_ON, held: true, next: false };
/** It has ended, and its record stays. */
const ENDED: Left = { held: false, locked: false, deadline: false, tagged: true, next: true };

/** Of a job that runs, while another one waits for its place. */
const RUNNING: Readonly<Record<string, Move>> = {
  succeed: {
    call: ({ jobs }) =>
      jobs.succeed(ADA, 100, [{ claim: no(1), ties: 'more', ids: [A], lines: [outcome('S').line] }]),
    left: ENDED,
  },
  retry: { call: ({ jobs }) => jobs.retry(ADA, [outcome('R')]), left: GOES_ON },
  defer: { call: ({ jobs }) => jobs.defer(ADA, [outcome('D')]), left: GOES_ON },
  fail: { call: ({ jobs }) => jobs.fail(ADA, 100, [outcome('F')]), left: ENDED },
  drop: { call: ({ jobs }) => jobs.drop(ADA, 100, [outcome('C')]), left: ENDED },
  release: { call: ({ jobs }) => jobs.release(ADA, [outcome('L')]), left: COMES_BACK },
  reconcile: { call: ({ jobs }) => jobs.reconcile(ADA, no(1), []), left: COMES_BACK },
  rescue: {
    call: async (dying) => {
      await dying.die(ADA);
      await dying.jobs.rescue(ADA, NOTHING_KEPT);
    },
    left: COMES_BACK,
  },
  // Its handler may not have ended.
  cancel: { call: ({ jobs }) => jobs.cancel([A], EVE, 100), left: { ...ENDED, held: true, next: false } },
  'cancel, and the outcome of its handler': {
    call: async ({ jobs }) => {
      await jobs.cancel([A], EVE, 100);
      await jobs.drop(ADA, 100, [outcome('C')]);
    },
    left: ENDED,
  },
  'cancel, and the rescue of its worker': {
    call: async (dying) => {
      await dying.jobs.cancel([A], EVE, 100);
      await dying.die(ADA);
      await dying.jobs.rescue(ADA, NOTHING_KEPT);
    },
    left: ENDED,
  },
  'cancel, and a reconcile that does not hold it': {
    call: async ({ jobs }) => {
      await jobs.cancel([A], EVE, 100);
      await jobs.reconcile(ADA, no(1), []);
    },
    left: ENDED,
  },
  'cancel, and a reconcile that holds it': {
    call: async ({ jobs }) => {
      await jobs.cancel([A], EVE, 100);
      await jobs.reconcile(ADA, no(1), [{ claim: no(1), ids: [A] }]);
    },
    left: { ...ENDED, held: true, next: false },
  },
  expire: {
    call: async ({ clock, jobs }) => {
      clock.advance(TIES.deadline);
      await jobs.expire(100);
    },
    left: { ...GOES_ON, held: true, next: false },
  },
};

describe('of a job that runs there is left what it still needs', () => {
  test.each(Object.entries(RUNNING))('after %s', async (_, { call, left: expected }) => {
    await shard.process([A], ADA, { ties: TIES });
    await shard.admit([B], { limits: TIES.limits });
    await shard.idle(BOB);
    expect(await left()).toEqual({ held: true, locked: true, deadline: true, tagged: true, next: false });
    await call(shard);
    expect(await left()).toEqual(expected);
  });
});

const GONE: Left = { ...ENDED, tagged: false };

/** Of a job that waits. */
const WAITING: Readonly<Record<string, Move>> = {
  cancel: { call: ({ jobs }) => jobs.cancel([A], EVE, 100), left: ENDED },
  delete: { call: ({ jobs }) => jobs.delete([A], EVE, false), left: GONE },
  purge: { call: ({ jobs }) => jobs.purge('mail', EVE, true), left: GONE },
  expire: {
    call: async ({ clock, jobs }) => {
      clock.advance(TIES.deadline);
      await jobs.expire(100);
    },
    left: ENDED,
  },
  'cancel and requeue': {
    call: async ({ jobs }) => {
      await jobs.cancel([A], EVE, 100);
      await jobs.requeue([A], EVE);
    },
    left: { ...GOES_ON, deadline: false },
  },
};

describe('of a job that waits there is left what it still needs', () => {
  test.each(Object.entries(WAITING))('after %s', async (_, { call, left: expected }) => {
    await shard.admit([A], TIES);
    await call(shard);
    expect(await left()).toEqual(expected);
  });
});

describe('of a job that is parked there is left what it still needs', () => {
  test.each(Object.entries(WAITING))('after %s', async (_, { call, left: expected }) => {
    await shard.process([B], ADA, { ties: { limits: TIES.limits } });
    await shard.admit([A], TIES);
    await shard.idle(BOB);
    expect(await shard.redis.getrange(`${shard.prefix}job:${A}`, 0, 0)).toBe('B');
    await call(shard);
    expect(await left()).toEqual(expected);
    expect(await shard.redis.zscore(`${shard.prefix}parked:mail`, A)).toBeNull();
  });
});
