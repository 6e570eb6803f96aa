import type { JobHeader, PayloadCodecs } from '@linstock/core/internal';
import { attemptHistory, decodeHeader, encodeTailLine, splitRecord, validate } from '@linstock/core/internal';
import { ChildrenError } from './child-outcomes.ts';
import { isHandlerOutcome } from './handler-outcome.ts';
import type { HandlerDefinition, Handlers } from './handlers.ts';
import type { HeldJob } from './held-jobs.ts';
import { JobContext } from './job-context.ts';
import { factsOf, JobRun, waitOf } from './job-run.ts';
import type { RunServices } from './job-run.ts';
import type { Around } from './middleware.ts';
import type { OtherOutcome } from './outcome-buffer.ts';
import type { ParentOutcome } from './parent-outcomes.ts';
import { withResults } from './parent-results.ts';
import type { Deferral } from './payload-codec.ts';
import { deferralOf, inputOf, resultText } from './payload-codec.ts';
import { adviceOf } from './retry-function.ts';
import { RunTimes } from './run-times.ts';
import type { Settlement } from './settlement.ts';
import { settlementOf } from './settlement.ts';

/** Where outcomes go, and what a run needs besides its record. */
export interface ExecutorHost extends RunServices {
  /** How long a handler may take to stop after its signal, before its slot is freed without it. */
  readonly abortGraceMs: number;
  /** How payloads are read and results written; undefined: as JSON. */
  readonly codecs?: PayloadCodecs | undefined;
  /** ms since 1970, by the clock of Redis as far as it is known here. */
  now(shard: number): number;
  largePayload(job: HeldJob): Promise<string | null>;
  /** A slot was taken; the handler is called next. */
  started(run: JobRun): void;
  succeed(run: JobRun, line: string): void;
  settleOtherwise(outcome: OtherOutcome, run: JobRun | undefined): void;
  /** A slot became free. */
  freed(): void;
}

/** A handler that ends well although it was told to stop: the fence decides whether that counts. */
const MAY_STILL_SUCCEED: ReadonlySet<string> = new Set(['WORKER_STOPPING', 'LEASE_LOST']);
const DEFER_FIRST_MS = 5000;
const DEFER_MOST_MS = 60_000;
/** The longest timer of Node; a longer one would fire at once. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Runs handlers. One run is one slot, from start to the handler's end. */
export class Executor {
  readonly #handlers: Handlers;
  readonly #host: ExecutorHost;
  readonly #around: Around | undefined;
  readonly #runs = new Map<HeldJob, JobRun>();
  readonly times = new RunTimes();

  /** `around`: what is wrapped around every handler. */
  constructor(handlers: Handlers, host: ExecutorHost, around?: Around) {
    this.#handlers = handlers;
    this.#host = host;
    this.#around = around;
  }

  /** Slots in use. */
  get running(): number {
    return this.#runs.size;
  }

  /** Runs that ended, since the start. */
  get finished(): number {
    return this.times.finished;
  }

  /** See {@link RunTimes.mostMs}. */
  get recentMostMs(): number {
    return this.times.mostMs(this.running > 0);
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
    const run = new JobRun(job, factsOf(header, history, startedAt), this.#host);
    job.run = run;
    this.times.began(run, record.mark);
    const definition = this.#handlers.find(header.name);
    if (definition === undefined) return this.#defer(run, record.tail, { reason: 'NO_HANDLER' });
    if (header.version > definition.contract.version)
      return this.#defer(run, record.tail, { reason: 'NEWER_VERSION' });
    this.#runs.set(job, run);
    const waitedMs = waitOf(run, header, record);
    if (waitedMs !== undefined) this.times.waited(run, waitedMs);
    this.#host.started(run);
    const task = { run, header, definition };
    if (header.options.timeoutMs > 0) this.#limit(task);
    if (record.payload === '') void this.#startLarge(task, record.tail);
    else this.#decode(task, record.payload, record.tail);
  }

  async #startLarge(task: Task, tail: string): Promise<void> {
    const { run } = task;
    try {
      const payload = await this.#host.largePayload(run.held);
      if (run.abortReason !== undefined)
        this.#threw(task, { begun: performance.now(), error: run.abortReason });
      else if (payload === null) this.#abandon(run);
      else this.#decode(task, payload, tail);
    } catch {
      // Redis did not answer: no attempt was made, so none is used.
      this.#giveBack(run);
    }
  }

  #decode(task: Task, payload: string, tail: string): void {
    let input: unknown;
    try {
      input = inputOf(payload, this.#host.codecs, task.run);
    } catch (error) {
      return this.#notDecoded(task.run, tail, deferralOf(error));
    }
    if (task.header.ties?.results === true) void this.#callWithResults(task, input);
    else this.#call(task, input);
  }

