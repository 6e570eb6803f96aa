/** How much is measured. */
export interface Sizes {
  /** Rounds: each runs every contestant once. */
  readonly runs: number;
  /** No further round begins unless it will end within this time; `undefined` to take as long as it takes. */
  readonly budgetS: number | undefined;
  /** Enqueued unmeasured before each measurement: the engine compiles what runs often, and an application runs for days. */
  readonly warmUpJobs: number;
  readonly enqueueOneJobs: number;
  readonly enqueueWindowJobs: number;
  readonly runJobs: number;
  /** With a single slot, which is slow for everyone. */
  readonly runOneSlotJobs: number;
  readonly pickups: number;
  readonly lateJobs: number;
  readonly drainJobs: number;
  /** Recurring jobs that are defined. */
  readonly recurringJobs: number;
}

export const FULL: Sizes = {
  runs: 5,
  budgetS: undefined,
  warmUpJobs: 20_000,
  enqueueOneJobs: 20_000,
  enqueueWindowJobs: 300_000,
  runJobs: 100_000,
  runOneSlotJobs: 100_000,
  pickups: 500,
  lateJobs: 400,
  drainJobs: 10_000,
  recurringJobs: 10_000,
};

export const QUICK: Sizes = {
  runs: 5,
  budgetS: 85,
  warmUpJobs: 1_000,
  enqueueOneJobs: 2_000,
  enqueueWindowJobs: 6_000,
  runJobs: 12_000,
  runOneSlotJobs: 4_000,
  pickups: 50,
  lateJobs: 150,
  drainJobs: 10_000,
  recurringJobs: 2_000,
};

/** The same sizes with `jobs` jobs wherever throughput is measured. */
export function withJobs(sizes: Sizes, jobs: number): Sizes {
  return {
    ...sizes,
    warmUpJobs: Math.min(sizes.warmUpJobs, jobs),
    enqueueOneJobs: jobs,
    enqueueWindowJobs: jobs,
    runJobs: jobs,
    runOneSlotJobs: jobs,
    drainJobs: jobs,
    recurringJobs: jobs,
  };
}
