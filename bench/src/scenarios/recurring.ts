import { setTimeout as sleep } from 'node:timers/promises';

import type { Scenario } from '../scenario.ts';

const SLOTS = 100;

/** From the first definition to the first tick: a fixed part, and one that grows with the definitions. */
const LEAD_MS = 2_000;
const LEAD_MS_PER_DEFINITION = 1;

/** One definition is made unmeasured beforehand for so many that are measured. */
const MEASURED_PER_WARM_UP = 5;

/**
 * Definitions of recurring jobs per second, a hundred calls in flight. All tick for the first time at one later instant, and
 * that each then ran once proves that each was stored.
 */
export const recurringUpsert: Scenario = {
  name: 'recurring-upsert',
  rows: ['recurring-upsert'],
  processes: 1,
  feature: 'recurring',
  dependsOnRetention: false,
  async measure(session, { recurringJobs: count }) {
    const warmUp = Math.ceil(count / MEASURED_PER_WARM_UP);
    const jobs = warmUp + count;
    const firstAtMs = Math.ceil(Date.now() + LEAD_MS + jobs * LEAD_MS_PER_DEFINITION);
    await session.producer.call('recur', { from: 0, count: warmUp, firstAtMs });
    const defined = await session.observe(count, () =>
      session.producer.call('recur', { from: warmUp, count, firstAtMs }),
    );
    const meter = await session.startWorkers({ slots: SLOTS, jobs });
    if (Date.now() > firstAtMs) throw new Error('Jobs were due before all of them were defined.');
    await sleep(firstAtMs - Date.now());
    const { delivery } = await session.drain(meter, jobs);
    const steady = await meter.steadyState();
    return {
      values: { 'recurring-upsert': defined.jobsPerS },
      details: {
        'Redis µs/upsert': defined.redisCpuUsPerJob,
        'producer µs/upsert': defined.producerCpuUsPerJob,
        'Redis bytes/definition': defined.memoryBytesPerJob,
        'Redis µs/tick and run': steady.redisCpuUsPerJob,
        'worker µs/tick and run': steady.workerCpuUsPerJob,
      },
      delivery,
    };
  },
};