  async #callWithResults(task: Task, input: unknown): Promise<void> {
    const { run } = task;
    let parents: readonly ParentOutcome[];
    try {
      parents = await run.parents();
    } catch {
      // As with a payload that could not be fetched.
      return this.#giveBack(run);
    }
    const begun = performance.now();
    try {
      run.throwIfAborted();
      this.#call(task, withResults(input, parents));
    } catch (error) {
      this.#threw(task, { begun, error });
    }
  }

  #notDecoded(run: JobRun, tail: string, deferral: Deferral | undefined): void {
    if (deferral === undefined) return this.#abandon(run);
    this.#end(run, undefined);
    this.#defer(run, tail, deferral);
    this.#host.freed();
  }

  #call(task: Task, payload: unknown): void {
    const { run, header, definition } = task;
    const { contract } = definition;
    const begun = performance.now();
    const end = (value: unknown): void => this.#returned(task, { begun, value });
    const thrown = (error: unknown): void => this.#threw(task, { begun, error });
    try {
      const input = header.version < contract.version ? upcast(task, payload) : payload;
      const checked =
        contract.input === undefined
          ? input
          : validate(contract.input, input, { code: 'INPUT_INVALID', job: header.name });
      const value =
        checked instanceof Promise
          ? checked.then((valid) => this.#invokeLater(task, valid))
          : this.#invoke(run, definition, checked);
      if (isThenable(value)) value.then(end, thrown);
      else end(value);
    } catch (error) {
      thrown(error);
    }
  }

  #invoke(run: JobRun, { handler, options }: HandlerDefinition, input: unknown): unknown {
    if (this.#around !== undefined) return this.#around(run, input, handler);
    const context = new JobContext(run);
    // Only a retry function will ask for it.
    if (options !== undefined) run.context = context;
    return handler(input, context);
  }

  /** Meanwhile the run may have been told to stop, or given back. */
  #invokeLater({ run, definition }: Task, input: unknown): unknown {
    run.throwIfAborted();
    return this.#invoke(run, definition, input);
  }

  #returned(task: Task, { begun, value }: Returned): void {
    const { run, header, definition } = task;
    if (run.ended) return;
    if (isHandlerOutcome(value)) return this.#threw(task, { begun, error: value });
    if (run.childCalls !== undefined) {
      const { isUnderway, children, failure } = run.childCalls;
      if (failure !== undefined) return this.#threw(task, { begun, error: failure });
      if (isUnderway || children.length > 0)
        return this.#threw(task, { begun, error: new ChildrenError('CHILDREN_NOT_AWAITED') });
    }
    if (run.abortReason !== undefined && !MAY_STILL_SUCCEED.has(run.abortReason.code)) {
      return this.#threw(task, { begun, error: run.abortReason });
    }
    const succeed = (checked: unknown): void =>
      this.#succeed(run, resultText(checked, this.#host.codecs, run), begun);
    const thrown = (error: unknown): void => this.#threw(task, { begun, error });
    try {
      const { result } = definition.contract;
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

  #threw(task: Task, { begun, error }: Thrown): void {
    const { run } = task;
    if (run.ended) return;
    const { childCalls } = run;
    const awaits = childCalls !== undefined && isHandlerOutcome(error) && error.kind === 'await';
    // Its handler did not wait for all that it asked for: that is part of what it says.
    if (awaits && childCalls.isUnderway)
      return void childCalls.settled().then(() => this.#threw(task, { begun, error }));
    const settlement = this.#settlementOf(task, (awaits ? childCalls.failure : undefined) ?? error);
    if (settlement === 'release') return this.#giveBack(run);
    if (settlement === 'nothing') return this.#leave(run);
    this.#end(run, begun);
    this.#host.settleOtherwise(this.#outcomeOf(task, settlement), run);
    this.#host.freed();
  }

  #settlementOf({ run, header, definition }: Task, error: unknown): ReturnType<typeof settlementOf> {
    return settlementOf({
      error,
      abortReason: run.abortReason,
      attempt: run.attempt,
      options: header.options,
      advise: (failure) => adviceOf(definition.options?.retry, failure, run),
      children: run.children.length,
      random: Math.random,
    });
  }

  #outcomeOf(task: Task, { code, json, ...outcome }: Settlement): OtherOutcome {
    const { run } = task;
    const all = { job: run.held, line: this.#line(run, code, json), ...outcome };
    if (all.verb !== 'suspend') return all;
    return {
      ...all,
      suspension: { children: run.children, refused: (error) => this.#refusedOf(task, error) },
    };
  }

  /** There is no room for the children of a job: the attempt has failed. */
  #refusedOf(task: Task, error: unknown): OtherOutcome {
    const { run } = task;
    const settlement = this.#settlementOf(task, error);
    if (typeof settlement === 'object') return this.#outcomeOf(task, settlement);
    return { job: run.held, verb: 'release', line: '', delayMs: 0, error };
  }

  /** The attempt's time: the signal aborts; a handler that does not stop loses its slot after a grace. */
  #limit(task: Task): void {
    const { run, header } = task;
    run.timer = setTimeout(
      () => {
        run.abort('JOB_TIMEOUT');
        run.timer = setTimeout(() => {
          run.log.warn(
            { jobId: run.id, name: run.name },
            'handler ignored its signal; its slot is freed without it',
          );
          this.#threw(task, { begun: performance.now(), error: run.abortReason });
        }, this.#host.abortGraceMs);
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
  #leave(run: JobRun): void {
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

  /** This worker cannot run it; another one may. */
  #defer(run: JobRun, tail: string, { error, ...why }: Deferral): void {
    // What its handler put off says nothing about how long no worker could run it.
    const times = tail.split('\nD ').length - tail.split(/\{"reason":"(?:SNOOZED|AWAITS_CHILDREN)"/).length;
    const delayMs = Math.min(DEFER_FIRST_MS * 2 ** times, DEFER_MOST_MS);
    const line = this.#line(run, 'D', JSON.stringify({ ...why, name: run.name }));
    const { reason } = why;
    this.#host.settleOtherwise({ job: run.held, verb: 'defer', line, delayMs, error, reason }, run);
  }

  #line(run: JobRun, code: 'R' | 'F' | 'L' | 'D' | 'C', json: string): string {
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
    run.end();
    run.held.state = 'finished';
    clearTimeout(run.timer);
    this.#runs.delete(run.held);
    this.times.ended(run, begun);
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
}

interface Thrown {
  readonly begun: number;
  readonly error: unknown;
}

/** An input that was enqueued under an older version of the contract. */
function upcast({ header, definition }: Task, input: unknown): unknown {
  const { upcast: change } = definition.contract;
  return change === undefined ? input : change(input, header.version);
}

function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
