import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Fleet } from '../src/fleet.ts';
import type { Ticks } from '../src/recurring-ticks.ts';
import { allTicked, defineMissed, historyProblems, wrongTicks } from '../src/recurring-ticks.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import { act, Stage } from '../src/stage.ts';

const LEASE_MS = 1000;
const PER_WAVE = 5;

/** One that ticks all the while, so that all workers look every second. */
async function defineLive(stage: Stage, id: string, forMs: number): Promise<Ticks> {
  const startAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  const endAt = new Date(startAt.getTime() + forMs);
  await stage.client.recurring.upsert(id, act, { ms: 40 }, { every: 1000, misfire: 'all', startAt, endAt });
  return { id, first: startAt.getTime(), last: endAt.getTime() };
}

test.each(onShards(4))(
  'five workers that are killed and stopped run each missed tick exactly once: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const fleet = await Fleet.start(stage, { size: 5, worker: { concurrency: 10, leaseMs: LEASE_MS } });
    const faults = fleet.disturb(sized(6, 45), 600);
    const ticks: Ticks[] = [];
    for (let n = 0; n < 8; n++) ticks.push(await defineLive(stage, `live${n}`, sized(3000, 27_000)));
    for (let wave = 0; wave < sized(3, 12); wave++) {
      for (let n = 0; n < PER_WAVE; n++)
        ticks.push(await defineMissed(stage, redis, { id: `r${wave}-${n}` }));
      await delay(sized(1000, 2200) * (0.5 + Math.random()));
    }
    await faults;
    await fleet.allAwake();
    await allTicked(stage);
    await drainedOfPoison(stage);
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const { problems, counts } = await stage.audit({
      mostExtraStarts: fleet.mostExtraStarts,
      alsoKnown: [...jobs.keys()],
    });
    const { kills, pauses } = fleet;
    print(`recurring, ${shards} shards`, { kills, pauses, definitions: ticks.length, ...counts });
    expect(wrongTicks(jobs.values(), ticks)).toEqual([]);
    for (const one of ticks) expect(await historyProblems(stage, one)).toEqual([]);
    expect(problems).toEqual([]);
    expect(jobs.size).toBeGreaterThan(sized(1000, 5000));
  },
);
