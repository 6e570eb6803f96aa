import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { CHILDREN, Family } from '../src/family.ts';
import { Fleet } from '../src/fleet.ts';
import { brokenBonds, brokenShares, childrenOf } from '../src/bonds-kept.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import { Stage } from '../src/stage.ts';
import { nothingTied } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
const OF_ONE = 500;
test.each(onShards(8))(
  'each job runs once its parents have ended as it asks, and never before, while workers are killed and stopped: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const fleet = await Fleet.start(stage, { size: 4, worker: { concurrency: 10, leaseMs: LEASE_MS } });
    const family = new Family(stage);
    const faults = fleet.disturb(sized(6, 24), 600);
    const rounds = sized(3, 12);
    for (let round = 0; round < rounds; round++) {
      await family.found(`f${round}`, OF_ONE);
      await delay(sized(300, 2000) * Math.random());
    }
    await faults;
    await fleet.allAwake();
    await drainedOfPoison(stage);
    await nothingTied(redis, LEASE_MS);
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const alsoKnown = [...childrenOf(jobs.values()).values()].flat();
    const { problems, counts } = await stage.audit({ mostExtraStarts: fleet.mostExtraStarts, alsoKnown });
    const { kills, pauses } = fleet;
    print(`continuations, ${shards} shards`, { kills, pauses, ...counts, children: family.bonds.length });
    expect(problems).toEqual([]);
    expect(brokenBonds(stage.sightings(), jobs, family.bonds)).toEqual([]);
    const { sharing } = family;
    expect(brokenShares(stage.sightings(), jobs, { sharing, count: CHILDREN })).toEqual([]);
    expect(jobs.size).toBe(stage.own.length + alsoKnown.length);
  },
);
