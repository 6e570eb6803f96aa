import type { CallChain } from './client-middleware.ts';
import type { JobHandle } from './job-handle.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { Enqueued, MadeJob } from './enqueuer.ts';
import { BatchError } from './errors.ts';
import type { Due, JobPlan } from './job-factory.ts';
import { persist } from './persist.ts';
import type { NewJob } from './new-jobs.ts';
import type { Shard } from './shard-set.ts';

/** What batches need of the client that they belong to. */
export interface BatchHost {
  readonly retryForMs: number;
  /** How many cancelled jobs a shard keeps. */
  readonly keepCancelled: number;
  shards(): Promise<readonly [Shard, ...Shard[]]>;
  plan(contract: JobContract, options: RunOptions<never> | undefined, due: Due | undefined): JobPlan;
  /** Stores one job in a shard; jobs of one tick travel together. */
  add(plan: JobPlan, input: unknown, shard: number): Promise<Enqueued>;
  /** Stores plain members of a draft. */
  gather(jobs: readonly NewJob[]): Promise<void>;
  /** Stores tied jobs that were made for one shard. */
  store(made: readonly MadeJob[]): Promise<Enqueued[]>;
  handle<R>(job: Enqueued): JobHandle<R>;
  /** What is wrapped around calls that store jobs. */
  readonly calls: CallChain;
}

/** Repeats a call about a batch that may be executed twice. @throws {BatchError} `BATCH_UNCERTAIN` */
export function persistBatch<T>(
  host: BatchHost,
  target: { readonly id: string; readonly shard: Shard },
  call: () => Promise<T>,
): Promise<T> {
  const { id, shard } = target;
  const what = 'may exist or not: Redis gave no answer. Look it up before you create it again';
  return persist(call, {
    connection: shard.connection,
    forMs: host.retryForMs,
    uncertain: (cause) => new BatchError('BATCH_UNCERTAIN', what, id, cause),
  });
}
