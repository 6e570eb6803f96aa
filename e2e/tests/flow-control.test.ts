import { setTimeout as delay } from 'node:timers/promises';
import type { JobHandle, RunOptions } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Fleet } from '../src/fleet.ts';
import type { KeyLimit, KeyRate } from '../src/limits-kept.ts';
import { overLimits, overRates } from '../src/limits-kept.ts';
import type { Act } from '../src/stage.ts';
import { act, Stage } from '../src/stage.ts';
import { tiesLeft } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
const CUSTOMERS = 6;
const RATE = { perSecond: 40, burst: 5 };

/** What is known of the jobs that were enqueued. */
interface Known {
  readonly limits: Map<string, readonly KeyLimit[]>;
  readonly rates: Map<string, KeyRate>;
  existing: number;
}

/** The n-th job: one of eight kinds, of one of the customers. All keys of a customer lie in one slot. */
function order(n: number): {
  input: Act;
  options: RunOptions;
  limits: readonly KeyLimit[];
  rate?: KeyRate;
} {
  const customer = n % CUSTOMERS;
  const c = `{c${customer}}`;
  const slots: KeyLimit = [`${c}:slots`, (customer % 3) + 1];
  const pair: KeyLimit = [`${c}:pair`, 1];
  const grouped: KeyLimit = [`group:${c}`, 2];
  const keys = (...limits: KeyLimit[]): RunOptions => ({
    concurrency: limits.map(([key, limit]) => ({ key, limit })),
  });
  const unique = `${c}:u${n % 5}`;
  const rate = { key: `${c}:rate`, ...RATE };
  const rateLimit = { key: rate.key, limit: RATE.perSecond, per: '1s', burst: RATE.burst } as const;
  const kinds: ReturnType<typeof order>[] = [
    { input: { ms: 20 }, options: keys(slots), limits: [slots] },
    { input: { ms: 10 }, options: keys(pair, slots), limits: [pair, slots] },
    { input: { ms: 2 }, options: { ...keys(slots), rateLimit }, limits: [slots], rate },
    { input: { ms: 20 }, options: { ...keys(slots), unique: { key: unique } }, limits: [slots] },
    { input: { ms: 40 }, options: { group: { key: c, limit: 2, weight: 1 + (n % 3) } }, limits: [grouped] },
    { input: { failures: 1, ms: 3 }, options: { ...keys(slots), retry: { fixed: 30 } }, limits: [slots] },
    {
      input: { ms: 4 },
      options: { ...keys(pair), unique: { key: unique, until: 'started' }, group: c },
      limits: [pair],
    },
    { input: { ms: 100, deaf: n % 16 === 7 }, options: { ...keys(slots), expireIn: '10m' }, limits: [slots] },
  ];
  const kind = kinds[Math.floor(n / CUSTOMERS) % kinds.length];
  if (kind === undefined) throw new Error('no such kind');
  return kind;
}

async function enqueueSome(stage: Stage, known: Known, numbers: readonly number[]): Promise<void> {
  const orders = numbers.map(order);
  const handles: JobHandle[] = await Promise.all(
    orders.map(({ input, options }) => stage.client.enqueue(act, input, options)),
  );
  handles.forEach(({ id, status }, i) => {
    if (status === 'existing') known.existing++;
    if (status !== 'stored') return;
    stage.own.push(id);
    known.limits.set(id, orders[i]?.limits ?? []);
    const rate = orders[i]?.rate;
    if (rate !== undefined) known.rates.set(id, rate);
  });
}

test.each([1, 4])(
  'limits, rates, unique keys and groups hold while workers are killed and stopped, and leave nothing behind: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards });
    const fleet = await Fleet.start(stage, { size: 4, worker: { concurrency: 10, leaseMs: LEASE_MS } });
    const known: Known = { limits: new Map(), rates: new Map(), existing: 0 };
    const fromNs = process.hrtime.bigint();
    const faults = fleet.disturb(sized(9, 150), sized(450, 700));
    let isOver = false;
    void faults.finally(() => (isOver = true));
    for (let n = 0; !isOver; n += 24) {
      await enqueueSome(
        stage,
        known,
        Array.from({ length: 24 }, (_, i) => n + i),
      );
      // Always more than can run: each key is full, and jobs are parked for it.
      while (!isOver && (await stage.monitor.counts()).enqueued > 150) await delay(20);
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
    const over = overLimits(stage.sightings(), jobs, known.limits);
    const { kills, pauses } = fleet;
    const { existing } = known;
    print(`flow control, ${shards} shards`, { kills, pauses, ...counts, existing, fullKeys: over.full });
    expect(problems).toEqual([]);
    expect(over.problems).toEqual([]);
    expect(overRates(stage.sightings(), known.rates, fromNs)).toEqual([]);
    expect(over.full).toBe(3 * CUSTOMERS);
    expect(counts['failed']).toBe(0);
  },
);
