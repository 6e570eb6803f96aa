import { randomBytes } from 'node:crypto';
import type { ChangeOptions, ClientOptions, ResolvedClientOptions } from './client-options.ts';
import { actorOf, resolveClientOptions } from './client-options.ts';
import type { JobContract, RunOptions } from './contract.ts';
import { toMs } from './duration.ts';
import { ClosedError, JobNotFoundError, StateConflictError } from './errors.ts';
import type { Due, JobPlan } from './job-factory.ts';
import { makeJob, makeJobs, planJob } from './job-factory.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import { anything, checkOptions } from './options.ts';
import { batchLength, MOST_JOBS, Producer } from './producer.ts';
import { QueueHandle } from './queue-handle.ts';
import { Connection } from './redis/connect.ts';
import { resultOf, Results } from './results.ts';
import type { Shard } from './shard-set.ts';
import { ShardSet } from './shard-set.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { PersonOutcome } from './store/outcomes.ts';

/** How long to wait for something. */
export interface WaitOptions {
  /** @default 30 s */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A job that was enqueued. */
export interface JobHandle<Result = unknown> {
  readonly id: string;
  /** Waits for the result. Throws `JOB_FAILED`, `JOB_CANCELLED`, `JOB_NOT_FOUND`, `TIMEOUT`. */
  result(options?: WaitOptions): Promise<Result>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MOST_IDS = 500;
/** Calls of `enqueueMany` under way: Redis works on one, one waits for it, and one is made. */
const CALLS_AT_ONCE = 3;

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
  readonly #identity = randomBytes(9).toString('base64url');
  readonly #producers: Producer[] = [];
  #opened: readonly [Shard, ...Shard[]] | undefined;
  #turn = 0;
  #closed = false;

  constructor(options: ClientOptions) {
    this.#options = resolveClientOptions(options);
    this.#connection = new Connection(this.#options.redis, 'commands', this.#options);
    this.#shards = new ShardSet(this.#connection, this.#options.namespace, this.#options.shards);
    this.#results = new Results(this.#options.redis);
  }

  /**
   * Stores a job that may run now; resolves when Redis has it. Calls of one tick travel together; each has its own outcome.
   * The handler runs at least once: it may run again after a crash.
   *
   * @throws {PayloadError} the input is invalid, not JSON, or over 1 MiB. @throws {OptionError}
   * @throws {RedisError} `REDIS_UNREACHABLE` after `retryFor`. @throws {RedisFullError} @throws {EnqueueUncertainError}
   */
  async enqueue<I, R>(contract: JobContract<I, R>, input: I, options?: RunOptions): Promise<JobHandle<R>> {
    return this.#add(planJob(contract, options, undefined), input);
  }

  /** Stores a job that is due later: never early by the clock of Redis. Errors as {@link enqueue}. */
  async schedule<I, R>(contract: JobContract<I, R>, input: I, when: Due & RunOptions): Promise<JobHandle<R>> {
    return this.#add(planJob(contract, when, when), input);
  }

  /**
   * Stores many jobs of one kind, in calls of up to 500. Each call stores all of its jobs or none; an error tells nothing of
   * the other calls. Errors as {@link enqueue}.
   */
  async enqueueMany<I, R>(
    contract: JobContract<I, R>,
    inputs: readonly I[],
    options?: RunOptions,
  ): Promise<JobHandle<R>[]> {
    return this.#addMany(planJob(contract, options, undefined), inputs);
  }

  /** Stores many jobs that are due at one time. As {@link enqueueMany}. */
  async scheduleMany<I, R>(
    contract: JobContract<I, R>,
    inputs: readonly I[],
    when: Due & RunOptions,
  ): Promise<JobHandle<R>[]> {
    return this.#addMany(planJob(contract, when, when), inputs);
  }

