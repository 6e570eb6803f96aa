import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import type { Run } from '../src/events.ts';
import { msBetween } from '../src/events.ts';
import type { Act } from '../src/stage.ts';
import { Stage } from '../src/stage.ts';

const LEASE_MS = 2000;
const PAUSE_MS = LEASE_MS * 1.2 + 400;
/** Two end at the moment of the resumption, well and badly, with all they still write; two find time to hear their signal. */
const ACTS: readonly Act[] = [
  { ms: PAUSE_MS - 100, deaf: true, talk: true },
  { ms: PAUSE_MS - 100, deaf: true, failures: 1 },
  { ms: PAUSE_MS + 3000, deaf: true },
  { ms: PAUSE_MS + 3200 },
];

/** Stops a process past its lease; with a survivor that was quiet, until that has rescued its jobs. */
async function pause(child: Child, survivor?: Child): Promise<bigint> {
  child.signal('SIGSTOP');
  survivor?.say('resume');
  await Promise.all([delay(PAUSE_MS), survivor?.tells('rescued', 1)]);
  const at = process.hrtime.bigint();
  child.signal('SIGCONT');
  return at;
}

function runsOf(stage: Stage, child: Child): Run[] {
  return stage.sightings().runs.filter((run) => run.child === child.name);
}

test(
  'a process that was stopped past its lease writes nothing late, hears of it, and works again',
  { timeout: TEST_MS },
  async () => {
    const pauses = sized(2, 40);
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const stopped = await stage.worker({ concurrency: 4, leaseMs: LEASE_MS });
    const slowest = { abortMs: 0, againMs: 0 };
    let late = 0;
    for (let i = 0; i < pauses; i++) {
      const survivor = await stage.worker({ concurrency: 4, leaseMs: LEASE_MS });
      await survivor.quiet();
      const before = runsOf(stage, stopped).length;
      await stage.enqueueMany(ACTS, { retry: { fixed: 20 } });
      await expect.poll(() => runsOf(stage, stopped).length).toBe(before + 4);
      const held = runsOf(stage, stopped).slice(before);
      const resumedAt = await pause(stopped, survivor);
      await stage.drained();
      for (const { id, fence } of held.slice(2)) {
        const run = runsOf(stage, stopped).find((one) => one.id === id && one.fence === fence);
        expect(run?.abort?.code, `the signal of ${id}`).toBe('LEASE_LOST');
        slowest.abortMs = Math.max(slowest.abortMs, msBetween(resumedAt, run?.abort?.ns ?? 0n));
      }
      await expect.poll(() => stage.sightings().of('lost').length).toBe((late += 4));
      await survivor.stop();
      const back = await stage.enqueue({});
      await expect.poll(() => runsOf(stage, stopped).some(({ id }) => id === back)).toBe(true);
      const again = runsOf(stage, stopped).find(({ id }) => id === back);
      slowest.againMs = Math.max(slowest.againMs, msBetween(resumedAt, again?.startNs ?? 0n));
      expect(held.map(({ fence }) => fence.split(':')[0])).not.toContain(again?.fence.split(':')[0]);
      await stage.drained();
    }
    const { problems, counts } = await stage.audit({ mostExtraStarts: pauses * 4 });
    print('stopped past the lease', { pauses, ...counts, ...slowest });
    expect(problems).toEqual([]);
    expect(counts['lateRefused']).toBe(4 * pauses);
    expect(slowest.abortMs).toBeLessThan(LEASE_MS / 5 + bound({ promised: 150, busy: 2000 }));
  },
);

test('a process with full slots that is stopped twice works again', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url);
  const stopped = await stage.worker({ concurrency: 2, leaseMs: LEASE_MS });
  const survivor = await stage.worker({ concurrency: 2, leaseMs: LEASE_MS });
  await survivor.quiet();
  await stage.enqueueMany([
    { ms: 9000, deaf: true },
    { ms: 9000, deaf: true },
  ]);
  await expect.poll(() => runsOf(stage, stopped).length).toBe(2);
  await pause(stopped, survivor);
  await delay(LEASE_MS / 2);
  await pause(stopped);
  await stage.drained();
  await survivor.stop();
  const back = await stage.enqueue({});
  await expect.poll(() => runsOf(stage, stopped).some(({ id }) => id === back)).toBe(true);
  await stage.drained();
  const { problems } = await stage.audit({ mostExtraStarts: 4 });
  expect(problems).toEqual([]);
});

test(
  'a process that was stopped for longer than its event loop may block lives on',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const stopped = await stage.worker({ concurrency: 2, leaseMs: LEASE_MS, maxEventLoopBlock: 1000 });
    for (let i = 0; i < sized(2, 20); i++) {
      await delay(300);
      await pause(stopped);
      await delay(300);
      expect([stopped.exit, stopped.stderr]).toEqual([undefined, '']);
    }
    const back = await stage.enqueue({});
    await expect.poll(() => runsOf(stage, stopped).some(({ id }) => id === back)).toBe(true);
  },
);
