import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { A, ADA, B, BOB, C, no } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import { LEASE_MS, SWEEP_MS } from '../testing/test-shard.ts';
import { DEFAULT_RETENTION } from './job-store.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
});

const beat = (worker: string): ReturnType<TestShard['workers']['renew']> =>
  shard.workers.renew(worker, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '' });
const rescue = (worker: string): ReturnType<TestShard['jobs']['rescue']> =>
  shard.jobs.rescue(worker, DEFAULT_RETENTION);
const score = async (path: string): Promise<unknown> => (await shard.keySpace()).get(path);

describe('a scheduled job', () => {
  test('is never early, by a millisecond', async () => {
    await shard.schedule([A], 1000);
    shard.clock.advance(999);
    expect(await shard.jobs.promote(ADA)).toMatchObject({ moved: 0 });
    shard.clock.advance(1);
    expect(await shard.jobs.promote(ADA)).toMatchObject({ moved: 1 });
  });

  test('that is due is claimed by the claim that promotes it, after those that waited before', async () => {
    await shard.schedule([A], 1000);
    await shard.enqueue([B]);
    await shard.register(ADA);
    shard.clock.advance(1000);
    const reply = await shard.claim(ADA, 1);
    expect('jobs' in reply && reply.jobs.filter((_, i) => i % 2 === 0)).toEqual([B, A]);
  });

  test('that failed runs again after its delay, not before', async () => {
    await shard.process([A]);
    await shard.jobs.retry(ADA, [{ claim: no(1), id: A, line: '\nR', delayMs: 5000 }]);
    shard.clock.advance(4999);
    expect(await shard.claim(ADA, 2)).toMatchObject({ jobs: [], nextDue: shard.clock.nowMs + 1 });
    shard.clock.advance(1);
    expect(await shard.claim(ADA, 3)).toMatchObject({ jobs: [A, expect.any(String)] });
  });
});

describe('a lease', () => {
  test('is moved forward by a beat and by a claim', async () => {
    await shard.register(ADA);
    shard.clock.advance(1000);
    await beat(ADA);
    expect(await score('leases Ada')).toBe(`t+${LEASE_MS + 1000}`);
    shard.clock.advance(1000);
    await shard.claim(ADA, 1);
    expect(await score('leases Ada')).toBe(`t+${LEASE_MS + 2000}`);
  });

  test('that expired still counts until somebody rescues', async () => {
    await shard.process([A]);
    shard.clock.advance(LEASE_MS * 3);
    expect(await shard.jobs.release(ADA, [{ claim: no(1), id: A, line: '' }])).toEqual(['OK']);
    expect(await beat(ADA)).toMatchObject({ dead: [] });
  });

  test('further ahead than two of the longest known is cut to that', async () => {
    await shard.register(ADA);
    await shard.register(BOB);
    await shard.redis.zadd(`${shard.prefix}leases`, shard.clock.nowMs + 10 * LEASE_MS, ADA);
    await beat(BOB);
    expect(await score('leases Ada')).toBe(`t+${2 * LEASE_MS}`);
  });

  test('expires at its instant, not before', async () => {
    await shard.process([A]);
    await shard.register(BOB);
    for (let passed = 0; passed < LEASE_MS; passed += SWEEP_MS) {
      await beat(BOB);
      shard.clock.advance(SWEEP_MS);
    }
    shard.clock.advance(-1);
    expect(await rescue(ADA)).toMatchObject({ status: 'ALIVE' });
    shard.clock.advance(1);
    expect(await rescue(ADA)).toMatchObject({ status: 'DONE', moved: 1 });
  });
});

describe('grace', () => {
  async function liveOn(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += SWEEP_MS) {
      await beat(BOB);
      shard.clock.advance(SWEEP_MS);
    }
  }

  beforeEach(async () => {
    await shard.process([A]);
    await shard.register(BOB);
    await liveOn(2 * LEASE_MS + SWEEP_MS);
  });

  test('is not given while sweeps follow each other: a dead worker is named and rescued', async () => {
    expect(await beat(BOB)).toMatchObject({ dead: [ADA] });
    expect(await rescue(ADA)).toEqual({ status: 'DONE', moved: 1 });
  });

  test.each([
    ['a gap of more than three sweeps', 3 * SWEEP_MS + SWEEP_MS],
    ['a clock that went back', -60_000],
  ])('is given for one lease after %s', async (_, jumpMs) => {
    await beat(BOB);
    shard.clock.advance(jumpMs);
    expect(await beat(BOB)).toMatchObject({ dead: [] });
    const status = (await rescue(ADA)).status;
    expect(['GRACE', 'ALIVE']).toContain(status);
    await liveOn(LEASE_MS);
    if (jumpMs < 0) await liveOn(60_000);
    expect(await beat(BOB)).toMatchObject({ dead: [ADA] });
  });
});

test('a rescue of more than 500 jobs goes on until all are back, in their order', async () => {
  const ids = Array.from({ length: 600 }, (_, i) => `job-${String(i).padStart(4, '0')}`);
  await shard.enqueue(ids);
  await shard.register(ADA);
  for (let claim = 1; claim <= 3; claim++) await shard.claim(ADA, claim, { most: 200 });
  await shard.die(ADA);
  expect(await rescue(ADA)).toEqual({ status: 'MORE', moved: 500 });
  expect(await beat(BOB)).toMatchObject({ dead: [ADA] });
  expect(await rescue(ADA)).toEqual({ status: 'DONE', moved: 100 });
  expect(await beat(BOB)).toMatchObject({ dead: [] });
  expect(await score('ready:mail:2')).toEqual(ids);
});

describe('retention', () => {
  const hour = { ...DEFAULT_RETENTION, succeededMs: 3_600_000, failedMs: 3_600_000 };

  test('removes what ended before its limit, and keeps the rest', async () => {
    const line = `\nS ${ADA} ${no(1)} 1 1 ${shard.clock.nowMs} {}`;
    await shard.process([A]);
    await shard.jobs.succeed(ADA, 100, [{ claim: no(1), ids: [A], lines: [line] }]);
    await shard.fail([B]);
    shard.clock.advance(3_600_000 - 1);
    expect((await shard.jobs.trim(hour)).removed).toBe(0);
    shard.clock.advance(1);
    expect((await shard.jobs.trim(hour)).removed).toBe(2);
    expect([await score('job:A'), await score('job:B')]).toEqual([undefined, undefined]);
  });

  test('spares a job that somebody waits for, until the wait is over', async () => {
    await shard.succeed([C]);
    await shard.queues.watch([C], 60_000);
    const none = { ...hour, succeededCount: 0 };
    expect((await shard.jobs.trim(none)).removed).toBe(0);
    shard.clock.advance(60_001);
    expect((await shard.jobs.trim(none)).removed).toBe(1);
  });
});
