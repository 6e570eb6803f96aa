import { setTimeout as delay } from 'node:timers/promises';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { msBetween } from '../src/events.ts';
import type { SeenCall } from '../src/script-calls.ts';
import { watchCalls } from '../src/script-calls.ts';
import { Stage } from '../src/stage.ts';

const SHUTDOWN_MS = 400;
const LEFT_WELL = { code: 0, signal: null, told: '' };

test(
  'rolling restarts lose nothing, use no attempt, and claim nothing after the signal',
  { timeout: TEST_MS },
  async () => {
    const restarts = sized(6, 200);
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url, { shards: 2 });
    const watched = await watchCalls(redis);
    const start = (): Promise<Child> =>
      stage.worker({ concurrency: 10, leaseMs: 3000, shutdownTimeout: SHUTDOWN_MS });
    const fleet = await Promise.all([start(), start()]);
    // Mostly fast ones, so that claims are always under way, and some that the stop interrupts.
    const fast = Array.from({ length: 36 }, (_, i) => ({ ms: i % 4 }));
    const inputs = [...fast, { ms: 120 }, { ms: 1500 }, {}, { ms: 800, deaf: true }];
    // No more than two workers that restart all the time can run: what is left at the end must be run too.
    const producer = stage.producer({ jobs: 1e9, inputs, batch: 20, pauseMs: sized(60, 150) });
    await producer.ready;
    const signals: { pid: number; at: number }[] = [];
    let slowestStopMs = 0;
    for (let i = 0; i < restarts; i++) {
      fleet.push(await start());
      const old = fleet.shift();
      if (old === undefined) break;
      signals.push({ pid: old.pid, at: Date.now() });
      expect({ ...(await old.stop()), told: old.stderr }).toEqual(LEFT_WELL);
      slowestStopMs = Math.max(slowestStopMs, stopMs(old));
      await delay(Math.random() * 150);
    }
    producer.say('finish');
    await producer.exited;
    await stage.drained(120_000);
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    watched.stop();
    const after = claimsAfter(watched.calls, signals);
    print('rolling restarts', {
      restarts,
      ...counts,
      claims: after.claims,
      lastClaimAfterSignalMs: after.latestMs,
      slowestStopMs,
    });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
    expect(counts['retried']).toBe(0);
    expect(counts['lateRefused']).toBe(0);
    expect(after.claims).toBeGreaterThan(restarts);
    expect(after.latestMs).toBeLessThan(bound({ promised: 100, busy: 1500 }));
    expect(slowestStopMs).toBeLessThan(SHUTDOWN_MS + bound({ promised: 1000, busy: 5000 }));
  },
);

/** From the signal to the end of `stop`; a handler that is deaf may keep its process a little longer. */
function stopMs(child: Child): number {
  const at = (kind: string): bigint => child.events().find((event) => event.kind === kind)?.ns ?? 0n;
  return msBetween(at('signal'), at('stopped'));
}

/** How long after its process got the signal a worker still claimed, at worst. */
function claimsAfter(
  calls: readonly SeenCall[],
  signals: readonly { pid: number; at: number }[],
): { claims: number; latestMs: number } {
  const pids = new Map<string, number>();
  for (const { script, args } of calls) {
    const pid = script === 'register' ? /"pid":(\d+)/.exec(args[2] ?? '')?.[1] : undefined;
    if (pid !== undefined) pids.set(args[0] ?? '', Number(pid));
  }
  const late = calls.flatMap(({ script, at, args }) => {
    const signal = signals.find(({ pid }) => pid === pids.get(args[0] ?? ''));
    return script === 'claim' && signal !== undefined ? [at - signal.at] : [];
  });
  return { claims: late.length, latestMs: Math.max(0, ...late) };
}

test('a second signal gives everything back at once', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url);
  const first = await stage.worker({ concurrency: 3, shutdownTimeout: 30_000 });
  await stage.enqueueMany([{ ms: 20_000, deaf: true }, { ms: 20_000 }, { ms: 300 }]);
  await first.tells('start', 3);
  first.signal('SIGTERM');
  await first.tells('signal', 1);
  await first.tells('accepted', 1);
  const second = await stage.worker({ concurrency: 3 });
  expect(first.hasEnded).toBe(false);
  const at = process.hrtime.bigint();
  first.signal('SIGTERM');
  await second.tells('start', 2);
  const handedOverMs = Math.max(
    ...second.events().flatMap(({ kind, ns }) => (kind === 'start' ? [msBetween(at, ns)] : [])),
  );
  print('a second signal', { handedOverMs });
  expect(handedOverMs).toBeLessThan(bound({ promised: 1000, busy: 5000 }));
  const { succeeded, processing } = await stage.monitor.counts();
  expect([succeeded, processing]).toEqual([1, 2]);
});

test('a claim that is under way at the signal gives back what it took', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
  await using stage = new Stage(redis.url);
  for (let i = 0; i < sized(2, 30); i++) {
    const leaving = await stage.worker({ redis: proxy.url, leaseMs: 5000, shutdownTimeout: 0 });
    await delay(100);
    proxy.delay(150);
    await stage.enqueueMany([{ ms: 50 }, { ms: 50 }]);
    // The wake-up has come (150 ms), and the claim is on its way.
    await delay(170 + Math.random() * 250);
    const stopped = leaving.stop();
    await delay(400);
    proxy.delay(0);
    expect({ ...(await stopped), told: leaving.stderr }).toEqual(LEFT_WELL);
    const staying = await stage.worker({ leaseMs: 5000 });
    await stage.drained();
    await staying.stop();
  }
  await stage.worker();
  const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
  print('a claim under way at the signal', counts);
  expect(problems).toEqual([]);
  expect(counts['rescued']).toBe(0);
});
