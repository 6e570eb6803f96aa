import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { wallMinusEventsNs } from '../src/clocks.ts';
import { disposable } from '../src/disposable.ts';
import { act, Stage } from '../src/stage.ts';

const TEN_MINUTES = 600_000;
/** The clock of events counts from elsewhere than Redis's; this process runs beside it. */
const OFFSET_MS = Number(wallMinusEventsNs()) / 1e6;
/** What converting between two clocks may cost. */
const INEXACT_MS = 2;

test.each([
  ['right clocks', 0, 0],
  ['a worker ahead, a producer behind', TEN_MINUTES, -TEN_MINUTES],
  ['a worker behind, a producer ahead', -TEN_MINUTES, TEN_MINUTES],
])(
  'delayed jobs are never early, and hardly late: %s',
  { timeout: TEST_MS },
  async (title, workerMs, producerMs) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    await stage.worker({ clockShiftMs: workerMs });
    await stage.worker();
    const jobs = sized(300, 5000);
    // Due when they have all been read below, however long their producer takes to enqueue them and to end.
    const inputs = Array.from({ length: 50 }, (_, i) => ({
      in: 6000 + 37 * i,
      failures: i % 10 === 0 ? 1 : 0,
    }));
    const producer = stage.producer({
      jobs,
      inputs,
      clockShiftMs: producerMs,
      options: { retry: { fixed: 200 } },
    });
    await producer.exited;
    const due = await dueTimes(redis, stage.namespace);
    expect(due.size).toBe(jobs);
    const own = await stage.client.schedule(act, { ms: 1 }, { at: new Date(Date.now() + 1000) });
    await stage.drained();
    const { runsOf } = stage.sightings();
    const lateness = [...due].map(([id, at]) => startedAt(runsOf.get(id)?.[0]?.startNs) - at);
    const retries = [...due.keys()].flatMap((id) => {
      const [first, second] = runsOf.get(id) ?? [];
      return second === undefined ? [] : [startedAt(second.startNs) - startedAt(first?.endNs)];
    });
    const { problems, counts } = await stage.audit({ alsoKnown: [own.id] });
    print(title, {
      ...counts,
      earliestMs: Math.min(...lateness),
      latestMs: Math.max(...lateness),
      shortestRetryMs: Math.min(...retries),
    });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
    expect(Math.min(...lateness)).toBeGreaterThan(-INEXACT_MS);
    expect(Math.max(...lateness)).toBeLessThan(bound({ promised: 300, busy: 3000 }));
    expect(Math.min(...retries)).toBeGreaterThan(200 - INEXACT_MS);
  },
);

function startedAt(ns: bigint | undefined): number {
  return ns === undefined ? Number.NaN : Number(ns) / 1e6 + OFFSET_MS;
}

async function dueTimes(redis: TestRedis, namespace: string): Promise<Map<string, number>> {
  const flat = await redis.connect().zrange(`{${namespace}:0}:scheduled`, 0, '-1', 'WITHSCORES');
  return new Map(flat.flatMap((id, i) => (i % 2 === 0 ? [[id, Number(flat[i + 1])] as const] : [])));
}
