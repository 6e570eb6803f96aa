import type { Duration, JobContract, JobMetadata, RunOptions } from '@linstock/core';
import type { ChildRequest } from '@linstock/core/internal';
import { LinstockError } from '@linstock/core';
import { toMs } from '@linstock/core/internal';
import { snooze } from './handler-outcome.ts';
import type { JobLogger, Log, LogMethod } from './log.ts';
import type { ParentOutcome } from './parent-outcomes.ts';

/** Why a running job is told to stop; the `reason` of its signal. */
export class JobAbortError extends LinstockError {}

/** Codes of {@link JobAbortError}. */
export type AbortCode = 'JOB_TIMEOUT' | 'JOB_CANCELLED' | 'LEASE_LOST' | 'WORKER_STOPPING';

const ABORT_MESSAGES: Readonly<Record<AbortCode, string>> = {
  JOB_TIMEOUT: 'the attempt took longer than its timeout',
  JOB_CANCELLED: 'the job was cancelled or deleted',
  LEASE_LOST: 'this worker may not hold the job any more; another one may run it',
  WORKER_STOPPING: 'the worker stops and gives the job back',
};

/** The error for a code. */
export function abortError(code: AbortCode, id: string): JobAbortError {
  return new JobAbortError(code, `job ${id}: ${ABORT_MESSAGES[code]}`, { id });
}

/** What a context needs from the run it belongs to. */
export interface RunLink {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly recoveries: number;
  readonly metadata: JobMetadata | undefined;
  readonly recurring: readonly [id: string, tick: number] | undefined;
  readonly batch?: string | undefined;
  readonly scope: unknown;
  readonly worker: string;
  readonly claim: string;
  readonly abortReason: JobAbortError | undefined;
  readonly log: Log;
  onAbort(listener: (reason: JobAbortError) => void): void;
  report(progress: unknown, line: string | undefined): void;
  parents(): Promise<readonly ParentOutcome[]>;
  childOutcomes(): Promise<readonly ParentOutcome[]>;
  enqueueChild(request: ChildRequest): Promise<{ readonly id: string }>;
  rest(ms: number): Promise<void>;
}

const NO_METADATA: JobMetadata = Object.freeze({});

/** What a handler knows of its job, and how it speaks about it. `Scope` is what the worker's `createScope` makes. */
export class JobContext<Scope = unknown> {
  readonly #run: RunLink;
  #controller: AbortController | undefined;
  #log: JobLogger | undefined;

  constructor(run: RunLink) {
    this.#run = run;
  }

  /** The job's id. */
  get id(): string {
    return this.#run.id;
  }

  /** The name under which the job was enqueued: its contract's, or one of its aliases. */
  get name(): string {
    return this.#run.name;
  }

  /** What the producer said about the job; empty when it said nothing. */
  get metadata(): JobMetadata {
    return this.#run.metadata ?? NO_METADATA;
  }

  /** What the worker's `createScope` made for this run; undefined without one. */
  get scope(): Scope {
    return this.#run.scope as Scope;
  }

  /** The recurring job that this is a run of, and its tick, ms since 1970; undefined: it is none. */
  get recurring(): { readonly id: string; readonly tick: number } | undefined {
    const [id, tick] = this.#run.recurring ?? [];
    return id === undefined || tick === undefined ? undefined : { id, tick };
  }

  /** The batch that this job is a member of; undefined: none. */
  get batch(): string | undefined {
    return this.#run.batch;
  }

  /** The attempt that runs, from 1. */
  get attempt(): number {
    return this.#run.attempt;
  }

  /** How often the job was taken back from a dead worker since it was enqueued: a side effect may have happened before. */
  get recoveries(): number {
    return this.#run.recoveries;
  }

  /** The same for every run of this job: for services that accept an idempotency key. */
  get idempotencyKey(): string {
    return this.#run.id;
  }

  /** Names this claim of the job; no other run of it, here or elsewhere, ever has the same. */
  get fence(): string {
    return `${this.#run.worker}:${this.#run.claim}`;
  }

