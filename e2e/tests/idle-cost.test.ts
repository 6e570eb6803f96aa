import { setTimeout as delay } from 'node:timers/promises';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { watchCalls } from '../src/script-calls.ts';
import { Stage } from '../src/stage.ts';

const SHARDS = 2;

test('an idle worker makes at most one call a second and shard', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url, { shards: SHARDS });
  await stage.worker({ leaseMs: 15_000, concurrency: 10 });
  await delay(1000);
  const watched = await watchCalls(redis);
  const seconds = sized(10, 60);
  await delay(seconds * 1000);
  watched.stop();
  const perSecond = watched.calls.length / seconds / SHARDS;
  const names = new Map<string, number>();
  for (const { script } of watched.calls) names.set(script, (names.get(script) ?? 0) + 1);
  print('one idle worker', {
    seconds,
    shards: SHARDS,
    perSecondAndShard: perSecond,
    ...Object.fromEntries(names),
  });
  expect(perSecond).toBeGreaterThan(0);
  expect(perSecond).toBeLessThanOrEqual(1);
});

async function cpuSeconds(redis: TestRedis): Promise<number> {
  const info = await redis.connect().info('cpu');
  const read = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return read('used_cpu_sys') + read('used_cpu_user');
}

test(
  'the scripts of a hundred idle workers cost Redis less than one percent of a processor',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    const alone = sized(2, 20);
    const begin = await cpuSeconds(redis);
    await delay(alone * 1000);
    const base = (await cpuSeconds(redis)) - begin;
    await using stage = new Stage(redis.url);
    await Promise.all([1, 2, 3, 4].map(() => stage.worker({ leaseMs: 15_000, count: 25 })));
    await delay(1500);
    const seconds = sized(6, 60);
    const [cpu, before] = [await cpuSeconds(redis), await scriptCalls(redis)];
    await delay(seconds * 1000);
    const percent = (100 * ((await cpuSeconds(redis)) - cpu)) / seconds;
    const after = await scriptCalls(redis);
    const perSecond = (after.calls - before.calls) / seconds;
    const scriptsPercent = (100 * (after.seconds - before.seconds)) / seconds;
    print('a hundred idle workers', {
      seconds,
      percent,
      scriptsPercent,
      percentWithout: (100 * base) / alone,
      callsPerSecond: perSecond,
    });
    expect(perSecond).toBeLessThan(100);
    // What a wake-up of the process costs beside its scripts depends on the machine: printed, and bounded loosely.
    // Redis measures a script from its begin to its end, whoever has the processor meanwhile; it costs no more than the process.
    const cost = Math.min(scriptsPercent, percent - (100 * base) / alone);
    expect(cost).toBeLessThan(bound({ promised: 1, busy: 3 }));
    expect(percent - (100 * base) / alone).toBeLessThan(5);
  },
);

/** Calls of scripts so far, and the time that Redis spent inside them, s. */
async function scriptCalls(redis: TestRedis): Promise<{ calls: number; seconds: number }> {
  const info = await redis.connect().info('commandstats');
  const found = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(info);
  return { calls: Number(found?.[1] ?? '0'), seconds: Number(found?.[2] ?? '0') / 1e6 };
}
