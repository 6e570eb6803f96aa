import type { MetricSample } from '@linstock/core';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobEvent } from '../events.ts';
import type { JobRun } from '../job-run.ts';
import type { RunObserver } from '../run-times.ts';
import { DurationBuckets } from './duration-buckets.ts';

/** How runs end, by the events that tell of it. */
export const OUTCOMES = [
  'succeeded',
  'failed',
  'retried',
  'cancelled',
  'snoozed',
  'suspended',
  'deferred',
  'released',
  'lost',
] as const;

/** One of {@link OUTCOMES}. */
export type MeteredOutcome = (typeof OUTCOMES)[number];

/** From 1 ms to an hour: jobs of all kinds. */
const JOB_BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];
/** From half a millisecond to the longest that a call may take by default. */
const CALL_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
/** Each name is a series of its own, for ever: what comes after these counts as {@link OTHER}. */
const MOST_NAMES = 200;
const OTHER = 'other';
/** A scrape does not wait for Redis longer than this. */
const NAMES_WITHIN_MS = 500;

/** What was counted of one queue in one shard. Records know a queue by its code there. */
interface QueueCounts {
  readonly shard: number;
  readonly code: string;
  /** Undefined: nobody has asked Redis yet. */
  name: string | undefined;
  readonly waits: DurationBuckets;
  readonly runs: DurationBuckets;
  readonly jobs: Map<string, JobCounts>;
}

/** What was counted of one job name in a queue. */
interface JobCounts {
  readonly queue: QueueCounts;
  readonly ended: Record<MeteredOutcome, number>;
}

/** What a meter asks its worker. */
export interface MeterHost {
  /** The name under which a job is counted; undefined: no handler here knows it. */
  nameOf(job: string): string | undefined;
  /** Names of queues by their codes in a shard. */
  queueNames(shard: number): Promise<ReadonlyMap<string, string>>;
}

/** Counts what a worker runs. There is none unless somebody has asked for a probe. */
export class Meter implements RunObserver {
  readonly calls = new DurationBuckets(CALL_BOUNDS);
  readonly #host: MeterHost;
  /** By shard, then by the queue's code there. */
  readonly #shards: Map<string, QueueCounts>[] = [];
  readonly #names = new Set<string>();
  /** Of runs that have not ended. */
  readonly #running = new WeakMap<JobEvent, JobCounts>();
  #naming: Promise<void> | undefined;

  constructor(host: MeterHost) {
    this.#host = host;
  }

  began(run: JobRun, queueCode: string): void {
    const queue = this.#queueOf(run.held.claim.shard, queueCode);
    const name = this.#nameOf(run.name);
    let counts = queue.jobs.get(name);
    if (counts === undefined) {
      counts = { queue, ended: nothingEnded() };
      queue.jobs.set(name, counts);
    }
    this.#running.set(run, counts);
  }

  waited(run: JobRun, ms: number): void {
    this.#running.get(run)?.queue.waits.add(ms);
  }

  ran(run: JobRun, ms: number): void {
    this.#running.get(run)?.queue.runs.add(ms);
  }

  /** Also told of jobs that never began here: those do not count. */
  ended(job: JobEvent, outcome: MeteredOutcome): void {
    const counts = this.#running.get(job);
    if (counts === undefined) return;
    // A lost lease may be told twice.
    this.#running.delete(job);
    counts.ended[outcome]++;
  }

  /** What was counted, as far as the names of queues are known. */
  async samples(): Promise<Record<'processed' | 'waits' | 'runs', MetricSample[]>> {
    await Promise.race([this.#nameQueues(), delay(NAMES_WITHIN_MS, undefined, { ref: false })]);
    const named = this.#queues.flatMap(({ name, ...counts }) =>
      name === undefined ? [] : [{ queue: name, ...counts }],
    );
    return {
      processed: named.flatMap(({ queue, jobs }) => processedOf(queue, jobs)),
      waits: named.flatMap(({ queue, waits }) => waits.samples({ queue })),
      runs: named.flatMap(({ queue, runs }) => runs.samples({ queue })),
    };
  }

  get #queues(): QueueCounts[] {
    return this.#shards.flatMap((queues) => [...queues.values()]);
  }

  #queueOf(shard: number, code: string): QueueCounts {
    const queues = (this.#shards[shard] ??= new Map<string, QueueCounts>());
    let queue = queues.get(code);
    if (queue === undefined) {
      const [waits, runs] = [new DurationBuckets(JOB_BOUNDS), new DurationBuckets(JOB_BOUNDS)];
      queue = { shard, code, name: undefined, waits, runs, jobs: new Map() };
      queues.set(code, queue);
      void this.#nameQueues();
    }
    return queue;
  }

  #nameOf(job: string): string {
    const name = this.#host.nameOf(job);
    if (name === undefined) return OTHER;
    if (this.#names.has(name)) return name;
    if (this.#names.size === MOST_NAMES) return OTHER;
    this.#names.add(name);
    return name;
  }

  /** One round at a time. Never throws: what has no name yet is asked for again. */
  #nameQueues(): Promise<void> {
    this.#naming ??= this.#nameOnce()
      .catch(() => undefined)
      .finally(() => (this.#naming = undefined));
    return this.#naming;
  }

  async #nameOnce(): Promise<void> {
    const nameless = this.#queues.filter(({ name }) => name === undefined);
    for (const shard of new Set(nameless.map((queue) => queue.shard))) {
      const names = await this.#host.queueNames(shard);
      for (const queue of nameless) if (queue.shard === shard) queue.name = names.get(queue.code);
    }
  }
}

function nothingEnded(): JobCounts['ended'] {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as JobCounts['ended'];
}

/** What has never happened is left out, but for the ways in which any job may end: a rate of theirs begins at nothing. */
function processedOf(queue: string, jobs: QueueCounts['jobs']): MetricSample[] {
  return [...jobs].flatMap(([name, { ended }]) =>
    OUTCOMES.filter((outcome, i) => i < 3 || ended[outcome] > 0).map((outcome) => ({
      labels: { queue, name, outcome },
      value: ended[outcome],
    })),
  );
}
