import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobTies } from '../job/ties.ts';
import { A, ADA, B, D, E, EVE, no, START_MS } from '../testing/cast.ts';
import { MINUTE_MS } from '../testing/scene.ts';
import { gatherCall } from '../testing/scenes-batch.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import type { Retention } from './job-store.ts';

/** What retention leaves behind of jobs that others wait for, or that say themselves how long they are kept. */

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
});

const KEEP: Retention = {
  succeededCount: 3,
  succeededMs: 60 * MINUTE_MS,
  failedCount: 100,
  failedMs: 60 * MINUTE_MS,
};
const WAITS_FOR_E: JobTies = { parents: [[E, 'D']] };
const stateOf = (id: string): Promise<string> => shard.redis.getrange(`${shard.prefix}job:${id}`, 0, 0);
const ids = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${kind}${String(n).padStart(25, '0')}`);
const living = async (some: readonly string[]): Promise<number> =>
  shard.redis.exists(...some.map((id) => `${shard.prefix}job:${id}`));

describe('a callback on the success of a batch is cancelled when a failed member is removed', () => {
  async function failMember(ties: JobTies): Promise<void> {
    await shard.batches.draft(E, 'album', undefined);
    await shard.jobs.gather(await gatherCall(shard, [B]));
    await shard.jobs.launch(E);
    await shard.admit([D], WAITS_FOR_E);
    await shard.fail([A], ADA, { ties: { batch: E, ...ties }, queue: 'other' });
    await endAll([B], await shard.claimNext(ADA));
    await shard.jobs.follow();
  }

  test('by the number that is kept', async () => {
    await failMember({});
    expect(await stateOf(D)).toBe('A');
    await shard.jobs.trim({ ...KEEP, failedCount: 0 });
    await shard.jobs.follow();
    expect(await stateOf(D)).toBe('C');
  });

  test('by its own time', async () => {
    await failMember({ keep: [-1, 0] });
    await shard.jobs.trim(KEEP);
    await shard.jobs.follow();
    expect([await living([A]), await stateOf(D)]).toEqual([0, 'C']);
  });
});

describe('a failed parent whose end is still to be told', () => {
  test.each<JobTies>([{}, { keep: [-1, 0] }])('is not removed before, with ties %j', async (ties) => {
    const claim = no(await shard.process([A], ADA, { ties: { tags: ['t'], ...ties } }));
    await shard.admit([D], { parents: [[A, 'F']] });
    // Something else is left to do, so the end of A is not told at once.
    await shard.redis.rpush(`${shard.prefix}todo`, `D${B} -1`);
    const line = `\nF ${ADA} ${claim} 1 1 2 {"message":"why"}`;
    await shard.jobs.fail(ADA, 100, [{ claim, id: A, line }]);
    await shard.jobs.trim({ ...KEEP, failedCount: 0 });
    expect([await living([A]), await stateOf(D)]).toEqual([1, 'A']);
    await shard.jobs.follow();
    expect(await shard.redis.hget(`${shard.prefix}inputs:${D}`, A)).toBe('Fgreet {"message":"why"}');
    shard.clock.advance(MINUTE_MS);
    await shard.jobs.trim({ ...KEEP, failedCount: 0 });
    expect(await living([A])).toBe(0);
  });
});

describe('children of a parent that failed and was then removed', () => {
  test('are told that it failed first, however many they are', async () => {
    const claim = no(await shard.process([A], ADA, { ties: { tags: ['t'] } }));
    const waiting = ids('W', 1200);
    await shard.admit(waiting, { parents: [[A, 'F']] });
    await shard.jobs.fail(ADA, 100, [{ claim, id: A, line: `\nF ${ADA} ${claim} 1 1 2 {}` }]);
    await shard.jobs.delete([A], EVE, false);
    while (await shard.jobs.follow());
    const states = await Promise.all(waiting.map(stateOf));
    expect(states.filter((state) => state !== 'E')).toEqual([]);
  });
});

describe('jobs that say themselves how long they are kept', () => {
  test('do not take others along when their time is over', async () => {
    const [brief, plain] = [ids('B', 3), ids('P', 3)];
    await shard.process(brief, ADA, { ties: { keep: [MINUTE_MS, -1] } });
    await endAll(brief, 1);
    for (const [n, id] of plain.entries()) {
      await shard.process([id]);
      await endAll([id], n + 2);
    }
    shard.clock.advance(2 * MINUTE_MS);
    await shard.jobs.trim(KEEP);
    await shard.jobs.trim(KEEP);
    expect([await living(brief), await living(plain)]).toEqual([0, 3]);
  });

  test('do not keep the trim from others that are too old', async () => {
    const long = ids('L', 600);
    for (const [n, from] of [0, 200, 400].entries()) {
      await shard.process(long.slice(from, from + 200), ADA, { ties: { keep: [600 * MINUTE_MS, -1] } });
      await endAll(long.slice(from, from + 200), n + 1);
    }
    await shard.process([A]);
    await endAll([A], 4);
    shard.clock.advance(90 * MINUTE_MS);
    expect(await shard.jobs.trim(KEEP)).toEqual({ removed: 0, more: true });
    expect((await shard.jobs.trim(KEEP)).removed).toBe(1);
    expect([await living(long), await living([A])]).toEqual([600, 0]);
  });

  test('do not push out the others', async () => {
    const [long, plain] = [ids('L', 10), ids('P', 20)];
    await shard.process(long, ADA, { ties: { keep: [30 * MINUTE_MS, -1] } });
    await endAll(long, 1);
    for (const [n, id] of plain.entries()) {
      await shard.process([id]);
      await endAll([id], n + 2);
    }
    await shard.jobs.trim(KEEP);
    expect([await living(long), await living(plain)]).toEqual([10, 3]);
  });

  test('are removed by hundreds when their time is over', async () => {
    const brief = ids('B', 450);
    for (const [n, from] of [0, 150, 300].entries()) {
      const some = brief.slice(from, from + 150);
      await shard.process(some, ADA, { ties: { keep: [0, -1] } });
      await endAll(some, n + 1, 1000);
    }
    expect(await shard.jobs.trim({ ...KEEP, succeededCount: 1000 })).toEqual({ removed: 450, more: false });
    expect(await living(brief)).toBe(0);
  });
});

async function endAll(some: readonly string[], claim: number, keep = KEEP.succeededCount): Promise<void> {
  const lines = some.map(() => `\nS ${ADA} ${no(claim)} 1 ${START_MS} ${START_MS} {}`);
  await shard.jobs.succeed(ADA, keep, [{ claim: no(claim), ties: 'more', ids: [...some], lines }]);
}
