import { Histogram } from '@linstock/core/internal';

const RUNS = 64;
/** Nothing is known before so many have ended. */
const LEAST_RUNS = 20;

/** How long runs took and jobs waited: for the history, and the last ones to know whether it is safe to claim ahead. */
export class RunTimes {
  /** How long jobs waited for this worker since they could run, as far as they tell, since somebody took the counts. */
  readonly waits = new Histogram();
  /** How long runs took. */
  readonly runs = new Histogram();
  readonly #recentMs = new Float64Array(RUNS);
  #finished = 0;
  #endedAt = 0;

  /** Runs that ended, since the start. */
  get finished(): number {
    return this.#finished;
  }

  /**
   * The longest of the last 64 runs, ms, or for how long no run has ended, when that is more: those that run now may be of
   * another kind. Infinity until 20 have ended: nothing is known then.
   */
  mostMs(isRunning: boolean): number {
    if (this.#finished < LEAST_RUNS) return Infinity;
    const sinceLastMs = isRunning ? performance.now() - this.#endedAt : 0;
    return Math.max(sinceLastMs, ...this.#recentMs);
  }

  /** A run has ended; undefined: it never began. */
  ended(begun: number | undefined): void {
    this.#endedAt = performance.now();
    if (begun === undefined) return;
    const tookMs = this.#endedAt - begun;
    this.#recentMs[this.#finished++ % RUNS] = tookMs;
    this.runs.add(tookMs);
  }
}
