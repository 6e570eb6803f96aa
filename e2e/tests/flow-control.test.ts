import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Fleet } from '../src/fleet.ts';
import { overLimits, overRates } from '../src/limits-kept.ts';
import { CUSTOMERS, Orders } from '../src/orders.ts';
import { Stage } from '../src/stage.ts';
import { tiesLeft } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
test.each([1, 4])(
  'limits, rates, unique keys and groups hold while workers are killed and stopped, and leave nothing behind: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const fleet = await Fleet.start(stage, { size: 4, worker: { concurrency: 10, leaseMs: LEASE_MS } });
    const orders = new Orders(stage);
    const faults = fleet.disturb(sized(6, 150), sized(500, 700));
    let isOver = false;
    void faults.finally(() => (isOver = true));
    while (!isOver) {
      await orders.enqueue(24);
      // Always more than can run: each key is full, and jobs are parked for it.
      do await delay(50);
      while (!isOver && (await stage.monitor.counts()).enqueued > 100);
    }
    await faults;
    await fleet.allAwake();
    await stage.drained(sized(60_000, 300_000));
    await eventually(async () => expect(await tiesLeft(redis)).toEqual([]), {
      timeoutMs: LEASE_MS + 10_000,
      intervalMs: 200,
    });
    const { problems, counts } = await stage.audit({
      mostExtraStarts: fleet.mostExtraStarts,
      mostTrimmed: sized(0, 1e6),
    });
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const over = overLimits(stage.sightings(), jobs, orders.limits);
    const { kills, pauses } = fleet;
    print(`flow control, ${shards} shards`, { kills, pauses, ...counts, existing: orders.existing, fullKeys: over.full });
    expect(problems).toEqual([]);
    expect(over.problems).toEqual([]);
    expect(overRates(stage.sightings(), orders.rates, orders.fromNs)).toEqual([]);
    expect(over.full).toBeGreaterThan(CUSTOMERS);
    expect(counts['failed']).toBe(0);
  },
);
