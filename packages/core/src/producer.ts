import { setTimeout as delay } from 'node:timers/promises';
import { BatchError, EnqueueUncertainError } from './errors.ts';
import type { Connection } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import type { Admission, JobGroup, ProducerCall, ProducerReply } from './store/producer-call.ts';
import { encodeRecord, placeDigit } from './job/job.ts';
import type { Shard } from './shard-set.ts';
import type { QueueStore } from './store/queue-store.ts';

/** A job on its way to Redis. */
export interface NewJob {
  readonly id: string;
  readonly queue: string;
  /** The digit of its priority. */
  readonly priority: number;
  /** Whether it goes to the front of its queue. */
  readonly toFront: boolean;
  /** Whether its header ties it to others. */
  readonly isTied: boolean;
  /** Whether a tie of it must be looked at when it is stored; limits and rates count only when it is claimed. */
  readonly needsAdmission: boolean;
  /** `in <ms>` or `at <ms since 1970>`; undefined: it may run now. */
  readonly due: string | undefined;
  /** The draft batch that gathers it, when nothing else ties it; undefined: none. */
  readonly draft?: string | undefined;
  /** Its record, but for the mark's first five characters. */
  readonly body: string;
  /** A payload that has a key of its own. */
  readonly largePayload: string | undefined;
}

interface Pending {
  readonly resolve: (admission: Admission) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs of one call, and who waits for each. */
interface Batch {
  readonly jobs: readonly NewJob[];
  readonly pending: readonly Pending[];
}

/** Jobs that wait for a lane. */
class Backlog {
  #jobs: NewJob[] = [];
  #pending: Pending[] = [];

  get length(): number {
    return this.#jobs.length;
  }

  add(job: NewJob, pending: Pending): void {
    this.#jobs.push(job);
    this.#pending.push(pending);
  }

  /** What fits into one call. */
  take(): Batch {
    const length = batchLength(this.#jobs);
    const [jobs, pending] = [this.#jobs, this.#pending];
    this.#jobs = jobs.slice(length);
    this.#pending = pending.slice(length);
    jobs.length = pending.length = length;
    return { jobs, pending };
  }
}

/** Jobs of one call: few enough that Redis works on one call while the next is made, many enough that a call's own cost is small. */
export const MOST_JOBS = 500;
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Calls without an answer. */
const LANES = 4;
/**
 * So many jobs leave at once if a lane is free, while the rest of their tick is still being made. All jobs of a tick in one
 * call would let Redis and this process take turns idling (docs/decisions/0007-calls-that-overlap.md).
 */
const EARLY_JOBS = 32;
/** A lane's memory lives an hour in Redis; it is prolonged when a quarter of that has passed. */
const TOUCH_EVERY_MS = 15 * 60_000;
const BACKOFF_MOST_MS = 1000;

/**
 * Sends new jobs to one shard. Jobs of one tick travel together, in as many calls as are worth it; each lane has at most one
 * call without an answer, and repeats it unchanged until it has one (docs/protocol.md §6).
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
  readonly #now = new Backlog();
  readonly #later = new Backlog();
  readonly #admitted = new Backlog();
  readonly #backlogs = [this.#now, this.#later, this.#admitted];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  #flushing = false;

  constructor(client: string, shard: Shard, retryForMs: number) {
    this.#client = client;
    this.#connection = shard.connection;
    this.#shard = shard;
    this.#retryForMs = retryForMs;
  }

  /** Resolves when the job is stored, or when another one stands for it. */
  add(job: NewJob): Promise<Admission> {
    return new Promise((resolve, reject) => {
      const backlog = this.#backlogOf(job);
      backlog.add(job, { resolve, reject });
      if (backlog.length >= EARLY_JOBS && this.#freeLanes.length > 0) this.#flush();
      else this.#flushSoon();
    });
  }

  #backlogOf({ needsAdmission, due }: NewJob): Backlog {
    if (needsAdmission) return this.#admitted;
    return due === undefined ? this.#now : this.#later;
  }

  /** Stores jobs of one kind by one call; no more than {@link batchLength} says. Gives one answer per job. */
  async addTogether(jobs: readonly NewJob[]): Promise<readonly Admission[]> {
    const lane = await this.#lane();
    try {
      return await this.#deliver(lane, jobs);
    } finally {
      this.#free(lane);
    }
  }

  /** Resolves when nothing waits and no call is without an answer. */
  async drain(): Promise<void> {
    while (this.#freeLanes.length < LANES || this.#backlogs.some(({ length }) => length > 0)) await delay(2);
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
    for (const backlog of this.#backlogs) while (backlog.length > 0 && this.#send(backlog));
  }

  /** Sends what fits into one call; false when no lane is free. */
  #send(backlog: Backlog): boolean {
    const lane = this.#freeLanes.pop();
    if (lane === undefined) return false;
    void this.#answer(lane, backlog.take());
    return true;
  }

  async #answer(lane: Lane, { jobs, pending }: Batch): Promise<void> {
    try {
      const admissions = await this.#deliver(lane, jobs);
      pending.forEach(({ resolve }, i) => resolve(admissions[i] ?? 'OK'));
    } catch (error) {
      for (const { reject } of pending) reject(error);
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
  async #deliver(lane: Lane, jobs: readonly NewJob[]): Promise<readonly Admission[]> {
    const deadline = performance.now() + this.#retryForMs;
    lane.call++;
    let uncertain = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const reply = await this.#attempt(lane, jobs, deadline);
        if (Array.isArray(reply)) return reply;
        if (typeof reply === 'object' && 'full' in reply)
          return await this.#withoutFull(lane, jobs, reply.full);
        if (reply === 'GONE')
          throw new BatchError('BATCH_GONE', 'was not complete in time, and is gone', jobs[0]?.draft);
        if (reply !== 'CODES') return NO_ADMISSIONS;
        this.#shard.queues.forgetCodes();
      } catch (error) {
        if (error instanceof BatchError) throw error;
        const kind = classifyError(error);
        uncertain ||= kind === 'unknown';
        const hopeless = kind === 'full' || kind === 'fault' || performance.now() > deadline;
        if (hopeless) throw giveUp(jobs, error, uncertain);
      }
      await delay(Math.random() * Math.min(25 * 2 ** attempt, BACKOFF_MOST_MS));
    }
  }

