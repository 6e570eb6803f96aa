import { setTimeout as delay } from 'node:timers/promises';
import type { BatchOptions } from './batch-builder.ts';
import { BatchBuilder, checkBatchOptions, notInTime } from './batch-builder.ts';
import type { BatchHost } from './batch-host.ts';
import { persistBatch } from './batch-host.ts';
import type { ClientCall } from './client-middleware.ts';
import type { JobHandle, WaitOptions } from './job-handle.ts';
import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import type { JobContract, RunOptions } from './contract.ts';
import { toMs } from './duration.ts';
import { BatchError, OptionError, WaitTimeoutError } from './errors.ts';
import { makeJobs, memberPlan, nextId } from './job-factory.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import { anything, checkOptions, shortText, wholeNumber } from './options.ts';
import { MOST_JOBS } from './new-jobs.ts';
import type { Shard } from './shard-set.ts';
import { shardWith } from './shard-set.ts';
import type { StoredBatch } from './store/batch-store.ts';
import type { WorkflowHandle, WorkflowNodes } from './workflow.ts';
import { createWorkflow } from './workflow.ts';

/** A batch as a person sees it. Instants are ms since 1970, by the clock of Redis. */
export interface BatchView {
  readonly id: string;
  readonly name: string;
  /** `running` until all its members have ended; then `succeeded` if all have, `cancelled` if a person did it, else `failed`. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  readonly cancelledBy: { readonly by: string; readonly why: string } | undefined;
  /** The batch that it is a member of. */
  readonly outer: string | undefined;
  /** How many members it has; a batch within counts as one. */
  readonly total: number;
  /** How many have not ended. */
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Cancelled, or removed before they had ended. */
  readonly cancelled: number;
}

/** A batch that was created. */
export interface BatchHandle {
  readonly id: string;
  /** How far it is. @throws {BatchError} `BATCH_NOT_FOUND` */
  progress(): Promise<BatchView>;
  /** Waits for its end, however it ends. @throws {WaitTimeoutError} @throws {BatchError} `BATCH_NOT_FOUND` */
  finished(options?: WaitOptions): Promise<BatchView>;
}

const STATES = { D: 'succeeded', F: 'failed', C: 'cancelled' } as const;
/** Calls of a launch without an answer. */
const CALLS_AT_ONCE = 3;
/** The first and the longest pause between two looks at a batch that somebody waits for, ms. */
const LOOK_FIRST_MS = 20;
const LOOK_MOST_MS = 1000;

/** Batches: groups of jobs that are created together and end together. Made by `client.batch()`. */
export class Batches {
  readonly #host: BatchHost;
  #turn = 0;

  constructor(host: BatchHost) {
    this.#host = host;
  }

