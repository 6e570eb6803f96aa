import { PayloadError } from '@linstock/core';
import type { JobHeader } from '@linstock/core/internal';
import {
  attemptHistory,
  decodeHeader,
  encodeJson,
  encodeTailLine,
  retryDelayMs,
  splitRecord,
  validate,
} from '@linstock/core/internal';
import type { HandlerDefinition, Handlers } from './handlers.ts';
import type { HeldJob } from './held-jobs.ts';
import { JobContext } from './job-context.ts';
import { JobRun } from './job-run.ts';
import type { RunServices } from './job-run.ts';
import type { OtherOutcome } from './outcome-buffer.ts';
import { errorJson } from './error-json.ts';

/** Where outcomes go, and what a run needs besides its record. */
export interface ExecutorHost extends RunServices {
  /** ms since 1970, by the clock of Redis as far as it is known here. */
  now(shard: number): number;
  largePayload(job: HeldJob): Promise<string | null>;
  succeed(run: JobRun, line: string): void;
  settleOtherwise(outcome: OtherOutcome, run: JobRun | undefined): void;
  /** A slot became free. */
  freed(): void;
}

/** A handler that ends well although it was told to stop: the fence decides whether that counts. */
const MAY_STILL_SUCCEED: ReadonlySet<string> = new Set(['WORKER_STOPPING', 'LEASE_LOST']);
const NO_HANDLER_FIRST_MS = 5000;
const NO_HANDLER_MOST_MS = 60_000;
/** How long a handler may take to stop after its signal, before its slot is freed without it. */
const ABORT_GRACE_MS = 5000;
/** The longest timer of Node; a longer one would fire at once. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Runs handlers. One run is one slot, from start to the handler's end. */
export class Executor {
  readonly #handlers: Handlers;
  readonly #host: ExecutorHost;
  readonly #runs = new Map<HeldJob, JobRun>();
  readonly #recentMs = new Float64Array(64);
  #finished = 0;
  #endedAt = 0;

  constructor(handlers: Handlers, host: ExecutorHost) {
    this.#handlers = handlers;
    this.#host = host;
  }

  /** Slots in use. */
  get running(): number {
    return this.#runs.size;
  }

  /** Runs that ended, since the start. */
  get finished(): number {
    return this.#finished;
  }

  /**
   * The longest of the last 64 runs, ms, or for how long no run has ended, when that is more: those that run now may be of
   * another kind. Infinity until 20 have ended: nothing is known then.
   */
  get recentMostMs(): number {
    if (this.#finished < 20) return Infinity;
    const sinceLastMs = this.running > 0 ? performance.now() - this.#endedAt : 0;
    return Math.max(sinceLastMs, ...this.#recentMs);
  }

  /** The run of a job, while it runs. */
  find(job: HeldJob): JobRun | undefined {
    return this.#runs.get(job);
  }

  get runs(): Iterable<JobRun> {
    return this.#runs.values();
  }

  /** Starts a job. Never throws: what goes wrong becomes its outcome. */
  start(job: HeldJob): void {
    job.state = 'running';
    const record = splitRecord(job.record);
    job.record = '';
    const header = record && decodeHeader(record.header);
    if (record === undefined || header === undefined) return this.#quarantine(job);
    const history = attemptHistory(record.tail);
    const startedAt = this.#host.now(job.claim.shard);
    const run = new JobRun(job, { name: header.name, ...history, startedAt }, this.#host);
    job.run = run;
    const definition = this.#handlers.find(header.name);
    if (definition === undefined) return this.#defer(run, record.tail);
    this.#runs.set(job, run);
    if (header.options.timeoutMs > 0) this.#limit(run, header);
    const task = { run, header, definition };
    if (record.payload === '') void this.#startLarge(task);
    else this.#decode(task, record.payload);
  }

  async #startLarge(task: Task): Promise<void> {
    const { run, header } = task;
    try {
      const payload = await this.#host.largePayload(run.held);
      if (run.abortReason !== undefined)
        this.#threw(run, header, { begun: performance.now(), error: run.abortReason });
      else if (payload === null) this.#abandon(run);
      else this.#decode(task, payload);
    } catch {
      // Redis did not answer: no attempt was made, so none is used.
      this.#giveBack(run);
    }
  }

  #decode(task: Task, payload: string): void {
    let input: unknown;
    try {
      input = JSON.parse(payload);
    } catch {
      return this.#abandon(task.run);
    }
    this.#call(task, input);
  }

  #call({ run, header, definition }: Task, input: unknown): void {
    const { contract, handler } = definition;
    const begun = performance.now();
    const end = (value: unknown): void => this.#returned(run, header, { begun, value, contract });
    const thrown = (error: unknown): void => this.#threw(run, header, { begun, error });
    try {
      const checked =
        contract.input === undefined
          ? input
          : validate(contract.input, input, { code: 'INPUT_INVALID', job: header.name });
      const context = new JobContext(run);
      const value =
        checked instanceof Promise
          ? checked.then((valid) => handler(valid, context))
          : handler(checked, context);
      if (isThenable(value)) value.then(end, thrown);
      else end(value);
    } catch (error) {
      thrown(error);
    }
  }

