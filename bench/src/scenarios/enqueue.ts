import type { EnqueueWay } from '../processes/producer-process.ts';
import type { RowName } from '../rows.ts';
import type { Scenario } from '../scenario.ts';
import type { Sizes } from '../sizes.ts';

/** Slots of the worker that afterwards runs every job, to prove that each was enqueued once. */
const PROVING_SLOTS = 100;

interface EnqueueScenario {
  readonly row: RowName;
  readonly way: EnqueueWay;
  readonly jobs: (sizes: Sizes) => number;
}

function enqueueScenario({ row, way, jobs }: EnqueueScenario): Scenario {
  return {
    name: row,
    rows: [row],
    processes: 1,
    dependsOnRetention: false,
    async measure(session, sizes) {
      const count = jobs(sizes);
      const total = sizes.warmUpJobs + count;
      const enqueued = await session.enqueue(way, { warmUp: sizes.warmUpJobs, count });
      const meter = await session.startWorkers({ slots: PROVING_SLOTS, jobs: total });
      const { delivery } = await session.drain(meter, total);
      return {
        values: { [row]: enqueued.jobsPerS },
        details: { 'Redis µs/job': enqueued.redisCpuUsPerJob },
        delivery,
      };
    },
  };
}

/** One enqueue at a time, each awaited. */
export const enqueueOne = enqueueScenario({
  row: 'enqueue-one',
  way: 'one',
  jobs: (sizes) => sizes.enqueueOneJobs,
});

/** A hundred enqueues in flight, as in a busy web server. */
export const enqueueWindow = enqueueScenario({
  row: 'enqueue-window',
  way: 'window',
  jobs: (sizes) => sizes.enqueueWindowJobs,
});