  /**
   * Lets the job's rate (or, when it has none, its whole queue) rest, and puts the job off for as long, without using an
   * attempt: for a service that said "later". Never returns: it throws what the handler must let through.
   *
   * @example
   * if (response.status === 429) await ctx.rateLimit('30s');
   *
   * @throws {OptionError} `delay` is no duration
   */
  async rateLimit(delay: Duration): Promise<never> {
    const ms = toMs(delay, 'rateLimit.delay');
    await this.#run.rest(ms);
    throw snooze(ms, 'rate limited');
  }

  /** How the jobs ended that this one was waiting for, with their results or errors; asks Redis once per call. */
  parents(): Promise<readonly ParentOutcome[]> {
    return this.#run.parents();
  }

  /**
   * A child of this job, with the options of any job: it is stored when the handler returns `awaitChildren()`, together with
   * all others (at most 500), and not at all when the run ends otherwise. Resolves to its id. It lives in this job's shard.
   *
   * @throws {PayloadError} its input is invalid, not JSON, or over 1 MiB. @throws {OptionError}
   * @throws {ChildrenError} `TOO_MANY_CHILDREN`, `TOO_LATE`
   */
  enqueueChild<I, R>(
    contract: JobContract<I, R>,
    input: I,
    options?: RunOptions<NoInfer<I>>,
  ): Promise<{ readonly id: string }> {
    return this.#run.enqueueChild({ contract, input, options });
  }

  /**
   * How the children ended that this job has waited for, one for each, in the order in which they were enqueued; empty before it
   * did, and after a cancel while it waited. A child that was not stored because another job holds its key is that job; when
   * that one could not be waited for, it is `cancelled`, with the error `CHILD_NOT_STORED`. Asks Redis once per call.
   */
  children(): Promise<readonly ParentOutcome[]> {
    return this.#run.childOutcomes();
  }

  /** Aborts when the attempt's time is up, the job is cancelled, the lease is lost, or the worker stops; `reason` tells which. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#run.abortReason !== undefined) controller.abort(this.#run.abortReason);
      else this.#run.onAbort((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  /** A pino child that names the job. Lines at `info` and above also go to the job's own log (the newest 1,000, for a day). */
  get log(): JobLogger {
    this.#log ??= new JobLog(
      this.#run,
      this.#run.log.child({ jobId: this.id, name: this.#run.name, attempt: this.attempt }),
    );
    return this.#log;
  }

  /** Shows how far the job is: any JSON of at most 4 KiB, such as `{ done: 3, of: 10 }`. The last one is kept for a day. */
  progress(value: unknown): void {
    this.#run.report(value, undefined);
  }
}

/** Sends what a job logs to the worker's log and to the job's own. */
class JobLog implements JobLogger {
  readonly #run: RunLink;
  readonly #log: Log;
  readonly trace = this.#method('trace', 'debug');
  readonly debug = this.#method('debug', 'debug');
  readonly info = this.#method('info', 'info');
  readonly warn = this.#method('warn', 'warn');
  readonly error = this.#method('error', 'error');
  readonly fatal = this.#method('fatal', 'error');

  constructor(run: RunLink, log: Log) {
    this.#run = run;
    this.#log = log;
  }

  child(bindings: Record<string, unknown>): JobLogger {
    return new JobLog(this.#run, this.#log.child(bindings));
  }

  /** `as`: the method of the worker's logger, which need not have them all. */
  #method(level: string, as: 'debug' | 'info' | 'warn' | 'error'): LogMethod {
    return (first: object | string, second?: string): void => {
      const [fields, message] = typeof first === 'string' ? [{}, first] : [first, second ?? ''];
      this.#log[as](fields, message);
      if (as !== 'debug')
        this.#run.report(undefined, safeJson({ at: Date.now(), level, message, ...fields }));
    };
  }
}

const MOST_LINE_CHARACTERS = 4096;

function safeJson(line: Record<string, unknown>): string {
  try {
    const json = JSON.stringify(line);
    if (json.length <= MOST_LINE_CHARACTERS) return json;
  } catch {
    // Circular or otherwise not JSON: the message alone is kept.
  }
  return JSON.stringify({
    at: line['at'],
    level: line['level'],
    message: String(line['message']).slice(0, MOST_LINE_CHARACTERS / 2),
  });
}
