import { monotonicNs, type Progress } from './calls.ts';

/** Which clock to read when a job starts: none where reading it would cost more than it tells. */
export type StartClock = 'none' | 'monotonic-ns' | 'wall-ms';

/** Progress is reported this many times in a run, and after each pause of this length, so that the end is never missed. */
const REPORTS_PER_RUN = 100;
const REPORT_INTERVAL_MS = 20;

/** `Date.now()` with its fraction of a millisecond. */
function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

/** What this process executed, by job number: the bench's own account, in no way taken from Redis. */
export class ExecutionLog {
  readonly counts: Uint8Array;
  readonly startedAt: Float64Array;
  readonly #readClock: (() => number) | undefined;
  readonly #reportEvery: number;
  /** How long slots were busy, in all; only where a handler waits. */
  busyMs = 0;
  #jobsRun = 0;
  #jobsReported = 0;

  constructor(jobs: number, clock: StartClock) {
    this.counts = new Uint8Array(jobs);
    this.startedAt = new Float64Array(clock === 'none' ? 0 : jobs);
    this.#readClock = { none: undefined, 'monotonic-ns': monotonicNs, 'wall-ms': wallMs }[clock];
    this.#reportEvery = Math.ceil(jobs / REPORTS_PER_RUN);
    setInterval(() => this.#report(), REPORT_INTERVAL_MS).unref();
  }

  record(n: number): void {
    if (this.#readClock !== undefined) this.startedAt[n] = this.#readClock();
    this.counts[n] = (this.counts[n] ?? 0) + 1;
    this.#jobsRun += 1;
    if (this.#jobsRun - this.#jobsReported >= this.#reportEvery) this.#report();
  }

  #report(): void {
    if (this.#jobsRun === this.#jobsReported) return;
    this.#jobsReported = this.#jobsRun;
    const { user, system } = process.cpuUsage();
    const progress: Progress = {
      kind: 'progress',
      jobsRun: this.#jobsRun,
      atNs: monotonicNs(),
      cpuUs: user + system,
      busyMs: this.busyMs,
    };
    process.send?.(progress);
  }
}
