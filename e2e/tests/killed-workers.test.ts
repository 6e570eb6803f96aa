import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { recoveries } from '../src/recoveries.ts';
import { Stage } from '../src/stage.ts';

const LEASE_MS = 1000;
const CONCURRENCY = 10;
/** Slots, and at most one claim ahead. */
const IN_FLIGHT_MOST = CONCURRENCY + 200;
/** Fewer than retention keeps of two shards, however long the kills take; in a campaign it may remove some. */
const JOBS_MOST = sized(18_000, 1e9);

test('no job is lost when workers are killed under load', { timeout: TEST_MS }, async () => {
  const kills = sized(12, 60);
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url, { shards: 2 });
  const start = (): Promise<Child> => stage.worker({ concurrency: CONCURRENCY, leaseMs: LEASE_MS });
  const fleet = await Promise.all([start(), start(), start()]);
  // Short enough for claims ahead, long enough for full slots.
  const inputs = [{ ms: 12 }, { ms: 12 }, { failures: 1, ms: 5 }, {}];
  const producer = stage.producer({
    jobs: JOBS_MOST,
    inputs,
    batch: 40,
    pauseMs: 25,
    options: { retry: { fixed: 50 } },
  });
  await producer.ready;
  for (let i = 0; i < kills; i++) {
    await delay(100 + Math.random() * 400);
    const at = Math.floor(Math.random() * fleet.length);
    await fleet[at]?.kill();
    fleet[at] = await start();
  }
  producer.say('finish');
  await producer.exited;
  await stage.drained();
  const { problems, counts } = await stage.audit({
    mostExtraStarts: kills * IN_FLIGHT_MOST,
    mostTrimmed: sized(0, 1e6),
  });
  const back = recoveries(stage);
  print('kill -9 under load', {
    kills,
    ...counts,
    recovered: back.length,
    slowestRecoveryMs: Math.max(0, ...back),
  });
  expect(problems).toEqual([]);
  expect(counts['acknowledged']).toBeGreaterThan(sized(2000, 10_000));
  // Lease, sweep, and the pickup.
  expect(Math.max(0, ...back)).toBeLessThan(LEASE_MS + LEASE_MS / 5 + bound({ promised: 1000, busy: 6000 }));
});

test.each([
  ['the default lease', undefined, 19_000],
  ['a lease of 3 s', 3000, 5000],
])(
  "a killed worker's jobs run again within the bound, with %s",
  { timeout: TEST_MS },
  async (_, leaseMs, promisedMs) => {
    const boundMs = promisedMs + bound({ promised: 0, busy: 6000 });
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const dying = await stage.worker({ concurrency: 5, leaseMs });
    await stage.enqueueMany(
      Array.from({ length: 5 }, () => ({ ms: 60_000 })),
      { queue: 'default' },
    );
    await expect.poll(() => dying.events().filter(({ kind }) => kind === 'start').length).toBe(5);
    await stage.worker({ concurrency: 5, leaseMs });
    // The survivor has lived for longer than a sweep, so nothing is in grace when the other one dies.
    await delay((leaseMs ?? 15_000) / 5);
    await dying.kill();
    await expect
      .poll(() => stage.sightings().runs.length, { timeout: boundMs + 3000, interval: 50 })
      .toBe(10);
    const back = recoveries(stage);
    print(`killed with ${leaseMs ?? 'the default'} ms of lease`, {
      jobs: back.length,
      slowestMs: Math.max(...back),
      boundMs,
    });
    expect(back).toHaveLength(5);
    expect(Math.max(...back)).toBeLessThan(boundMs);
  },
);

test('idle workers that were killed leave nothing behind', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url);
  const idle = await stage.worker({ count: 25, leaseMs: LEASE_MS });
  await stage.worker({ leaseMs: LEASE_MS });
  await delay(LEASE_MS / 5);
  await idle.kill();
  await expect.poll(async () => (await stage.snapshot())[0]?.leases.length).toBe(1);
  for (let i = 0; i < 30; i++) {
    await stage.enqueue({});
    await delay(10);
  }
  await stage.drained();
  const [shard] = await stage.snapshot();
  const { problems } = await stage.audit();
  print('killed while idle', {
    leases: shard?.leases.length ?? 0,
    idle: shard?.idle.length ?? 0,
    keys: shard?.keys.filter((key) => !key.startsWith('job:')).length ?? 0,
  });
  expect(problems).toEqual([]);
  expect(shard?.leases).toHaveLength(1);
});
