import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { msBetween } from '../src/events.ts';
import { watchCalls } from '../src/script-calls.ts';
import { Stage } from '../src/stage.ts';

/** Longer than a lease. */
const SPIN_MS = 4000;

test(
  'a blocked event loop is no death, and what waits behind it runs elsewhere',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    await stage.worker({ concurrency: 4 });
    await stage.worker({ concurrency: 4 });
    const watched = await watchCalls(redis);
    const rounds = sized(2, 20);
    const waits: number[] = [];
    let slowestStep = 0;
    for (let i = 0; i < rounds; i++) {
      const before = watched.calls.length;
      // Fast jobs all around, so that workers claim ahead.
      const fast = Array.from({ length: 4000 }, () => ({}));
      const ids = await stage.enqueueMany([...fast, { spinMs: SPIN_MS }, ...fast]);
      await stage.drained();
      const { runsOf } = stage.sightings();
      const blockedNs = runsOf.get(ids[fast.length] ?? '')?.[0]?.startNs ?? 0n;
      const released = watched.calls
        .slice(before)
        .filter(({ script }) => script === 'release')
        .flatMap(({ args }) => args.filter((arg) => ids.includes(arg)));
      for (const id of released) waits.push(msBetween(blockedNs, runsOf.get(id)?.[0]?.startNs ?? 0n));
      slowestStep = Math.max(slowestStep, runsOf.get(ids[fast.length] ?? '')?.length ?? 0);
    }
    watched.stop();
    const { problems, counts } = await stage.audit({ mostTrimmed: 1e6 });
    print('blocked event loops', {
      rounds,
      ...counts,
      givenBack: waits.length,
      slowestElsewhereMs: Math.max(0, ...waits),
    });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
    expect(slowestStep).toBe(1);
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThan(bound({ promised: 250, busy: SPIN_MS - 500 }));
  },
);

test(
  'a worker whose event loop is blocked is still seen with what it has run for long',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    await stage.worker({ concurrency: 2 });
    const id = await stage.enqueue({ ms: TEST_MS });
    const startOf = async (): Promise<number> => {
      const job = await stage.monitor.job(id);
      return job !== undefined && 'startedAt' in job ? (job.startedAt ?? 0) : 0;
    };
    const startedAt = await eventually(startOf);
    await stage.enqueue({ spinMs: 20_000 });
    await eventually(async () => {
      const [worker] = await stage.monitor.workers();
      expect(worker?.load?.stallMs).toBeGreaterThan(500);
      expect(worker?.load?.longest).toContainEqual({ id, startedAt });
    });
    expect(await startOf()).toBe(startedAt);
  },
);

test(
  'a block beyond the limit ends the process, and its jobs run elsewhere',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const blocked = await stage.worker({ concurrency: 3, maxEventLoopBlock: 1500 });
    await stage.enqueueMany([{ ms: 1000 }, { spinMs: 30_000, once: true }]);
    await expect.poll(() => stage.sightings().runs.length).toBe(2);
    const begun = process.hrtime.bigint();
    await stage.worker({ concurrency: 3 });
    const exit = await blocked.exited;
    const endedMs = msBetween(begun, process.hrtime.bigint());
    blocked.killedAtNs = process.hrtime.bigint();
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 2 });
    print('blocked for too long', { ...counts, endedMs });
    expect(exit.signal).toBe('SIGKILL');
    expect(blocked.stderr).toContain('maxEventLoopBlock');
    expect(endedMs).toBeLessThan(1500 + bound({ promised: 600, busy: 5000 }));
    expect(problems).toEqual([]);
    expect([counts['succeeded'], counts['rescued']]).toEqual([2, 2]);
  },
);
