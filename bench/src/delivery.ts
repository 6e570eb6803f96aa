/** How often the jobs of one run were executed, as counted by the worker processes and never by Redis. */
export interface Delivery {
  readonly expected: number;
  /** Jobs that never ran. */
  readonly lost: number;
  /** Executions beyond the first of a job. */
  readonly duplicates: number;
}

/** Adds up what each worker process counted: entry n is how often that process ran job number n. */
export function countDelivery(expected: number, countsByProcess: readonly Uint8Array[]): Delivery {
  let lost = 0;
  let duplicates = 0;
  for (let n = 0; n < expected; n += 1) {
    const times = countsByProcess.reduce((sum, counts) => sum + (counts[n] ?? 0), 0);
    if (times === 0) lost += 1;
    else duplicates += times - 1;
  }
  return { expected, lost, duplicates };
}

export function isExact(delivery: Delivery): boolean {
  return delivery.lost === 0 && delivery.duplicates === 0;
}
