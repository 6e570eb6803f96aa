import { setTimeout as sleep } from 'node:timers/promises';

import { dueAfterMs, type Feature } from '../features.ts';
import type { RowName } from '../rows.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import type { Enqueued } from '../session.ts';
import type { SteadyState } from '../steady-state.ts';

interface RunScenario {
  readonly row: RowName;
  readonly slots: number;
  readonly processes?: number;
  readonly handlerMs?: number;
  /** What the jobs have beyond being plain. */
  readonly feature?: Feature;
}

/** Both halves of a run, whichever of them is its row. */
export type RunCosts = Readonly<
  Record<
    | 'enqueue jobs/s'
    | 'run jobs/s'
    | 'Redis µs/job enqueued'
    | 'Redis µs/job'
    | 'producer µs/job'
    | 'worker µs/job',
    number
  >
>;

/** What a run told of enqueuing and of running. */
type ValuesOf = (enqueued: Enqueued, steady: SteadyState) => Outcome['values'];

function costsOf(enqueued: Enqueued, steady: SteadyState): RunCosts {
  return {
    'enqueue jobs/s': enqueued.jobsPerS,
    'run jobs/s': steady.jobsPerS,
    'Redis µs/job enqueued': enqueued.redisCpuUsPerJob,
    'Redis µs/job': steady.redisCpuUsPerJob,
    'producer µs/job': enqueued.producerCpuUsPerJob,
    'worker µs/job': steady.workerCpuUsPerJob,
  };
}

/** Enqueues all jobs in bulk, then starts the workers and measures them in their steady state. */
export function runScenario(
  { row, slots, processes = 1, handlerMs = 0, feature }: RunScenario,
  valuesOf: ValuesOf = (_, { jobsPerS }) => ({ [row]: jobsPerS }),
): Omit<Scenario, 'rows'> {
  return {
    name: row,
    processes,
    dependsOnRetention: true,
    async measure(session, sizes) {
      const count = slots === 1 ? sizes.runOneSlotJobs : sizes.runJobs;
      const jobs = sizes.warmUpJobs + count;
      const enqueued = await session.enqueue(feature ?? 'bulk', { warmUp: sizes.warmUpJobs, count });
      await session.producer.call('close');
      await sleep(dueAfterMs(feature));
      const meter = await session.startWorkers({
        slots,
        jobs,
        handlerMs,
        ...(feature === undefined ? {} : { feature }),
      });
      const { delivery } = await session.drain(meter, jobs);
      const steady = await meter.steadyState();
      return {
        values: valuesOf(enqueued, steady),
        details: {
          ...costsOf(enqueued, steady),
          ...(handlerMs > 0 ? { 'slots busy %': (steady.busySlots / (slots * processes)) * 100 } : {}),
        },
        delivery,
      };
    },
  };
}

/** The central scenario: what it enqueues and runs also gives the cost of a job in Redis. */
export const runC100: Scenario = {
  ...runScenario({ row: 'run-c100', slots: 100 }, (enqueued, steady) => ({
    'run-c100': steady.jobsPerS,
    'enqueue-bulk': enqueued.jobsPerS,
    'redis-cpu-per-job': enqueued.redisCpuUsPerJob + steady.redisCpuUsPerJob,
    'memory-per-waiting-job': enqueued.memoryBytesPerJob,
  })),
  rows: ['enqueue-bulk', 'run-c100', 'redis-cpu-per-job', 'memory-per-waiting-job'],
};

function plainRun(scenario: RunScenario): Scenario {
  return { ...runScenario(scenario), rows: [scenario.row] };
}

export const RUN_SCENARIOS: readonly Scenario[] = [
  runC100,
  plainRun({ row: 'run-c1', slots: 1 }),
  plainRun({ row: 'run-c10', slots: 10 }),
  plainRun({ row: 'run-c100-two-processes', slots: 100, processes: 2 }),
  plainRun({ row: 'run-c100-5ms', slots: 100, handlerMs: 5 }),
  plainRun({ row: 'run-c1-two-processes', slots: 1, processes: 2 }),
  plainRun({ row: 'run-c10-two-processes', slots: 10, processes: 2 }),
];
