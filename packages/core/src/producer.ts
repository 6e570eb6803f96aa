import { setTimeout as delay } from 'node:timers/promises';
import { EnqueueUncertainError } from './errors.ts';
import type { Connection } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import type { JobGroup, ProducerCall, ProducerReply } from './store/job-store.ts';
import { encodeRecord } from './job/job.ts';
import type { Shard } from './shard-set.ts';
import type { QueueStore } from './store/queue-store.ts';

/** A job on its way to Redis. */
export interface NewJob {
  readonly id: string;
  readonly queue: string;
  /** The digit of its priority. */
  readonly priority: number;
  /** `in <ms>` or `at <ms since 1970>`; undefined: it may run now. */
  readonly due: string | undefined;
  /** Its record, but for the mark's first five characters. */
  readonly body: string;
  /** A payload that has a key of its own. */
  readonly largePayload: string | undefined;
}

interface Pending {
  readonly job: NewJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MOST_JOBS = 1000;
const MOST_CHARACTERS = 4 * 1024 * 1024;
const LANES = 2;
/** A lane's memory lives an hour in Redis; it is prolonged when a quarter of that has passed. */
const TOUCH_EVERY_MS = 15 * 60_000;
const BACKOFF_MOST_MS = 1000;

/**
 * Sends new jobs to one shard. Jobs of one tick travel as one call; each lane has at most one call without an answer, and
 * repeats it unchanged until it has one (docs/protocol.md §6).
 */
export class Producer {
  readonly #client: string;
  readonly #connection: Connection;
  readonly #shard: Shard;
  readonly #retryForMs: number;
  readonly #freeLanes: Lane[] = Array.from({ length: LANES }, (_, number) => ({
    number,
    call: 0,
    touchedAt: -Infinity,
  }));
  readonly #now: Pending[] = [];
  readonly #later: Pending[] = [];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  #flushing = false;

  constructor(client: string, shard: Shard, retryForMs: number) {
    this.#client = client;
    this.#connection = shard.connection;
    this.#shard = shard;
    this.#retryForMs = retryForMs;
  }

  /** Resolves when the job is stored. */
  add(job: NewJob): Promise<void> {
    return new Promise((resolve, reject) => {
      (job.due === undefined ? this.#now : this.#later).push({ job, resolve, reject });
      this.#flushSoon();
    });
  }

  /** Stores jobs by one call: all of them or none; no more than {@link batchLength} says. They all may run now, or all are due later. */
  async addTogether(jobs: readonly NewJob[]): Promise<void> {
    const lane = await this.#lane();
    try {
      await this.#deliver(lane, jobs);
    } finally {
      this.#free(lane);
    }
  }

  /** Resolves when nothing waits and no call is without an answer. */
  async drain(): Promise<void> {
    while (this.#freeLanes.length < LANES || this.#now.length + this.#later.length > 0) await delay(2);
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // After all callbacks of this tick: what they enqueue travels together.
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const pending of [this.#now, this.#later]) {
      while (pending.length > 0) {
        const lane = this.#freeLanes.pop();
        if (lane === undefined) return;
        void this.#send(lane, pending.splice(0, batchLength(pending.map(({ job }) => job))));
      }
    }
  }

  async #send(lane: Lane, batch: readonly Pending[]): Promise<void> {
    try {
      await this.#deliver(
        lane,
        batch.map(({ job }) => job),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#free(lane);
  }

  #lane(): Promise<Lane> {
    const lane = this.#freeLanes.pop();
    return lane === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(lane);
  }

  #free(lane: Lane): void {
    const next = this.#waiting.shift();
    if (next !== undefined) return next(lane);
    this.#freeLanes.push(lane);
    this.#flush();
  }

  /** Repeats the call until it has an answer, or until its time is up. */
  async #deliver(lane: Lane, jobs: readonly NewJob[]): Promise<void> {
    const deadline = performance.now() + this.#retryForMs;
    lane.call++;
    let uncertain = false;
    for (let attempt = 0; ; attempt++) {
      try {
        if ((await this.#attempt(lane, jobs, deadline)) !== 'CODES') return;
        this.#shard.queues.forgetCodes();
      } catch (error) {
        const kind = classifyError(error);
        uncertain ||= kind === 'unknown';
        const hopeless = kind === 'full' || kind === 'fault' || performance.now() > deadline;
        if (hopeless) throw giveUp(jobs, error, uncertain);
      }
      await delay(Math.random() * Math.min(25 * 2 ** attempt, BACKOFF_MOST_MS));
    }
  }

  async #attempt(lane: Lane, jobs: readonly NewJob[], deadline: number): Promise<ProducerReply> {
    const { queues, jobs: store } = this.#shard;
    if (this.#connection.redis.status !== 'ready') {
      await this.#connection.ready(
        Math.max(1, Math.min(deadline - performance.now(), this.#connection.commandTimeoutMs)),
      );
    }
    const unknown = unknownQueues(jobs, queues);
    if (unknown.size > 0) await queues.learnCodes([...unknown]);
    const call = this.#call(lane, jobs);
    const reply = await (jobs[0]?.due === undefined ? store.enqueue(call) : store.schedule(call));
    if (call.touch && reply !== 'CODES') lane.touchedAt = performance.now();
    return reply;
  }

  #call(lane: Lane, jobs: readonly NewJob[]): ProducerCall {
    return {
      client: this.#client,
      lane: lane.number,
      call: lane.call,
      touch: performance.now() - lane.touchedAt > TOUCH_EVERY_MS,
      largePayloads: largePayloads(jobs),
      groups: this.#groups(jobs),
    };
  }

  /** Jobs that share queue and place. Neighbours mostly do, so the last group is asked first. */
  #groups(jobs: readonly NewJob[]): JobGroup[] {
    const groups = new Map<string, Group>();
    let last: Group | undefined;
    for (const { id, queue, priority, due, body } of jobs) {
      const place = due ?? PRIORITY_DIGITS[priority] ?? '';
      if (last === undefined || last.queue !== queue || last.place !== place || last.priority !== priority) {
        const key = `${queue} ${place} ${priority}`;
        last = groups.get(key) ?? this.#group({ queue, place, priority }, due === undefined ? 'E' : 'S');
        groups.set(key, last);
      }
      last.jobs.push(id, last.head + body);
    }
    return [...groups.values()];
  }

  #group(about: { queue: string; place: string; priority: number }, state: 'E' | 'S'): Group {
    const code = this.#shard.queues.knownCode(about.queue) ?? '';
    return { ...about, code, head: encodeRecord(state, code + about.priority, ''), jobs: [] };
  }
}

