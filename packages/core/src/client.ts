import { Alerts } from './alerts.ts';
import { ClientEvents } from './client-events.ts';
import type { ClientCall, ClientMiddleware, Send } from './client-middleware.ts';
import { CallChain } from './client-middleware.ts';
import type { BatchBuilder, BatchOptions } from './batch-builder.ts';
import type { BatchHandle } from './batches.ts';
import { Batches } from './batches.ts';
import type { BulkRequest } from './bulk-request.ts';
import type { ClientOptions, JobChangeOptions, ResolvedClientOptions } from './client-options.ts';
import { CONNECT_TIMEOUT_MS, resolveClientOptions } from './client-options.ts';
import type { ContinueOptions, ParentRef } from './continuations.ts';
import { parentTies } from './continuations.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { Enqueued } from './enqueuer.ts';
import { Enqueuer } from './enqueuer.ts';
import { ClosedError } from './errors.ts';
import type { CopyChanges } from './job-copy.ts';
import { copyJob } from './job-copy.ts';
import type { JobUpdate, MoveTarget, UpdateArguments } from './job-changes.ts';
import { JobChanges, settle } from './job-changes.ts';
import type { JobHandle, WaitOptions } from './job-handle.ts';
import { StoredHandle } from './job-handle.ts';
import type { Due, JobPlan } from './job-factory.ts';
import { planJob } from './job-factory.ts';
import type { ActivityOptions, JobActivity } from './activity.ts';
import { activityOf, findByKey, findByTag, whyOf } from './lookups.ts';
import type { BulkHandle } from './operations.ts';
import { Operations } from './operations.ts';
import { Limits } from './limits.ts';
import type { PauseOptions } from './pauses.ts';
import { toggle } from './pauses.ts';
import { QueueHandle } from './queue-handle.ts';
import { Connection } from './redis/connect.ts';
import { RecurringJobs } from './recurring-jobs.ts';
import { Results } from './results.ts';
import type { Shard } from './shard-set.ts';
import { ShardSet, shardWith } from './shard-set.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { PersonOutcome } from './store/outcomes.ts';
import type { WhyReasons } from './why.ts';
import { WorkerOrders } from './worker-orders.ts';
import type { WorkflowHandle, WorkflowNodes } from './workflow.ts';

/**
 * Enqueues jobs and changes them, from any service. It loads no handler and holds one connection.
 *
 * @example
 * const client = new Client({ redis: 'redis://127.0.0.1:6379' });
 * const handle = await client.enqueue(sendMail, { to: 'ada@example.com' });
 * await client.close();
 */
export class Client {
  readonly #options: ResolvedClientOptions;
  readonly #connection: Connection;
  readonly #shards: ShardSet;
  readonly #results: Results;
  readonly #enqueuer: Enqueuer;
  /** What this client tells of; and the transitions of all jobs: docs/events.md. */
  readonly events: ClientEvents;
  /** Recurring jobs: to define, list, pause, trigger. */
  readonly recurring: RecurringJobs;
  /** Operations that {@link bulk} has begun: to list, look at, cancel; and selections of jobs for them. */
  readonly operations: Operations;
  /** Workers that live: to quiet, resume, stop, and give other numbers of slots. */
  readonly workers: WorkerOrders;
  /** Batches: to look at, add to, cancel, wait for. */
  readonly batches: Batches;
  /** Alerts: to define, change, silence and remove. */
  readonly alerts: Alerts;
  /** What jobs hold by keys: to look at, and to take back. */
  readonly limits: Limits;
  readonly #calls: CallChain;
  readonly #changes: JobChanges;
  #opened: readonly [Shard, ...Shard[]] | undefined;
  #closed = false;

