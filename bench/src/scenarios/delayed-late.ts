import type { Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** Due times lie this far apart, so that slots are always free. */
const EVERY_MS = 5;
const SLOTS = 100;

/** From the scheduling to the first due time. */
const LEAD_MS = 500;

/** How late jobs with due times of their own start while the worker has nothing else to do. */
export const delayedLate: Scenario = {
  name: 'delayed-late',
  rows: ['delayed-late-p99'],
  processes: 1,
  dependsOnRetention: false,
  async measure(session, sizes) {
    const jobs = sizes.lateJobs;
    const meter = await session.startWorkers({ slots: SLOTS, jobs, clock: 'wall-ms' });
    const dueAtMs = Date.now() + LEAD_MS;
    await session.producer.call('scheduleSpread', { from: 0, count: jobs, dueAtMs, everyMs: EVERY_MS });
    if (Date.now() > dueAtMs) throw new Error('Jobs were due before all of them were scheduled.');
    const { delivery, executions } = await session.drain(meter, jobs);
    const startedMs = [...(executions[0]?.startedAt ?? [])];
    const lateMs = startedMs.map((started, n) => started - (dueAtMs + n * EVERY_MS));
    return {
      values: { 'delayed-late-p99': percentile(lateMs, 0.99) },
      details: { 'p50 ms': percentile(lateMs, 0.5), 'earliest ms': percentile(lateMs, 0) },
      delivery,
    };
  },
};
