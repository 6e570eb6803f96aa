import type { StoredLongRun } from '@linstock/core/internal';
import type { JobRun } from './job-run.ts';

/** What a worker's load tells of jobs that run for long; plain data, for the heartbeat thread. */

/** A job that runs, and under which identity in which shard it is held. */
export interface LongRun {
  readonly shard: number;
  readonly worker: string;
  readonly id: string;
  /** ms since 1970, by the clock of Redis as far as it is known. */
  readonly startedAt: number;
  readonly claim: number;
}

/** Most jobs end sooner, and nobody looks for those. */
const LONG_MS = 1000;
/** So that a load stays within about 6 KiB. */
const MOST_RUNS = 100;

/** The runs that are long by now, the oldest first; `now`: by the clock of a shard. Pure. */
export function longRuns(runs: Iterable<JobRun>, now: (shard: number) => number): LongRun[] {
  const long: LongRun[] = [];
  for (const { id, startedAt, held } of runs) {
    const { shard, worker, number: claim } = held.claim;
    if (now(shard) - startedAt >= LONG_MS) long.push({ shard, worker, id, startedAt, claim });
  }
  return long.toSorted((a, b) => a.startedAt - b.startedAt).slice(0, MOST_RUNS);
}

/** As a load has them. */
export function stored(runs: readonly LongRun[]): readonly StoredLongRun[] {
  return runs.map(({ id, startedAt, claim }) => [id, startedAt, claim]);
}

/** Whether two looks have found the same. */
export function areSame(some: readonly LongRun[], others: readonly LongRun[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, worker, claim }, i) => {
      const other = others[i];
      return id === other?.id && claim === other.claim && worker === other.worker;
    })
  );
}
