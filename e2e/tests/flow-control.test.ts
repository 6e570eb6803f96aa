import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Fleet } from '../src/fleet.ts';
import { overLimits, overRates } from '../src/limits-kept.ts';
import { CUSTOMERS, ORDER_QUEUES, Orders } from '../src/orders.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import { Stage } from '../src/stage.ts';
import { nothingTied } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
test.each(onShards(8))(
  'limits, rates, unique keys and groups hold while workers are killed and stopped, and leave nothing behind: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const orders = await Orders.open(stage);
    const worker = { concurrency: 10, leaseMs: LEASE_MS, queues: ORDER_QUEUES };
    const fleet = await Fleet.start(stage, { size: 4, worker });
    const faults = fleet.disturb(sized(6, 24), 600);
    while (fleet.isDisturbed && stage.own.length < 8000) {
      await orders.enqueue(27);
      // Always more than can run: each key is full, and jobs are parked for it.
      do await delay(50);
      while (fleet.isDisturbed && (await stage.monitor.counts()).enqueued > 100);
    }
    await faults;
    await fleet.allAwake();
    await drainedOfPoison(stage);
    await nothingTied(redis, LEASE_MS);
    const { problems, counts } = await stage.audit({
      mostExtraStarts: fleet.mostExtraStarts,
    });
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const over = overLimits(stage.sightings(), jobs, orders.limits);
    const { kills, pauses } = fleet;
    print(`flow control, ${shards} shards`, {
      kills,
      pauses,
      ...counts,
      existing: orders.existing,
      fullKeys: over.full,
    });
    expect(problems).toEqual([]);
    expect(over.problems).toEqual([]);
    expect(overRates(stage.sightings(), orders.rates, orders.fromNs)).toEqual([]);
    expect(over.full).toBeGreaterThan(CUSTOMERS);
    expect(counts['failed']).toBe(0);
  },
);
