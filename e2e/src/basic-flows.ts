import { expect } from 'vitest';
import { msBetween } from './events.ts';
import type { Stage } from './stage.ts';

/** What every store must carry: run, delay, retry, cancel, and rescue. Returns what it measured, ms. */
export async function runBasicFlows(stage: Stage, leaseMs: number): Promise<Record<string, number>> {
  const dying = await stage.worker({ concurrency: 5, leaseMs });
  await stage.enqueueMany(Array.from({ length: 40 }, (_, i) => ({ out: i, talk: i % 4 === 0 })));
  await stage.enqueueMany(
    Array.from({ length: 8 }, () => ({ failures: 2 })),
    { retry: { fixed: 50 } },
  );
  const scheduledAt = process.hrtime.bigint();
  const delayed = await Promise.all(Array.from({ length: 8 }, () => stage.schedule({}, { in: 300 })));
  await stage.drained();
  const waits = delayed.map((id) =>
    msBetween(scheduledAt, stage.sightings().runsOf.get(id)?.[0]?.startNs ?? 0n),
  );
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(300);
  const cancelMs = await cancelRunning(stage);
  const rescueMs = await killAndRescue(stage, dying, leaseMs);
  await stage.drained();
  return { delayedMostMs: Math.max(...waits), cancelMs, rescueMs };
}

/** How long from the call to the handler's signal. */
async function cancelRunning(stage: Stage): Promise<number> {
  const id = await stage.enqueue({ ms: 20_000 });
  await expect.poll(() => stage.sightings().runsOf.has(id)).toBe(true);
  const at = process.hrtime.bigint();
  await stage.client.cancel(id);
  await expect.poll(() => stage.sightings().runsOf.get(id)?.[0]?.abort?.code).toBe('JOB_CANCELLED');
  expect(await stage.monitor.job(id)).toMatchObject({ state: 'cancelled' });
  return msBetween(at, stage.sightings().runsOf.get(id)?.[0]?.abort?.ns ?? 0n);
}

async function killAndRescue(
  stage: Stage,
  dying: { kill(): Promise<void> },
  leaseMs: number,
): Promise<number> {
  // Longer than any machine takes to start the other worker: all five still run when theirs dies.
  const ids = await stage.enqueueMany(Array.from({ length: 5 }, () => ({ ms: 60_000, once: true })));
  const startsOf = (): number =>
    ids.reduce((sum, id) => sum + (stage.sightings().runsOf.get(id)?.length ?? 0), 0);
  await expect.poll(startsOf).toBe(5);
  await stage.worker({ concurrency: 5, leaseMs });
  await stage.enqueueMany(Array.from({ length: 2 }, () => ({ ms: 10 })));
  const at = process.hrtime.bigint();
  await dying.kill();
  await expect.poll(startsOf, { timeout: 20_000 }).toBe(10);
  const again = ids.map((id) => stage.sightings().runsOf.get(id)?.[1]?.startNs ?? 0n);
  return Math.max(...again.map((startNs) => msBetween(at, startNs)));
}