interface Group extends JobGroup {
  readonly priority: number;
  /** The first five characters of its records. */
  readonly head: string;
  readonly jobs: string[];
}

const PRIORITY_DIGITS = ['0', '1', '2', '3'] as const;

function unknownQueues(jobs: readonly NewJob[], queues: QueueStore): Set<string> {
  const unknown = new Set<string>();
  let last: string | undefined;
  for (const { queue } of jobs) {
    if (queue !== last && queues.knownCode(queue) === undefined) unknown.add(queue);
    last = queue;
  }
  return unknown;
}

function largePayloads(jobs: readonly NewJob[]): { id: string; payload: string }[] {
  const large: { id: string; payload: string }[] = [];
  for (const { id, largePayload } of jobs) {
    if (largePayload !== undefined) large.push({ id, payload: largePayload });
  }
  return large;
}

interface Lane {
  readonly number: number;
  call: number;
  touchedAt: number;
}

/** How many of these jobs fit into one call. */
export function batchLength(jobs: readonly NewJob[]): number {
  let characters = 0;
  const most = Math.min(jobs.length, MOST_JOBS);
  for (let i = 0; i < most; i++) {
    characters += (jobs[i]?.body.length ?? 0) + (jobs[i]?.largePayload?.length ?? 0);
    if (characters > MOST_CHARACTERS && i > 0) return i;
  }
  return most;
}

function giveUp(jobs: readonly NewJob[], error: unknown, uncertain: boolean): Error {
  if (!uncertain) return asRedisError(error);
  return new EnqueueUncertainError(
    jobs.map((job) => job.id),
    error,
  );
}
