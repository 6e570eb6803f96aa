import type { ExecutorHost } from '../executor.ts';
import type { HeldJob } from '../held-jobs.ts';
import type { JobRun } from '../job-run.ts';
import type { OtherOutcome } from '../outcome-buffer.ts';
import type { WaitedFor } from '../parent-outcomes.ts';
import { MemoryLog } from './memory-log.ts';

/** An outcome in short: what became of the job, and its tail line without the leading code, worker and claim. */
export interface ShortOutcome {
  readonly id: string;
  readonly verb: string;
  readonly json: unknown;
  readonly delayMs: number;
}

/** A host that keeps what the executor tells it. */
export class FakeHost implements ExecutorHost {
  readonly log = new MemoryLog();
  abortGraceMs = 5000;
  readonly outcomes: ShortOutcome[] = [];
  readonly lines: string[] = [];
  readonly reports: unknown[] = [];
  readonly startedJobs: string[] = [];
  freedSlots = 0;
  clock = 1000;
  /** Answers for payloads that have a key of their own. */
  payloadOf: (job: HeldJob) => Promise<string | null> = () => Promise.resolve(null);
  onFreed = (): void => undefined;
  #onOutcome: (outcome: ShortOutcome) => void = () => undefined;

  now(): number {
    return this.clock++;
  }

  report(_run: JobRun, progress: unknown, line: string | undefined): void {
    this.reports.push(progress ?? line);
  }

  rest(): Promise<void> {
    return Promise.resolve();
  }

  makeChild(): Promise<never> {
    return Promise.reject(new Error('no children here'));
  }

  waitedFor(): Promise<WaitedFor> {
    return Promise.resolve({ outcomes: new Map(), children: [] });
  }

  largePayload(job: HeldJob): Promise<string | null> {
    return this.payloadOf(job);
  }

  started(run: JobRun): void {
    this.startedJobs.push(run.id);
  }

  succeed(run: JobRun, line: string): void {
    this.#keep(run.held, { verb: 'succeed', line, delayMs: 0 });
  }

  settleOtherwise({ job, verb, line, delayMs }: OtherOutcome): void {
    this.#keep(job, { verb, line, delayMs });
  }

  /** The first outcome, as soon as it is there. */
  get outcome(): Promise<ShortOutcome> {
    const [first] = this.outcomes;
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => (this.#onOutcome = resolve));
  }

  freed(): void {
    this.freedSlots++;
    this.onFreed();
  }

  #keep({ id }: HeldJob, { verb, line, delayMs }: { verb: string; line: string; delayMs: number }): void {
    this.lines.push(line);
    const json = line === '' ? undefined : (JSON.parse(line.split(' ').slice(6).join(' ')) as unknown);
    const outcome = { id, verb, json, delayMs };
    this.outcomes.push(outcome);
    this.#onOutcome(outcome);
  }
}