  /** As `client.batch()`. */
  async create(
    build: (batch: BatchBuilder) => Promise<unknown>,
    options: BatchOptions = {},
  ): Promise<BatchHandle> {
    if (typeof build !== 'function')
      throw new OptionError('batch', 'must be called with a function that adds jobs', build);
    const { name } = checkBatchOptions(options);
    const shards = await this.#host.shards();
    const number = this.#place(options, shards.length);
    const shard = shards[number] ?? shards[0];
    const id = nextId(shard.number);
    await persistBatch(this.#host, { id, shard }, () => shard.batches.draft(id, name, undefined));
    const builder = new BatchBuilder(this.#host, { id, shard, shards: shards.length, outer: undefined });
    try {
      await build(builder);
      await builder.complete();
    } catch (error) {
      await discard(shard, builder.ids());
      throw error;
    }
    await this.#launch(shard, builder);
    return this.#handle(id);
  }

  /** As `client.workflow()`. */
  createWorkflow<N extends WorkflowNodes>(nodes: N, options: BatchOptions = {}): Promise<WorkflowHandle<N>> {
    return createWorkflow({ host: this.#host, batches: this }, nodes, options);
  }

  /** A batch, or undefined: there is none, it is not complete, or it has ended over 7 days ago. */
  async get(id: string): Promise<BatchView | undefined> {
    const stored = await (await this.#findShard(id))?.batches.find(id);
    return stored && viewOf(stored);
  }

  /** Batches, the newest first; 1 to 1000. @default 100 */
  async list({ most = 100 }: { readonly most?: number } = {}): Promise<BatchView[]> {
    checkOptions({ most }, { most: wholeNumber(1, 1000) }, 'batches.list');
    const shards = await this.#host.shards();
    const found = await Promise.all(
      shards.map(async ({ batches }) => Promise.all((await batches.ids(most)).map((id) => batches.find(id)))),
    );
    const views = found.flat().flatMap((stored) => (stored === undefined ? [] : [viewOf(stored)]));
    return views.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, most);
  }

  /** Ids of its members in the order in which they were added, 1 to 1000 of them; a batch within is a member too. */
  async members(
    id: string,
    page: { readonly from?: number; readonly most?: number } = {},
  ): Promise<string[]> {
    const { from = 0, most = 100 } = page;
    checkOptions(page, { from: wholeNumber(0, 1e9), most: wholeNumber(1, 1000) }, 'batches.members');
    await this.#require(id);
    return (await this.#shardOf(id)).batches.members(id, from, most);
  }

  /** Adds a job to a batch that has not ended. @throws {BatchError} `BATCH_ENDED`, `BATCH_NOT_FOUND`. Else as `client.enqueue()` */
  // oxlint-disable-next-line max-params -- as client.enqueue, and which batch
  async add<I, R>(
    id: string,
    contract: JobContract<I, R>,
    input: I,
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>> {
    const call = { kind: 'enqueue', contract, inputs: [input], options, batchId: id } as const;
    return this.#host.calls.one(call, async (last) => {
      const shard = await this.#shardOf(id);
      const plan = memberPlan(this.#host.plan(contract, last.options, undefined), id, false);
      return [this.#host.handle(await this.#host.add(plan, input, shard.number))];
    });
  }

  /** As {@link add}, for many jobs of one kind, in calls of up to 500: each adds all of its jobs, or none if the batch has ended. */
  // oxlint-disable-next-line max-params -- as client.enqueue, and which batch
  async addMany<I, R>(
    id: string,
    contract: JobContract<I, R>,
    inputs: readonly I[],
    options?: RunOptions<NoInfer<I>>,
  ): Promise<JobHandle<R>[]> {
    const call = { kind: 'enqueueMany', contract, inputs, options, batchId: id } as const;
    return this.#host.calls.many(call, (last) => this.#addMany(id, last));
  }

  async #addMany(id: string, { contract, inputs, options }: ClientCall): Promise<JobHandle[]> {
    const shard = await this.#shardOf(id);
    const { length: shards } = await this.#host.shards();
    const plan = memberPlan(this.#host.plan(contract, options, undefined), id, false);
    const handles: JobHandle[] = [];
    for (let from = 0; from < inputs.length; from += MOST_JOBS) {
      const some = inputs.slice(from, from + MOST_JOBS);
      const jobs = await makeJobs(plan, some, { shard: shard.number, shards });
      const stored = await this.#host.store(jobs.map((job) => ({ plan, job })));
      handles.push(...stored.map((job) => this.#host.handle(job)));
    }
    return handles;
  }

  /**
   * Cancels what has not ended of a batch, and of the batches within; running jobs are told by their signals. One that has failed
   * is given up: what waits for its success is cancelled. False: it had ended otherwise. @throws {BatchError} `BATCH_NOT_FOUND`
   */
  async cancel(id: string, options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, 'batches.cancel');
    const shard = await this.#shardOf(id);
    const { keepCancelled } = this.#host;
    let step = await shard.jobs.halt(id, actor, keepCancelled);
    if (step === 'GONE') throw notFound(id);
    if (step === 'ENDED') return false;
    while (step === 'MORE') step = await shard.jobs.halt(id, undefined, keepCancelled);
    return true;
  }

  /** Waits for the end of a batch, however it ends. @throws {WaitTimeoutError} @throws {BatchError} `BATCH_NOT_FOUND` */
  async finished(id: string, options: WaitOptions = {}): Promise<BatchView> {
    checkOptions(options, { timeoutMs: anything, signal: anything }, 'finished');
    const timeoutMs = toMs(options.timeoutMs ?? 30_000, 'finished.timeoutMs');
    const deadline = performance.now() + timeoutMs;
    for (let pause = LOOK_FIRST_MS; ; pause = Math.min(pause * 1.5, LOOK_MOST_MS)) {
      options.signal?.throwIfAborted();
      const view = await this.#require(id);
      if (view.state !== 'running') return view;
      const left = deadline - performance.now();
      if (left <= 0) throw new WaitTimeoutError(`batch ${id} did not end`, timeoutMs);
      await delay(Math.min(pause, left), undefined, { signal: options.signal });
    }
  }

  #place({ key }: BatchOptions, shards: number): number {
    if (key === undefined) return this.#turn++ % shards;
    const problem = shortText(200)(key);
    if (problem !== undefined) throw new OptionError('batch.key', problem, key);
    return shardOfSlot(slotOf(key), shards);
  }

  /** From the first answer on it exists; what is left to do then, a worker does too. */
  async #launch(shard: Shard, builder: BatchBuilder): Promise<void> {
    const { id } = builder;
    const step = await persistBatch(this.#host, { id, shard }, () => shard.jobs.launch(id));
    if (step === 'GONE') throw notInTime(id);
    try {
      if (step === 'MORE') await this.#finishLaunch(shard, id);
      for (const inner of builder.ids().slice(1)) await this.#finishLaunch(shard, inner);
    } catch {
      // Its timer calls a worker.
    }
  }

  /** Several calls at once: Redis need not wait for the next. Those that come too late find nothing to do. */
  async #finishLaunch({ jobs }: Shard, id: string): Promise<void> {
    const call = async (): Promise<void> => {
      while ((await jobs.launch(id)) === 'MORE');
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, call));
  }

  #handle(id: string): BatchHandle {
    return {
      id,
      progress: () => this.#require(id),
      finished: (options) => this.finished(id, options),
    };
  }

  async #require(id: string): Promise<BatchView> {
    const view = await this.get(id);
    if (view === undefined) throw notFound(id);
    return view;
  }

  async #findShard(id: string): Promise<Shard | undefined> {
    return shardWith(await this.#host.shards(), id);
  }

  async #shardOf(id: string): Promise<Shard> {
    const shard = await this.#findShard(id);
    if (shard === undefined) throw notFound(id);
    return shard;
  }
}

async function discard({ jobs }: Shard, ids: readonly string[]): Promise<void> {
  try {
    for (const id of ids) while ((await jobs.discard(id, true)) === 'MORE');
  } catch {
    // Its timer calls a worker, 15 minutes after its last job.
  }
}

function notFound(id: string): BatchError {
  return new BatchError('BATCH_NOT_FOUND', 'does not exist, is not complete, or retention removed it', id);
}

function viewOf({ ended, ...stored }: StoredBatch): BatchView {
  return { ...stored, state: ended === undefined ? 'running' : STATES[ended] };
}