  constructor(options: ClientOptions) {
    this.#options = resolveClientOptions(options);
    this.#connection = new Connection(this.#options.redis, 'commands', this.#options);
    this.#shards = new ShardSet(this.#connection, this.#options.namespace, this.#options.shards);
    this.#results = new Results(this.#options.redis, this.#options.codecs);
    this.#enqueuer = new Enqueuer(this.#options.retryForMs);
    this.events = new ClientEvents({
      connection: this.#connection,
      target: this.#options.redis,
      limits: this.#options,
      prefixes: async () => (await this.#open()).map(({ prefix }) => prefix),
    });
    this.#calls = new CallChain(this.events);
    const { codecs, retention, retryForMs } = this.#options;
    const host = { keepCancelled: retention.failedCount, retryForMs, codecs, shards: () => this.#open() };
    this.#changes = new JobChanges(host);
    this.operations = new Operations(host);
    this.workers = new WorkerOrders(host);
    this.alerts = new Alerts(host);
    this.limits = new Limits(host);
    const plan = (contract: JobContract, run: RunOptions<never>, due?: Due) => this.#plan(contract, run, due);
    this.recurring = new RecurringJobs({ ...host, plan, calls: this.#calls });
    this.batches = new Batches({
      ...host,
      plan,
      add: async (job, input, home) => this.#enqueuer.add({ ...job, home }, input, await this.#open()),
      gather: async (jobs) => this.#enqueuer.gather(jobs, await this.#open()),
      store: async (made) => this.#enqueuer.store(made, await this.#open()),
      handle: (job) => this.#handle(job),
      calls: this.#calls,
    });
  }

  /** Wraps every later call that stores jobs, or defines a recurring one; the first one given is the outermost. @throws {OptionError} */
  use(middleware: ClientMiddleware): this {
    this.#calls.add(middleware);
    return this;
  }

  /**
   * Stores a job that may run now; resolves when Redis has it. Calls of one tick travel together; each has its own outcome.
   * The handler runs at least once: it may run again after a crash.
   * @throws {PayloadError} the input is invalid, not JSON, or over 1 MiB. @throws {OptionError}
   * @throws {RedisError} `REDIS_UNREACHABLE` after `retryFor`. @throws {RedisFullError} @throws {EnqueueUncertainError}
   */
  async enqueue<I, R>(
    contract: JobContract<I, R>,
    input: I,
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>> {
    if (!this.#calls.isPlain)
      return this.#calls.one({ kind: 'enqueue', contract, inputs: [input], options }, this.#inner);
    return this.#add(this.#plan(contract, options, undefined), input);
  }

  /** Stores a job that is due later: never early by the clock of Redis. Errors as {@link enqueue}. */
  async schedule<I, R>(
    contract: JobContract<I, R>,
    input: I,
    when: Due & RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>> {
    if (!this.#calls.isPlain)
      return this.#calls.one({ kind: 'schedule', contract, inputs: [input], options: when }, this.#inner);
    return this.#add(this.#plan(contract, when, when), input);
  }

  /**
   * Stores many jobs of one kind, in calls of up to 500. Each call stores all of its jobs or none; an error tells nothing of
   * the other calls. Errors as {@link enqueue}.
   */
  async enqueueMany<I, R>(
    contract: JobContract<I, R>,
    inputs: readonly I[],
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>[]> {
    if (!this.#calls.isPlain)
      return this.#calls.many({ kind: 'enqueueMany', contract, inputs, options }, this.#inner);
    return this.#addMany(this.#plan(contract, options, undefined), inputs);
  }

  /** Stores many jobs that are due at one time. As {@link enqueueMany}. */
  async scheduleMany<I, R>(
    contract: JobContract<I, R>,
    inputs: readonly I[],
    when: Due & RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>[]> {
    if (!this.#calls.isPlain)
      return this.#calls.many({ kind: 'scheduleMany', contract, inputs, options: when }, this.#inner);
    return this.#addMany(this.#plan(contract, when, when), inputs);
  }

  /**
   * Stores a job that waits for others to end; it runs at once when they have. `ctx.parents()` gives its handler their
   * results or errors. Errors as {@link enqueue}. @throws {JobNotFoundError} a parent does not exist any more
   */
  // oxlint-disable-next-line max-params -- as enqueue, with the parent before it
  async continueWith<I, R>(
    parent: ParentRef | readonly ParentRef[],
    contract: JobContract<I, R>,
    input: I,
    options: ContinueOptions & RunOptions<NoInfer<I>> = {},
  ): Promise<JobHandle<R>> {
    const call = { kind: 'continueWith', contract, inputs: [input], options, parents: parent } as const;
    return this.#calls.isPlain ? this.#follow(call) : this.#calls.one(call, this.#inner);
  }

  /** A job, or undefined when there is none with this id. */
  async get(id: string): Promise<JobView | DamagedJob | undefined> {
    return (await this.#findShard(id))?.reader.find(id, this.#options.viewing);
  }

  /** What a job tells of itself: its progress and its log. @throws {OptionError} */
  async activity(id: string, options?: ActivityOptions): Promise<JobActivity> {
    return activityOf(await this.#open(), { id, options }, this.#options.viewing);
  }

  /** Why a job is not running, the most decisive reason first; docs/why.md tells what to do about each. */
  async why(id: string): Promise<WhyReasons> {
    return whyOf(await this.#open(), id, this.#options.viewing);
  }

  /** The job that was enqueued with an idempotency `key`, while that is remembered and the job is there. @throws {OptionError} */
  async findByKey(contract: JobContract, key: string): Promise<JobView | undefined> {
    return findByKey(await this.#open(), { contract, key }, this.#options.viewing);
  }

  /** Jobs with a tag, newest first; at most `most` (100 by default, up to 500). @throws {OptionError} */
  async findByTag(tag: string, options?: { readonly most?: number }): Promise<JobView[]> {
    return findByTag(await this.#open(), { tag, options }, this.#options.viewing);
  }

  /** Waits for a job's result. Throws `JOB_FAILED`, `JOB_CANCELLED`, `JOB_NOT_FOUND`, `TIMEOUT`, `RESULT_NOT_DECRYPTED`. */
  async result(id: string, options?: WaitOptions): Promise<unknown> {
    return this.#results.of(id, await this.#findShard(id), options);
  }

  /** Enqueues a job like one that is there: docs/changing-jobs.md. Errors as {@link enqueue}. @throws {JobNotFoundError} @throws {JobExistsError} */
  async copy(id: string, changes: CopyChanges = {}): Promise<JobHandle> {
    return copyJob(this, await this.#findShard(id), { id, changes, codecs: this.#options.codecs });
  }

  /** Ends a job that has not ended. A running one is told by its signal. @throws {JobNotFoundError} @throws {StateConflictError} */
  async cancel(id: string, options?: JobChangeOptions): Promise<void> {
    settle('cancel', id, (await this.cancelMany([id], options))[0]);
  }

  /** Runs an ended job again, or a scheduled one now; with all its attempts. Errors as {@link cancel}. */
  async requeue(id: string, options?: JobChangeOptions): Promise<void> {
    settle('requeue', id, (await this.requeueMany([id], options))[0]);
  }

  /** Removes a job and all that is known of it; a running one only by `force`. Errors as {@link cancel}. */
  async delete(id: string, options?: JobChangeOptions & { readonly force?: boolean }): Promise<void> {
    settle('delete', id, (await this.deleteMany([id], options))[0]);
  }

  /** As {@link cancel}, for many: one outcome per id. */
  async cancelMany(ids: readonly string[], options?: JobChangeOptions): Promise<PersonOutcome[]> {
    return this.#changes.cancel(ids, options);
  }

  /** As {@link requeue}, for many: one outcome per id. */
  async requeueMany(ids: readonly string[], options?: JobChangeOptions): Promise<PersonOutcome[]> {
    return this.#changes.requeue(ids, options);
  }

  /** As {@link delete}, for many: one outcome per id. */
  async deleteMany(
    ids: readonly string[],
    options?: JobChangeOptions & { readonly force?: boolean },
  ): Promise<PersonOutcome[]> {
    return this.#changes.delete(ids, options);
  }

  /** Makes a job that waits due at another time. Errors as {@link cancel}. @throws {OptionError} */
  async reschedule(id: string, when: Due & JobChangeOptions): Promise<void> {
    settle('reschedule', id, (await this.#changes.reschedule([id], when))[0]);
  }

  /** Runs a scheduled job now. Unlike {@link requeue} it keeps its attempts so far. Errors as {@link cancel}. */
  async promote(id: string, options?: JobChangeOptions): Promise<void> {
    settle('promote', id, (await this.#changes.promote([id], options))[0]);
  }

  /** Gives a job that waits another queue, priority, or both. Errors as {@link cancel}. @throws {OptionError} */
  async move(id: string, target: MoveTarget & JobChangeOptions): Promise<void> {
    settle('move', id, (await this.#changes.move([id], target))[0]);
  }

  /**
   * Gives a job that waits another input, other options, or both; what is left out stays, and so does what ties it to others.
   * With its contract the input is checked. Errors as {@link cancel}. @throws {OptionError} @throws {PayloadError}
   */
  async update(id: string, update: JobUpdate & JobChangeOptions): Promise<void>;
  async update<I>(
    id: string,
    contract: JobContract<I>,
    update: JobUpdate<NoInfer<I>> & JobChangeOptions,
  ): Promise<void>;
  async update(id: string, ...rest: UpdateArguments): Promise<void> {
    const [contract, update] = rest.length === 1 ? [undefined, ...rest] : rest;
    settle('update', id, await this.#changes.update(id, contract, update));
  }

  /**
   * Changes all jobs that a filter names, where they are: cancels, requeues, deletes, moves, or reschedules them. Resolves when
   * it has begun; it goes on when this process dies, as long as a worker lives: docs/changing-jobs.md.
   *
   * @example
   * const operation = await client.bulk({ verb: 'requeue', filter: { state: 'failed', name: 'mail.send' } });
   * @throws {OptionError}
   */
  async bulk(request: BulkRequest): Promise<BulkHandle> {
    return this.operations.begin(request);
  }

  /** Nothing, or nothing of a job's name, is claimed any more; what runs goes on. False: it was paused already. @throws {OptionError} */
  async pause(options?: PauseOptions): Promise<boolean> {
    return toggle('pause', await this.#open(), options);
  }

  /** Lets go on what {@link pause} holds. False: it was not paused. @throws {OptionError} */
  async resume(options?: PauseOptions): Promise<boolean> {
    return toggle('resume', await this.#open(), options);
  }

  /**
   * Creates jobs together: all of them, or none. `build` adds them; nothing runs or is seen before it has resolved, and nothing
   * stays when it throws or this process dies: docs/batches.md. Errors as {@link enqueue}.
   *
   * @example
   * const batch = await client.batch(async (b) => {
   *   await b.enqueueMany(resize, images);
   *   await b.onEnd(publish, { album: 7 });
   * });
   * @throws {BatchError} `BATCH_GONE`, `BATCH_UNCERTAIN`
   */
  async batch(
    build: (batch: BatchBuilder) => Promise<unknown>,
    options?: BatchOptions,
  ): Promise<BatchHandle> {
    return this.batches.create(build, options);
  }

  /** Creates jobs that wait for each other, as one batch: docs/workflows.md. Errors as {@link batch}; a cycle is an {@link OptionError}. */
  async workflow<N extends WorkflowNodes>(nodes: N, options?: BatchOptions): Promise<WorkflowHandle<N>> {
    return this.batches.createWorkflow(nodes, options);
  }

  /** A queue: to pause, resume, count, purge. @throws {OptionError} the name is no queue's name */
  queue(name: string): QueueHandle {
    return new QueueHandle(name, () => this.#open());
  }

  /** Connects, and checks that this Redis is fit. Optional: the first call does it too. @throws {RedisError} @throws {OptionError} */
  async connect(): Promise<void> {
    await this.#open();
  }

  /** Waits for what is under way, then closes. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#results.close();
    this.events.close();
    await this.operations.close();
    await this.#enqueuer.close();
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #inner: Send = async (call) => {
    const { kind, contract, inputs, options } = call;
    if (kind === 'continueWith') return [await this.#follow(call)];
    const due = kind === 'schedule' || kind === 'scheduleMany' ? (options as Due) : undefined;
    const plan = this.#plan(contract, options, due);
    if (kind === 'enqueue' || kind === 'schedule') return [await this.#add(plan, inputs[0])];
    return this.#addMany(plan, inputs);
  };

  async #follow<R>({ contract, inputs, options, parents = [] }: ClientCall): Promise<JobHandle<R>> {
    const { on, in: delay, ...own } = options;
    const { ties, shard } = parentTies(parents, on);
    const due = delay === undefined ? undefined : { in: delay };
    return this.#add({ ...this.#plan(contract, own, due), parents: ties }, inputs[0], shard);
  }

  #plan(contract: JobContract, options: RunOptions<never> | undefined, due: Due | undefined): JobPlan {
    const { codecs, queueDefaults } = this.#options;
    const plan = planJob(queueDefaults.complete(contract, options?.queue ?? contract?.queue), options, due);
    return codecs === undefined ? plan : { ...plan, codecs };
  }

  async #add<R>(plan: JobPlan, input: unknown, home?: number): Promise<JobHandle<R>> {
    const shards = this.#opened ?? (await this.#open(this.#options.retryForMs));
    return this.#handle(
      await this.#enqueuer.add(home === undefined ? plan : { ...plan, home }, input, shards),
    );
  }

  async #addMany<R>(plan: JobPlan, inputs: readonly unknown[]): Promise<JobHandle<R>[]> {
    const shards = this.#opened ?? (await this.#open(this.#options.retryForMs));
    return (await this.#enqueuer.addMany(plan, inputs, shards)).map((job) => this.#handle<R>(job));
  }

  #handle<R>(job: Enqueued): JobHandle<R> {
    return new StoredHandle<R>(job, this);
  }

  async #findShard(id: string): Promise<Shard | undefined> {
    return shardWith(await this.#open(), id);
  }

  async #open(timeoutMs = CONNECT_TIMEOUT_MS): Promise<readonly [Shard, ...Shard[]]> {
    if (this.#closed) throw new ClosedError('the client');
    if (this.#opened !== undefined) return this.#opened;
    const shards = await this.#shards.open(timeoutMs);
    await this.#enqueuer.prepare(shards);
    return (this.#opened ??= shards);
  }
}
