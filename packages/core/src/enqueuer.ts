import { randomBytes } from 'node:crypto';
import type { JobPlan } from './job-factory.ts';
import { makeJob, makeJobs } from './job-factory.ts';
import { shardOf } from './job/job-id.ts';
import { BatchError, ClosedError, JobExistsError, JobNotFoundError, QueueFullError } from './errors.ts';
import type { NewJob } from './new-jobs.ts';
import { batchLength, MOST_JOBS } from './new-jobs.ts';
import { Producer } from './producer.ts';
import { QueuePins } from './queue-pins.ts';
import type { Shard } from './shard-set.ts';
import type { Admission } from './store/producer-call.ts';

/** What became of a job that was enqueued. `existing`: another one with its key stands for it; `replaced`: it took that one's place. */
export type EnqueueStatus = 'stored' | 'existing' | 'replaced';

/** A job that was enqueued, or the one that stands for it. */
export interface Enqueued {
  readonly id: string;
  readonly status: EnqueueStatus;
}

/** A job on its way to Redis, with the plan that it was made by. */
export interface MadeJob {
  readonly plan: JobPlan;
  readonly job: NewJob;
}

type Shards = readonly [Shard, ...Shard[]];

/** Calls of {@link Enqueuer.addMany} under way: Redis works on one, one waits for it, and one is made. */
const CALLS_AT_ONCE = 3;

/** Puts new jobs where they belong: jobs without a key go round the shards, jobs with one to the shard of its slot. */
export class Enqueuer {
  /** A name of its own, by which Redis tells its calls from those of others. */
  readonly #client = randomBytes(9).toString('base64url');
  readonly #retryForMs: number;
  readonly #producers: Producer[] = [];
  readonly #pins = new QueuePins();
  #turn = 0;
  #closed = false;

  constructor(retryForMs: number) {
    this.#retryForMs = retryForMs;
  }

  /** Before anything is added: which queues belong to one shard. */
  async prepare(shards: Shards): Promise<void> {
    await this.#pins.learn(shards);
  }

  async add(plan: JobPlan, input: unknown, shards: Shards): Promise<Enqueued> {
    const refreshed = plan.home === undefined ? this.#pins.refresh(shards) : undefined;
    if (refreshed !== undefined) await refreshed;
    const shard = plan.home ?? this.#nextShard(shards, plan.queue);
    const made = makeJob(plan, input, { shard, shards: shards.length });
    const job = made instanceof Promise ? await made : made;
    return enqueued(plan, job, await this.#producer(job, shards).add(job));
  }

  /** Calls of up to 500 jobs. Each stores all of its jobs or none; an error tells nothing of the other calls. */
  async addMany(plan: JobPlan, inputs: readonly unknown[], shards: Shards): Promise<Enqueued[]> {
    const results: Enqueued[] = [];
    const failures: unknown[] = [];
    const underway: Promise<void>[] = [];
    try {
      for (let from = 0; from < inputs.length && failures.length === 0;) {
        const refreshed = this.#pins.refresh(shards);
        if (refreshed !== undefined) await refreshed;
        const home = { shard: this.#nextShard(shards, plan.queue), shards: shards.length };
        const jobs = await makeJobs(plan, inputs.slice(from, from + MOST_JOBS), home);
        const call = jobs.slice(0, batchLength(jobs));
        const sent = this.#send(plan, call, { shards, results, from });
        from += call.length;
        underway.push(sent.catch((error: unknown) => void failures.push(error)));
        if (underway.length === CALLS_AT_ONCE) await underway.shift();
      }
    } finally {
      // Also after an error: a caller that hears of it finds nothing still on its way.
      await Promise.all(underway);
    }
    if (failures.length > 0) throw failures[0];
    return results;
  }

  /** Stores plain members of a draft. */
  async gather(jobs: readonly NewJob[], shards: Shards): Promise<void> {
    for (let from = 0; from < jobs.length;) {
      const call = jobs.slice(from, from + MOST_JOBS);
      call.length = batchLength(call);
      await this.#producer(call[0], shards).addTogether(call);
      from += call.length;
    }
  }

  /** Stores tied jobs that were made for one shard. */
  async store(made: readonly MadeJob[], shards: Shards): Promise<Enqueued[]> {
    const results: Enqueued[] = [];
    for (let from = 0; from < made.length;) {
      const rest = made.slice(from, from + MOST_JOBS);
      const jobs = rest.map(({ job }) => job);
      const call = rest.slice(0, batchLength(jobs));
      const admissions = await this.#producer(jobs[0], shards).addTogether(jobs.slice(0, call.length));
      call.forEach(({ plan, job }, i) => results.push(enqueued(plan, job, admissions[i] ?? 'OK')));
      from += call.length;
    }
    return results;
  }

  /** Waits for what is under way; then nothing can be added any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#producers.map((producer) => producer.drain()));
  }

  /** One call for each shard that these jobs belong to. */
  async #send(plan: JobPlan, jobs: readonly NewJob[], to: Destination): Promise<void> {
    const groups = plan.flow === undefined ? [jobs] : byShard(jobs);
    const places = new Map(jobs.map((job, i) => [job, to.from + i]));
    for (const [job, place] of places) to.results[place] = { id: job.id, status: 'stored' };
    const sent = groups.map(async (group) => {
      const admissions = await this.#producer(group[0], to.shards).addTogether(group);
      if (admissions.length === 0) return;
      group.forEach((job, i) => {
        to.results[places.get(job) ?? 0] = enqueued(plan, job, admissions[i] ?? 'OK');
      });
    });
    await Promise.all(sent);
  }

  #nextShard(shards: Shards, queue: string): number {
    return this.#pins.shardOf(queue, shards) ?? this.#turn++ % shards.length;
  }

  #producer(job: NewJob | undefined, shards: Shards): Producer {
    if (this.#closed) throw new ClosedError('the client');
    const shard = shards[job === undefined ? 0 : shardOf(job.id)] ?? shards[0];
    return (this.#producers[shard.number] ??= new Producer(this.#client, shard, this.#retryForMs));
  }
}

interface Destination {
  readonly shards: Shards;
  readonly results: Enqueued[];
  readonly from: number;
}

function byShard(jobs: readonly NewJob[]): NewJob[][] {
  const groups: NewJob[][] = [];
  for (const job of jobs) (groups[shardOf(job.id)] ??= []).push(job);
  return groups.filter((group) => group !== undefined);
}

function closedBatch(id: string, hasEnded: boolean): BatchError {
  return hasEnded
    ? new BatchError('BATCH_ENDED', 'has ended or was cancelled: it takes no more jobs', id)
    : new BatchError('BATCH_NOT_FOUND', 'does not exist, or retention removed it', id);
}

/** @throws {JobExistsError} another job holds the key, and the options say that this is an error */
function enqueued(plan: JobPlan, job: NewJob, admission: Admission): Enqueued {
  if (admission === 'OK' || admission === 'EXISTS') return { id: job.id, status: 'stored' };
  if ('full' in admission) throw new QueueFullError(admission.full);
  if ('closedBatch' in admission) throw closedBatch(admission.closedBatch, admission.hasEnded);
  if ('missingParent' in admission) throw new JobNotFoundError(admission.missingParent);
  const { id, replaced } = admission;
  const { unique } = plan.flow ?? {};
  const refuses = typeof unique === 'object' && unique.onConflict === 'refuse';
  if (refuses && !replaced) throw new JobExistsError(plan.contract.name, id);
  return { id, status: replaced ? 'replaced' : 'existing' };
}
