import type { Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const SLOTS = 100;

/** From the scheduling to the due time: a fixed part, and one that grows with the jobs to be scheduled. */
const LEAD_MS = 500;
const LEAD_MS_PER_JOB = 0.1;

/**
 * Many jobs due at one instant: their number by the time from that instant to the start of the last. The worker has run
 * others before, as it would have.
 */
export const delayedDrain: Scenario = {
  name: 'delayed-drain',
  rows: ['delayed-drain'],
  processes: 1,
  dependsOnRetention: false,
  async measure(session, sizes) {
    const { warmUpJobs: before, drainJobs } = sizes;
    const jobs = before + drainJobs;
    const meter = await session.startWorkers({ slots: SLOTS, jobs, clock: 'wall-ms' });
    await session.producer.call('enqueue', { way: 'bulk', from: 0, count: before });
    await session.reached(meter, before);
    const dueAtMs = Math.ceil(Date.now() + LEAD_MS + drainJobs * LEAD_MS_PER_JOB);
    await session.producer.call('scheduleAt', { from: before, count: drainJobs, dueAtMs });
    if (Date.now() > dueAtMs) throw new Error('Jobs were due before all of them were scheduled.');
    const { delivery, executions } = await session.drain(meter, jobs);
    const startedMs = [...(executions[0]?.startedAt ?? [])].slice(before);
    const lateMs = startedMs.map((started) => started - dueAtMs);
    return {
      values: { 'delayed-drain': (drainJobs / percentile(lateMs, 1)) * 1e3 },
      details: { 'p50 ms late': percentile(lateMs, 0.5), 'earliest ms': percentile(lateMs, 0) },
      delivery,
    };
  },
};