  /** A job, or undefined when there is none with this id. */
  async get(id: string): Promise<JobView | DamagedJob | undefined> {
    return (await this.#findShard(id))?.reader.find(id);
  }

  /** Waits for a job's result. Throws `JOB_FAILED`, `JOB_CANCELLED`, `JOB_NOT_FOUND`, `TIMEOUT`. */
  async result(id: string, options: WaitOptions = {}): Promise<unknown> {
    checkOptions(options, { timeoutMs: anything, signal: anything }, 'result');
    const timeoutMs = toMs(options.timeoutMs ?? 30_000, 'result.timeoutMs');
    const shard = await this.#findShard(id);
    if (shard === undefined) throw new JobNotFoundError(id);
    return resultOf(await this.#results.ended(id, shard, { timeoutMs, signal: options.signal }));
  }

  /** Ends a job that has not ended. A running one is told by its signal. @throws {JobNotFoundError} @throws {StateConflictError} */
  async cancel(id: string, options?: ChangeOptions): Promise<void> {
    settle('cancel', id, (await this.cancelMany([id], options))[0]);
  }

  /** Runs an ended job again, or a scheduled one now. @throws {JobNotFoundError} @throws {StateConflictError} */
  async requeue(id: string, options?: ChangeOptions): Promise<void> {
    settle('requeue', id, (await this.requeueMany([id], options))[0]);
  }

  /** Removes a job and all that is known of it; a running one only by `force`. @throws {JobNotFoundError} @throws {StateConflictError} */
  async delete(id: string, options?: ChangeOptions & { readonly force?: boolean }): Promise<void> {
    settle('delete', id, (await this.deleteMany([id], options))[0]);
  }

  /** As {@link cancel}, for many: one outcome per id. */
  async cancelMany(ids: readonly string[], options?: ChangeOptions): Promise<PersonOutcome[]> {
    const actor = actorOf(options, 'cancel');
    return this.#change(ids, (shard, some) =>
      shard.jobs.cancel(some, actor, this.#options.retention.failedCount),
    );
  }

  /** As {@link requeue}, for many: one outcome per id. */
  async requeueMany(ids: readonly string[], options?: ChangeOptions): Promise<PersonOutcome[]> {
    const actor = actorOf(options, 'requeue');
    return this.#change(ids, (shard, some) => shard.jobs.requeue(some, actor));
  }

  /** As {@link delete}, for many: one outcome per id. */
  async deleteMany(
    ids: readonly string[],
    options?: ChangeOptions & { readonly force?: boolean },
  ): Promise<PersonOutcome[]> {
    const actor = actorOf(options, 'delete');
    return this.#change(ids, (shard, some) => shard.jobs.delete(some, actor, options?.force === true));
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
    await Promise.all(this.#producers.map((producer) => producer.drain()));
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #add<R>(plan: JobPlan, input: unknown): Promise<JobHandle<R>> {
    const shard = this.#nextShard(this.#opened ?? (await this.#open(this.#options.retryForMs)));
    const made = makeJob(plan, input, shard.number);
    const job = made instanceof Promise ? await made : made;
    await this.#producer(shard).add(job);
    return this.#handle(job.id);
  }

  async #addMany<R>(plan: JobPlan, inputs: readonly unknown[]): Promise<JobHandle<R>[]> {
    const shards = this.#opened ?? (await this.#open(this.#options.retryForMs));
    const handles: JobHandle<R>[] = [];
    const failures: unknown[] = [];
    const underway: Promise<void>[] = [];
    try {
      for (let from = 0; from < inputs.length && failures.length === 0;) {
        const shard = this.#nextShard(shards);
        const jobs = await makeJobs(plan, inputs.slice(from, from + MOST_JOBS), shard.number);
        const call = jobs.slice(0, batchLength(jobs));
        for (const job of call) handles.push(this.#handle(job.id));
        from += call.length;
        const sent = this.#producer(shard).addTogether(call);
        underway.push(sent.catch((error: unknown) => void failures.push(error)));
        if (underway.length === CALLS_AT_ONCE) await underway.shift();
      }
    } finally {
      // Also after an error: a caller that hears of it finds nothing still on its way.
      await Promise.all(underway);
    }
    if (failures.length > 0) throw failures[0];
    return handles;
  }

  #handle<R>(id: string): JobHandle<R> {
    return new Handle<R>(id, this);
  }

  async #change(
    ids: readonly string[],
    apply: (shard: Shard, ids: readonly string[]) => Promise<PersonOutcome[]>,
  ): Promise<PersonOutcome[]> {
    const outcomes = new Map<string, PersonOutcome>();
    for (const shard of await this.#open()) {
      const own = [...new Set(ids)].filter((id) => isJobId(id) && shardOf(id) === shard.number);
      for (let from = 0; from < own.length; from += MOST_IDS) {
        const some = own.slice(from, from + MOST_IDS);
        const replies = await apply(shard, some);
        some.forEach((id, i) => outcomes.set(id, replies[i] ?? 'GONE'));
      }
    }
    return ids.map((id) => outcomes.get(id) ?? 'GONE');
  }

  async #findShard(id: string): Promise<Shard | undefined> {
    const shards = await this.#open();
    return isJobId(id) ? shards[shardOf(id)] : undefined;
  }

  #nextShard(shards: readonly [Shard, ...Shard[]]): Shard {
    return shards[this.#turn++ % shards.length] ?? shards[0];
  }

  #producer(shard: Shard): Producer {
    if (this.#closed) throw new ClosedError('the client');
    return (this.#producers[shard.number] ??= new Producer(this.#identity, shard, this.#options.retryForMs));
  }

  async #open(timeoutMs = CONNECT_TIMEOUT_MS): Promise<readonly [Shard, ...Shard[]]> {
    if (this.#closed) throw new ClosedError('the client');
    this.#opened ??= await this.#shards.open(timeoutMs);
    return this.#opened;
  }
}

/** A handle of a job; a class, because many are made at once and a closure each costs more. */
class Handle<R> implements JobHandle<R> {
  readonly id: string;
  readonly #client: Client;

  constructor(id: string, client: Client) {
    this.id = id;
    this.#client = client;
  }

  result(options?: WaitOptions): Promise<R> {
    return this.#client.result(this.id, options) as Promise<R>;
  }
}

function settle(verb: string, id: string, outcome: PersonOutcome | undefined): void {
  if (outcome === undefined || outcome === 'GONE') throw new JobNotFoundError(id);
  if (outcome !== 'OK') throw new StateConflictError(id, verb, outcome === 'DAMAGED' ? 'damaged' : outcome);
}
