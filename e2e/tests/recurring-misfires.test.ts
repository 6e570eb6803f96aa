import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Fleet } from '../src/fleet.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import type { Ticks } from '../src/recurring-ticks.ts';
import { allTicked, defineMissed, overlapProblems, wrongTicks } from '../src/recurring-ticks.ts';
import { act, Stage } from '../src/stage.ts';

const LEASE_MS = 1000;
const PER_WAVE = 4;

/** Its runs take longer than its period. */
async function defineLong(stage: Stage, id: string, forMs: number): Promise<string> {
  const endAt = new Date(Date.now() + forMs);
  const schedule = { every: 1000, misfire: 'all', overlap: 'skip', endAt } as const;
  await stage.client.recurring.upsert(id, act, { ms: 1300 }, schedule);
  return id;
}

test.each(onShards(4))(
  'misfire once makes up one run and skip none, and runs do not overlap, while workers are killed and stopped: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const fleet = await Fleet.start(stage, { size: 3, worker: { concurrency: 10, leaseMs: LEASE_MS } });
    const faults = fleet.disturb(sized(5, 45), 600);
    const once: Ticks[] = [];
    const skipped: Ticks[] = [];
    const alone: string[] = [];
    for (let n = 0; n < 20; n++) alone.push(await defineLong(stage, `long${n}`, sized(6000, 27_000)));
    for (let wave = 0; wave < sized(2, 12); wave++) {
      for (let n = 0; n < PER_WAVE; n++) {
        const name = `${wave}-${n}`;
        once.push(await defineMissed(stage, redis, { id: `once${name}`, misfire: 'once' }));
        const skip = { id: `skip${name}`, misfire: 'skip', misfireAfter: '1s' } as const;
        skipped.push(await defineMissed(stage, redis, skip));
        const missed = await defineMissed(stage, redis, { id: `alone${name}`, ms: 300, overlap: 'skip' });
        alone.push(missed.id);
      }
      await delay(sized(1000, 2200) * (0.5 + Math.random()));
    }
    await faults;
    await fleet.allAwake();
    await allTicked(stage);
    await drainedOfPoison(stage);
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const madeUp = once.map(({ id, last }) => ({ id, first: last, last }));
    const ofAlone = [...jobs.values()].filter(({ header }) =>
      /"recurring":\["(?:alone|long)/.test(header ?? ''),
    );
    const others = [...jobs.values()].filter((job) => !ofAlone.includes(job));
    expect(wrongTicks(others, madeUp)).toEqual([]);
    for (const id of alone) expect(await overlapProblems(stage, jobs, id)).toEqual([]);
    for (const { id } of skipped) {
      const history = await stage.client.recurring.history(id);
      expect(history.every((entry) => entry.skipped === 'missed')).toBe(true);
      expect(history.length).toBeGreaterThan(0);
    }
    expect(ofAlone.length).toBeGreaterThanOrEqual(alone.length);
    // Nothing stands in the way of the next run of any.
    const all = (await stage.client.recurring.list()).map(({ id }) => id);
    await Promise.all(all.map((id) => stage.client.recurring.trigger(id)));
    await drainedOfPoison(stage);
    const after = (await stage.snapshot()).flatMap((shard) => [...shard.jobs.keys()]);
    expect(after).toHaveLength(jobs.size + all.length);
    const { problems, counts } = await stage.audit({
      mostExtraStarts: fleet.mostExtraStarts,
      alsoKnown: after,
    });
    const { kills, pauses } = fleet;
    print(`misfires, ${shards} shards`, { kills, pauses, definitions: all.length, ...counts });
    expect(problems).toEqual([]);
  },
);
