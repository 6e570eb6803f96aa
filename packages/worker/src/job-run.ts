import type { JobMetadata } from '@linstock/core';
import type { ChildRequest, JobHeader, JobRecord, NewJob } from '@linstock/core/internal';
import { idTime, waitsSince } from '@linstock/core/internal';
import { ChildCalls } from './child-calls.ts';
import { checkRoom, ChildrenError } from './child-outcomes.ts';
import type { HeldJob } from './held-jobs.ts';
import type { AbortCode, JobAbortError, JobContext, RunLink } from './job-context.ts';
import { abortError } from './job-context.ts';
import type { Log } from './log.ts';
import type { ParentOutcome, WaitedFor } from './parent-outcomes.ts';

/** What a run needs of its worker. */
export interface RunServices {
  readonly log: Log;
  report(run: JobRun, progress: unknown, line: string | undefined): void;
  /** Jobs that this one has waited for: its parents, and children that it enqueued. */
  waitedFor(run: JobRun): Promise<WaitedFor>;
  makeChild(run: JobRun, request: ChildRequest): Promise<NewJob>;
  rest(run: JobRun, ms: number): Promise<void>;
}

/** What a record says of a run. */
export interface RunFacts {
  readonly name: string;
  readonly metadata: JobMetadata | undefined;
  readonly recurring: readonly [id: string, tick: number] | undefined;
  readonly batch?: string | undefined;
  /** Ids of the jobs and batches that it was created to wait for. */
  readonly parents?: readonly string[] | undefined;
  readonly attempt: number;
  readonly recoveries: number;
  /** ms since 1970, by the clock of Redis as far as it is known. */
  readonly startedAt: number;
}

const NO_TIES: NonNullable<JobHeader['ties']> = {};

/** What a record says of a run that begins now. */
export function factsOf(
  { name, metadata, recurring, ties }: JobHeader,
  history: Pick<RunFacts, 'attempt' | 'recoveries'>,
  startedAt: number,
): RunFacts {
  const { batch, parents } = ties ?? NO_TIES;
  return { name, metadata, recurring, batch, parents: parents?.map(([id]) => id), ...history, startedAt };
}

/** How long a run's job waited for it since it could run, ms; undefined: it came back from a worker, and does not tell. */
export function waitOf(
  { id, startedAt }: JobRun,
  { ties, delayed }: JobHeader,
  { mark, tail }: Pick<JobRecord, 'mark' | 'tail'>,
): number | undefined {
  const since = waitsSince(mark);
  // Due at an instant before it was made.
  if (since !== undefined) return startedAt - Math.max(since, idTime(id));
  if (tail !== '' || delayed === true || ties?.parents !== undefined || ties?.batch !== undefined)
    return undefined;
  return startedAt - idTime(id);
}

const NO_PARENTS: readonly string[] = [];
const NO_CHILDREN: readonly NewJob[] = [];

/** One run of a handler. */
export class JobRun implements RunLink {
  readonly held: HeldJob;
  readonly name: string;
  readonly attempt: number;
  readonly recoveries: number;
  readonly metadata: JobMetadata | undefined;
  readonly recurring: readonly [id: string, tick: number] | undefined;
  readonly batch?: string | undefined;
  readonly startedAt: number;
  readonly #parents: readonly string[];
  #calls: ChildCalls | undefined;
  readonly #services: RunServices;
  #abortReason: JobAbortError | undefined;
  #listeners: ((reason: JobAbortError) => void)[] | undefined;
  /** What its handler was given, where somebody else may need it. */
  context: JobContext | undefined;
  /** What the worker's `createScope` made. */
  scope: unknown;
  /** Ends the attempt when its time is up. */
  timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(held: HeldJob, facts: RunFacts, services: RunServices) {
    this.held = held;
    this.name = facts.name;
    this.attempt = facts.attempt;
    this.recoveries = facts.recoveries;
    this.metadata = facts.metadata;
    this.recurring = facts.recurring;
    this.batch = facts.batch;
    this.#parents = facts.parents ?? NO_PARENTS;
    this.startedAt = facts.startedAt;
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

  async parents(): Promise<readonly ParentOutcome[]> {
    const { outcomes } = await this.#services.waitedFor(this);
    return [...outcomes.values()].filter(({ id }) => this.#parents.includes(id));
  }

  async childOutcomes(): Promise<readonly ParentOutcome[]> {
    const { outcomes, children } = await this.#services.waitedFor(this);
    return children.flatMap((id) => outcomes.get(id) ?? []);
  }

  /** What its handler wants to wait for, in the order of its calls. */
  get children(): readonly NewJob[] {
    return this.#calls?.children ?? NO_CHILDREN;
  }

  /** The calls by which its handler asked for children; undefined: there was none. */
  get childCalls(): ChildCalls | undefined {
    return this.#calls;
  }

  enqueueChild(request: ChildRequest): Promise<{ readonly id: string }> {
    return (this.#calls ??= new ChildCalls()).add(() => this.#makeChild(request));
  }

  async #makeChild(request: ChildRequest): Promise<NewJob> {
    const child = await this.#services.makeChild(this, request);
    this.throwIfAborted();
    if (this.#ended) throw new ChildrenError('TOO_LATE');
    checkRoom(this.children, child);
    return child;
  }

  /** Its outcome is decided; what the handler still does counts no more. */
  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
  }

  rest(ms: number): Promise<void> {
    return this.#services.rest(this, ms);
  }

  report(progress: unknown, line: string | undefined): void {
    this.#services.report(this, progress, line);
  }

  /** A handler that was not called yet need not be, once it would be told to stop. @throws {JobAbortError} */
  throwIfAborted(): void {
    if (this.#abortReason !== undefined) throw this.#abortReason;
  }

  /** Tells the handler to stop. The first reason counts. */
  abort(code: AbortCode): void {
    if (this.#abortReason !== undefined || this.#ended) return;
    const reason = abortError(code, this.id);
    this.#abortReason = reason;
    for (const listener of this.#listeners ?? []) listener(reason);
  }
}