  #returned(run: JobRun, header: JobHeader, { begun, value, contract }: Returned): void {
    if (run.ended) return;
    if (run.abortReason !== undefined && !MAY_STILL_SUCCEED.has(run.abortReason.code)) {
      return this.#threw(run, header, { begun, error: run.abortReason });
    }
    const succeed = (checked: unknown): void =>
      this.#succeed(run, encodeJson(checked, { kind: 'RESULT', job: header.name }), begun);
    const thrown = (error: unknown): void => this.#threw(run, header, { begun, error });
    try {
      const { result } = contract;
      const checked =
        result === undefined ? value : validate(result, value, { code: 'RESULT_INVALID', job: header.name });
      if (checked instanceof Promise) checked.then(succeed).catch(thrown);
      else succeed(checked);
    } catch (error) {
      thrown(error);
    }
  }

  #succeed(run: JobRun, json: string, begun: number): void {
    if (run.ended) return;
    const { claim } = run.held;
    const endedAt = this.#host.now(claim.shard);
    const line = `\nS ${claim.worker} ${claim.text} ${run.attempt} ${run.startedAt} ${endedAt} ${json}`;
    this.#end(run, begun);
    this.#host.succeed(run, line);
    this.#host.freed();
  }

  #threw(run: JobRun, { options }: JobHeader, { begun, error }: Thrown): void {
    if (run.ended) return;
    const code = run.abortReason?.code;
    if (code === 'WORKER_STOPPING' || code === 'LEASE_LOST') return this.#giveBack(run);
    if (code === 'JOB_CANCELLED') return this.#drop(run);
    const failure = code === 'JOB_TIMEOUT' ? run.abortReason : error;
    // What is wrong with a result is wrong again at the next attempt, and the side effects have happened.
    const again =
      run.attempt < options.maxAttempts &&
      !(failure instanceof PayloadError && failure.code.startsWith('RESULT_'));
    const verb = again ? 'retry' : 'fail';
    const delayMs = again ? delayOf(options.retry, run.attempt) : 0;
    this.#end(run, begun);
    this.#host.settleOtherwise(
      {
        job: run.held,
        verb,
        line: this.#line(run, again ? 'R' : 'F', errorJson(failure)),
        delayMs,
        error: failure,
      },
      run,
    );
    this.#host.freed();
  }

  /** The attempt's time: the signal aborts; a handler that does not stop loses its slot after a grace. */
  #limit(run: JobRun, header: JobHeader): void {
    run.timer = setTimeout(
      () => {
        run.abort('JOB_TIMEOUT');
        run.timer = setTimeout(() => {
          run.log.warn(
            { jobId: run.id, name: run.name },
            'handler ignored its signal; its slot is freed without it',
          );
          this.#threw(run, header, { begun: performance.now(), error: run.abortReason });
        }, ABORT_GRACE_MS);
      },
      Math.min(header.options.timeoutMs, MOST_TIMER_MS),
    );
  }

  /** No attempt is used: the worker stops, the lease is lost, or the payload could not be fetched. */
  #giveBack(run: JobRun): void {
    if (run.ended) return;
    this.#end(run, undefined);
    const reason = run.abortReason?.code ?? 'PAYLOAD_NOT_FETCHED';
    const line = this.#line(run, 'L', JSON.stringify({ reason }));
    this.#host.settleOtherwise({ job: run.held, verb: 'release', line, delayMs: 0, error: undefined }, run);
    this.#host.freed();
  }

  /** Gives back everything that runs, whether its handler listens to its signal or not. */
  giveBackAll(): void {
    for (const run of this.#runs.values()) {
      run.abort('WORKER_STOPPING');
      this.#giveBack(run);
    }
  }

  /** A person has ended the job; nothing is to be written. */
  #drop(run: JobRun): void {
    this.#end(run, undefined);
    this.#host.settleOtherwise(
      { job: run.held, verb: 'release', line: '', delayMs: 0, error: run.abortReason },
      run,
    );
    this.#host.freed();
  }

  #abandon(run: JobRun): void {
    this.#end(run, undefined);
    this.#quarantine(run.held);
    this.#host.freed();
  }

  #quarantine(job: HeldJob): void {
    this.#host.settleOtherwise(
      { job, verb: 'quarantine', line: '', delayMs: 0, error: undefined },
      undefined,
    );
  }

  #defer(run: JobRun, tail: string): void {
    const times = tail.split('\nD ').length - 1;
    const delayMs = Math.min(NO_HANDLER_FIRST_MS * 2 ** times, NO_HANDLER_MOST_MS);
    const line = this.#line(run, 'D', JSON.stringify({ reason: 'NO_HANDLER', name: run.name }));
    this.#host.settleOtherwise({ job: run.held, verb: 'defer', line, delayMs, error: undefined }, run);
  }

  #line(run: JobRun, code: 'R' | 'F' | 'L' | 'D', json: string): string {
    const { worker, claim, attempt, startedAt } = run;
    return encodeTailLine({
      code,
      worker,
      claim,
      attempt,
      startedAt,
      endedAt: this.#host.now(run.held.claim.shard),
      json,
    });
  }

  #end(run: JobRun, begun: number | undefined): void {
    run.ended = true;
    run.held.state = 'finished';
    clearTimeout(run.timer);
    this.#runs.delete(run.held);
    this.#endedAt = performance.now();
    if (begun !== undefined) this.#recentMs[this.#finished++ & 63] = this.#endedAt - begun;
  }
}

/** A run with what it needs to begin. */
interface Task {
  readonly run: JobRun;
  readonly header: JobHeader;
  readonly definition: HandlerDefinition;
}

interface Returned {
  readonly begun: number;
  readonly value: unknown;
  readonly contract: HandlerDefinition['contract'];
}

interface Thrown {
  readonly begun: number;
  readonly error: unknown;
}

/** A policy that this version does not know comes from a newer producer, and must not end this process. */
function delayOf(policy: JobHeader['options']['retry'], attempt: number): number {
  try {
    return retryDelayMs(policy, attempt, Math.random);
  } catch {
    return retryDelayMs('hangfire', attempt, Math.random);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