  /** A queue of this call is full, and nothing was stored: the jobs of other queues go by themselves. */
  async #withoutFull(lane: Lane, jobs: readonly NewJob[], full: string): Promise<readonly Admission[]> {
    const others = jobs.filter(({ queue }) => queue !== full);
    const admissions = others.length === 0 ? [] : await this.#deliver(lane, others);
    let i = 0;
    return jobs.map(({ queue }) => (queue === full ? { full } : (admissions[i++] ?? 'OK')));
  }

  async #attempt(
    lane: Lane,
    jobs: readonly NewJob[],
    deadline: number,
  ): Promise<ProducerReply | Admission[]> {
    const { queues, jobs: store } = this.#shard;
    if (this.#connection.redis.status !== 'ready') {
      await this.#connection.ready(
        Math.max(1, Math.min(deadline - performance.now(), this.#connection.commandTimeoutMs)),
      );
    }
    const unknown = unknownQueues(jobs, queues);
    if (unknown.length > 0) await queues.learnCodes(unknown);
    const call = this.#call(lane, jobs);
    const reply = await send(store, call, jobs[0]);
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

  /** Jobs that share queue and place. Mostly all do, so the last group is asked first. */
  #groups(jobs: readonly NewJob[]): JobGroup[] {
    const groups: Group[] = [];
    let last: Group | undefined;
    for (const job of jobs) {
      if (last === undefined || !belongs(job, last)) {
        last = groups.find((group) => belongs(job, group));
        if (last === undefined) groups.push((last = this.#group(job)));
      }
      last.jobs.push(job.id, last.head + job.body);
    }
    return groups;
  }

  #group(job: NewJob): Group {
    const { queue, priority, due, isTied, toFront, draft } = job;
    const code = this.#shard.queues.knownCode(queue) ?? '';
    const place = draft ?? due ?? (job.needsAdmission ? 'now' : String(priority)) + (toFront ? '<' : '');
    const ownState = due === undefined ? 'E' : 'S';
    const head = encodeRecord(draft === undefined ? ownState : 'A', code + placeDigit(priority, isTied), '');
    return { queue, code, place, priority, due, isTied, toFront, head, jobs: [] };
  }
}

/** For calls that answer with one word for all: each job is stored. */
const NO_ADMISSIONS: readonly Admission[] = [];

/** A call's jobs are of one kind: to be admitted, due later, or neither. */
function send(
  store: Shard['jobs'],
  call: ProducerCall,
  first: NewJob | undefined,
): Promise<ProducerReply | Admission[]> {
  if (first?.draft !== undefined) return store.gather(call);
  if (first?.needsAdmission === true) return store.admit(call);
  return first?.due === undefined ? store.enqueue(call) : store.schedule(call);
}

interface Group extends JobGroup {
  readonly priority: number;
  readonly due: string | undefined;
  readonly isTied: boolean;
  readonly toFront: boolean;
  /** The first five characters of its records. */
  readonly head: string;
  readonly jobs: string[];
}

type Place = Pick<NewJob, 'queue' | 'priority' | 'due' | 'isTied' | 'toFront'>;

function belongs(job: Place, group: Place): boolean {
  return (
    job.queue === group.queue &&
    job.priority === group.priority &&
    job.due === group.due &&
    job.isTied === group.isTied &&
    job.toFront === group.toFront
  );
}

/** Their codes are not known here. */
function unknownQueues(jobs: readonly NewJob[], queues: QueueStore): string[] {
  const unknown: string[] = [];
  let last: string | undefined;
  for (const { queue } of jobs) {
    if (queue !== last && queues.knownCode(queue) === undefined && !unknown.includes(queue))
      unknown.push(queue);
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
