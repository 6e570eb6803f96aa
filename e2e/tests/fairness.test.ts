import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { msBetween } from '../src/events.ts';
import { Stage } from '../src/stage.ts';

/** So long that a job which waits for another one cannot be taken for one that waits for a busy machine. */
const JOB_MS = sized(4000, 1000);
const WAIT_MOST_MS = bound({ promised: 150, busy: 2500 });

/** Waits of jobs from when they were stored (or a little before) to their start, ms. */
function waits(stage: Stage, storedAt: ReadonlyMap<string, bigint>): number[] {
  const { runsOf } = stage.sightings();
  return [...storedAt].map(([id, at]) => msBetween(at, runsOf.get(id)?.[0]?.startNs ?? at + BigInt(1e12)));
}

test('no job waits for a busy worker while another one is idle', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url);
  await stage.worker({ concurrency: 5 });
  await stage.worker({ concurrency: 5 });
  const storedAt = new Map<string, bigint>();
  // Eight at a time in ten slots.
  for (let i = 0; i < sized(24, 500); i++) {
    storedAt.set(await stage.enqueue({ ms: JOB_MS }), process.hrtime.bigint());
    await delay(JOB_MS / 8);
  }
  await stage.drained();
  const steady = waits(stage, storedAt);
  print('long jobs, one by one', { jobs: steady.length, longestWaitMs: Math.max(...steady) });
  expect(Math.max(...steady)).toBeLessThan(WAIT_MOST_MS);
});

test('a burst of long jobs after fast ones spreads over both workers', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url);
  await stage.worker({ concurrency: 5 });
  await stage.worker({ concurrency: 5 });
  const longest: number[] = [];
  for (let i = 0; i < sized(2, 30); i++) {
    await stage.enqueueMany(Array.from({ length: 2000 }, () => ({})));
    const ids = await stage.enqueueMany(Array.from({ length: 10 }, () => ({ ms: JOB_MS })));
    await stage.drained();
    // All ten fit: the last one starts soon after the first.
    const starts = ids
      .map((id) => stage.sightings().runsOf.get(id)?.[0]?.startNs ?? 0n)
      .toSorted((a, b) => (a < b ? -1 : 1));
    longest.push(msBetween(starts[0] ?? 0n, starts.at(-1) ?? 0n));
  }
  const { problems, counts } = await stage.audit({ mostTrimmed: 1e6 });
  print('long jobs after fast ones', { ...counts, longestWaitMs: Math.max(...longest) });
  expect(problems).toEqual([]);
  expect(Math.max(...longest)).toBeLessThan(WAIT_MOST_MS);
});
