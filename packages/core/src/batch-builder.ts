import { setImmediate } from 'node:timers/promises';
import type { BatchHost } from './batch-host.ts';
import { persistBatch } from './batch-host.ts';
import type { ClientCall, Send } from './client-middleware.ts';
import type { JobHandle } from './job-handle.ts';
import type { ContinueOptions, ParentRef } from './continuations.ts';
import { memberTies, parentTies } from './continuations.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { Enqueued, MadeJob } from './enqueuer.ts';
import { BatchError, OptionError } from './errors.ts';
import type { Due, JobPlan } from './job-factory.ts';
import { makeJob, makeJobs, memberPlan, nextId } from './job-factory.ts';
import type { NewJob } from './new-jobs.ts';
import { MOST_JOBS } from './new-jobs.ts';
import { anything, checkOptions, jobName } from './options.ts';
import type { Shard } from './shard-set.ts';

/** Options of a batch. */
export interface BatchOptions {
  /** What its callbacks and people read; as a job's name. @default "batch" */
  readonly name?: string;
  /** A key of its jobs, where they have one: a batch lives in one shard, and keys say which. @default any shard */
  readonly key?: string;
}

/** Options of a callback, beside those of any job. */
export type CallbackOptions = ContinueOptions;

/** Calls without an answer: Redis works on one, one waits for it, and one is made. */
const CALLS_AT_ONCE = 3;
const MOST_CALLBACKS = 100;
/** The deepest batch within batches. */
const MOST_DEPTH = 10;

/** What a builder works on. */
interface Draft {
  readonly id: string;
  readonly shard: Shard;
  readonly shards: number;
  readonly outer: BatchBuilder | undefined;
}

/** Adds jobs to a batch that is being made. Nothing of it runs, or is seen, before it is complete. */
export class BatchBuilder {
  readonly id: string;
  readonly #host: BatchHost;
  readonly #draft: Draft;
  readonly #callbacks = new Set<string>();
  readonly #inner: BatchBuilder[] = [];
  #buffer: NewJob[] = [];
  readonly #underway = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;
  /** Calls under way. */
  #calls = 0;
  #isComplete = false;

  constructor(host: BatchHost, draft: Draft) {
    this.id = draft.id;
    this.#host = host;
    this.#draft = draft;
  }

