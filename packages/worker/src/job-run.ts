import type { HeldJob } from './held-jobs.ts';
import type { AbortCode, JobAbortError, RunLink } from './job-context.ts';
import { abortError } from './job-context.ts';
import type { Log } from './log.ts';

/** What a run needs of its worker. */
export interface RunServices {
  readonly log: Log;
  report(run: JobRun, progress: unknown, line: string | undefined): void;
}

/** One run of a handler. */
export class JobRun implements RunLink {
  readonly held: HeldJob;
  readonly name: string;
  readonly attempt: number;
  readonly recoveries: number;
  readonly startedAt: number;
  readonly #services: RunServices;
  #abortReason: JobAbortError | undefined;
  #listeners: ((reason: JobAbortError) => void)[] | undefined;
  /** Ends the attempt when its time is up. */
  timer: NodeJS.Timeout | undefined;
  /** Its outcome is decided; what the handler still does counts no more. */
  ended = false;

  constructor(
    held: HeldJob,
    about: { name: string; attempt: number; recoveries: number; startedAt: number },
    services: RunServices,
  ) {
    this.held = held;
    this.name = about.name;
    this.attempt = about.attempt;
    this.recoveries = about.recoveries;
    this.startedAt = about.startedAt;
    this.#services = services;
  }

  get id(): string {
    return this.held.id;
  }

  get worker(): string {
    return this.held.claim.worker;
  }

  get claim(): string {
    return this.held.claim.text;
  }

  get log(): Log {
    return this.#services.log;
  }

  get abortReason(): JobAbortError | undefined {
    return this.#abortReason;
  }

  onAbort(listener: (reason: JobAbortError) => void): void {
    (this.#listeners ??= []).push(listener);
  }

  report(progress: unknown, line: string | undefined): void {
    this.#services.report(this, progress, line);
  }

  /** Tells the handler to stop. The first reason counts. */
  abort(code: AbortCode): void {
    if (this.#abortReason !== undefined || this.ended) return;
    const reason = abortError(code, this.id);
    this.#abortReason = reason;
    for (const listener of this.#listeners ?? []) listener(reason);
  }
}
