import { Histogram } from '@linstock/core/internal';
import type { JobRun } from './job-run.ts';

const RUNS = 64;
/** Nothing is known before so many have ended. */
const LEAST_RUNS = 20;

/** Is told of every run, when somebody measures. */
export interface RunObserver {
  /** A run is made; whether its handler is called is not known yet. */
  began(run: JobRun, queueCode: string): void;
  waited(run: JobRun, ms: number): void;
  ran(run: JobRun, ms: number): void;
}

/** Places of a queue's code in the mark of a record. */
const QUEUE_CODE = [1, 4] as const;

/** How long runs took and jobs waited: for the history, and the last ones to know whether it is safe to claim ahead. */
export class RunTimes {
  /** How long jobs waited for this worker since they could run, as far as they tell, since somebody took the counts. */
  readonly waits = new Histogram();
  /** How long runs took. */
  readonly runs = new Histogram();
  readonly #recentMs = new Float64Array(RUNS);
  /** Undefined: nobody measures, and a run costs nothing more. */
  observer: RunObserver | undefined;
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

  /** A run is made. */
  began(run: JobRun, mark: string): void {
    this.observer?.began(run, mark.slice(...QUEUE_CODE));
  }

  /** A run's job had to wait for it. */
  waited(run: JobRun, ms: number): void {
    this.waits.add(ms);
    this.observer?.waited(run, ms);
  }

  /** A run has ended; undefined: it never began. */
  ended(run: JobRun | undefined, begun: number | undefined): void {
    this.#endedAt = performance.now();
    if (begun === undefined) return;
    const tookMs = this.#endedAt - begun;
    this.#recentMs[this.#finished++ % RUNS] = tookMs;
    this.runs.add(tookMs);
    if (run !== undefined) this.observer?.ran(run, tookMs);
  }
}