  /** Adds a job. Its input and options are checked now; it is stored with others, so that an error of Redis may come later. */
  async enqueue<I, R>(
    contract: JobContract<I, R>,
    input: I,
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>> {
    if (this.#host.calls.isPlain)
      return this.#during(this.#add(this.#member(contract, options, undefined), input));
    const call = { kind: 'enqueue', contract, inputs: [input], options, batchId: this.id } as const;
    return this.#during(this.#host.calls.one(call, this.#send));
  }

  /** Adds a job that is due later. `in` counts from this call, not from the batch's completion. */
  async schedule<I, R>(
    contract: JobContract<I, R>,
    input: I,
    when: Due & RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>> {
    if (this.#host.calls.isPlain) return this.#during(this.#add(this.#member(contract, when, when), input));
    const call = { kind: 'schedule', contract, inputs: [input], options: when, batchId: this.id } as const;
    return this.#during(this.#host.calls.one(call, this.#send));
  }

  /** Adds many jobs of one kind. */
  async enqueueMany<I, R>(
    contract: JobContract<I, R>,
    inputs: readonly I[],
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>[]> {
    const call = { kind: 'enqueueMany', contract, inputs, options, batchId: this.id } as const;
    return this.#during(this.#host.calls.many(call, this.#send));
  }

  /**
   * Adds a job that waits for others, of this batch or not. When its condition can no longer hold, it is cancelled at once: a
   * batch must end, so a member does not wait until somebody runs a failed parent again.
   */
  // oxlint-disable-next-line max-params -- as client.continueWith
  async continueWith<I, R>(
    parent: ParentRef | readonly ParentRef[],
    contract: JobContract<I, R>,
    input: I,
    options: ContinueOptions & RunOptions<NoInfer<I>> = {},
  ): Promise<JobHandle<R>> {
    const call = {
      kind: 'continueWith',
      contract,
      inputs: [input],
      options,
      parents: parent,
      batchId: this.id,
    } as const;
    return this.#during(this.#host.calls.one(call, this.#send));
  }

  /**
   * Adds a callback: a job that waits for the end of the whole batch, and is no member of it. `on: "succeeded"` (default) runs it
   * once when all have succeeded, `"failed"` or `"finished"` once when all have ended. `ctx.parents()` gives it the counts.
   */
  async onEnd<I, R>(
    contract: JobContract<I, R>,
    input: I,
    options: CallbackOptions & RunOptions<NoInfer<I>> = {},
  ): Promise<JobHandle<R>> {
    const call = { kind: 'onEnd', contract, inputs: [input], options, batchId: this.id } as const;
    return this.#during(this.#host.calls.one(call, this.#send));
  }

  /** Adds a batch that is a member of this one, and complete together with it. Resolves to its id. */
  async batch(
    build: (inner: BatchBuilder) => Promise<unknown>,
    options: BatchOptions = {},
  ): Promise<{ readonly id: string }> {
    this.#checkOpen();
    const { name } = checkBatchOptions(options);
    if (options.key !== undefined)
      throw new OptionError('batch.key', 'must be given with the outermost batch only', options.key);
    if (this.#ancestors().length > MOST_DEPTH)
      throw new OptionError('batch', `must be at most ${MOST_DEPTH} deep`, MOST_DEPTH);
    const { shard } = this.#draft;
    const id = nextId(shard.number);
    await this.flush();
    const target = { id, shard };
    const isBegun = await persistBatch(this.#host, target, () => shard.batches.draft(id, name, this.id));
    if (!isBegun) throw notInTime(this.id);
    const inner = new BatchBuilder(this.#host, { ...this.#draft, id, outer: this });
    this.#inner.push(inner);
    try {
      await this.#during(Promise.resolve(build(inner)).then(() => inner.complete()));
    } catch (error) {
      // Also when whoever builds the outer one goes on: a part of it would be missing.
      this.#failure ??= { error };
      throw error;
    }
    return { id };
  }

  /** Adds jobs that were made for this batch: first those that wait for nothing. Waits until they are stored. */
  async store(made: readonly MadeJob[]): Promise<readonly Enqueued[]> {
    const plain = made.filter(({ job }) => job.draft !== undefined);
    await this.#put(plain.map(({ job }) => job));
    await this.flush();
    const tied = await this.#host.store(made.filter(({ job }) => job.draft === undefined));
    return [...plain.map(({ job: { id } }): Enqueued => ({ id, status: 'stored' })), ...tied];
  }

  /** Waits until everything added so far is stored. */
  async flush(): Promise<void> {
    this.#checkOpen();
    this.#sendBuffer();
    await Promise.all(this.#underway);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Nothing more comes. @throws what went wrong on the way */
  async complete(): Promise<void> {
    // Calls that nobody awaited: without this their jobs would be missing, and nobody would know.
    while (this.#calls > 0) await setImmediate();
    await this.flush();
    this.#isComplete = true;
  }

  /** Its own id and those of all batches within. */
  ids(): string[] {
    return [this.id, ...this.#inner.flatMap((inner) => inner.ids())];
  }

  /** Where its jobs live. */
  get home(): { readonly shard: number; readonly shards: number } {
    return { shard: this.#draft.shard.number, shards: this.#draft.shards };
  }

  /** What is inside of all middleware. */
  readonly #send: Send = async (call) => {
    const { kind, contract, inputs, options } = call;
    if (kind === 'continueWith') return [await this.#follow(call)];
    if (kind === 'onEnd') return [await this.#callback(call)];
    const plan = this.#member(contract, options, kind === 'schedule' ? (options as Due) : undefined);
    return kind === 'enqueueMany' ? this.#addMany(plan, inputs) : [await this.#add(plan, inputs[0])];
  };

  async #addMany(plan: JobPlan, inputs: readonly unknown[]): Promise<JobHandle[]> {
    const handles: JobHandle[] = [];
    for (let from = 0; from < inputs.length; from += MOST_JOBS) {
      const jobs = await makeJobs(plan, inputs.slice(from, from + MOST_JOBS), this.home);
      for (const stored of await this.#storeAll(plan, jobs)) handles.push(this.#host.handle(stored));
    }
    return handles;
  }

  /** Tied ones are stored at once, because they may turn out to exist. */
  async #storeAll(plan: JobPlan, jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    if (jobs[0]?.draft === undefined) return this.#host.store(jobs.map((job) => ({ plan, job })));
    await this.#put(jobs);
    return jobs.map(({ id }) => ({ id, status: 'stored' }));
  }

  async #follow({ contract, inputs, options, parents = [] }: ClientCall): Promise<JobHandle> {
    const { on, in: delay, ...own } = options;
    const { ties, shard } = parentTies(parents, on);
    this.#checkParents(ties.map(([id]) => id));
    if (shard !== this.#draft.shard.number)
      throw new OptionError('continueWith.parent', 'must be in the shard of the batch', ties[0]?.[0]);
    const due = delay === undefined ? undefined : { in: delay };
    await this.flush();
    return this.#add({ ...this.#member(contract, own, due), parents: memberTies(ties) }, inputs[0]);
  }

  async #callback({ contract, inputs, options }: ClientCall): Promise<JobHandle> {
    const { on, in: delay, ...own } = options;
    const { ties, shard } = parentTies(this.id, on);
    if (this.#callbacks.size >= MOST_CALLBACKS)
      throw new OptionError(
        'onEnd',
        `must not be called more than ${MOST_CALLBACKS} times`,
        this.#callbacks.size,
      );
    this.#checkOpen();
    const plan = this.#host.plan(contract, own, delay === undefined ? undefined : { in: delay });
    const stored = await this.#host.add({ ...plan, parents: ties }, inputs[0], shard);
    this.#callbacks.add(stored.id);
    return this.#host.handle(stored);
  }

  async #during<T>(call: Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await call;
    } finally {
      this.#calls--;
    }
  }

  #member(contract: JobContract, options: RunOptions<never> | undefined, due: Due | undefined): JobPlan {
    this.#checkOpen();
    return memberPlan(this.#host.plan(contract, options, due), this.id, true);
  }

  async #add<R>(plan: JobPlan, input: unknown): Promise<JobHandle<R>> {
    const isTied = plan.parents !== undefined || plan.flow !== undefined || plan.due !== undefined;
    if (isTied) return this.#host.handle(await this.#host.add(plan, input, this.home.shard));
    const job = await makeJob(plan, input, this.home);
    await this.#put([job]);
    return this.#host.handle({ id: job.id, status: 'stored' });
  }

  /** Plain members wait until a call is full. */
  async #put(jobs: readonly NewJob[]): Promise<void> {
    for (const job of jobs) this.#buffer.push(job);
    if (this.#buffer.length >= MOST_JOBS) this.#sendBuffer();
    while (this.#underway.size >= CALLS_AT_ONCE) await Promise.race(this.#underway);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #sendBuffer(): void {
    if (this.#buffer.length === 0) return;
    const jobs = this.#buffer;
    this.#buffer = [];
    const sent: Promise<unknown> = this.#host
      .gather(jobs)
      .catch((error: unknown) => (this.#failure ??= { error }))
      .finally(() => this.#underway.delete(sent));
    this.#underway.add(sent);
  }

  #ancestors(): BatchBuilder[] {
    const { outer } = this.#draft;
    return outer === undefined ? [this] : [this, ...outer.#ancestors()];
  }

  /** A member that waited for its own batch, or for what waits for that, would wait for itself. */
  #checkParents(ids: readonly string[]): void {
    this.#checkOpen();
    for (const batch of this.#ancestors()) {
      const circular = ids.find((id) => id === batch.id || batch.#callbacks.has(id));
      if (circular !== undefined)
        throw new OptionError(
          'continueWith.parent',
          'must not be the batch itself or its callback: the batch would wait for its own end',
          circular,
        );
    }
  }

  #checkOpen(): void {
    if (this.#isComplete)
      throw new BatchError('BATCH_ENDED', 'is complete: add jobs by client.batches.add()', this.id);
  }
}

const BATCH_RULES = { name: jobName, key: anything };

/** Checks {@link BatchOptions}. @throws {OptionError} */
export function checkBatchOptions(options: BatchOptions): { readonly name: string } {
  checkOptions(options, BATCH_RULES, 'batch');
  return { name: options.name ?? 'batch' };
}

/** It took too long between two of its jobs. */
export function notInTime(id: string): BatchError {
  return new BatchError('BATCH_GONE', 'was not complete in time, and is gone', id);
}
