import { setTimeout as delay } from 'node:timers/promises';
import { BatchError, EnqueueUncertainError } from './errors.ts';
import type { Connection } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import type { Admission, ProducerCall, ProducerReply } from './store/producer-call.ts';
import { batchLength, learnQueues, producerJobs } from './new-jobs.ts';
import type { NewJob } from './new-jobs.ts';
import type { Shard } from './shard-set.ts';

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
      return await this.#deliver(lane, jobs, 'all');
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
      const admissions = await this.#deliver(lane, jobs, 'each');
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

  /** Repeats the call until it has an answer, or until its time is up. `kind`: whether a full queue takes some of its jobs, or none. */
  async #deliver(lane: Lane, jobs: readonly NewJob[], kind: 'each' | 'all'): Promise<readonly Admission[]> {
    const deadline = performance.now() + this.#retryForMs;
    lane.call++;
    let uncertain = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const reply = await this.#attempt(lane, jobs, deadline);
        if (Array.isArray(reply)) return reply;
        if (typeof reply === 'object' && 'full' in reply)
          return await this.#withoutFull(lane, jobs, { full: reply.full, kind });
        if (reply === 'GONE')
          throw new BatchError('BATCH_GONE', 'was not complete in time, and is gone', jobs[0]?.draft);
        if (reply !== 'CODES') return NO_ADMISSIONS;
        this.#shard.queues.forgetCodes();
      } catch (error) {
        if (error instanceof BatchError) throw error;
        const problem = classifyError(error);
        uncertain ||= problem === 'unknown';
        const hopeless = problem === 'full' || problem === 'fault' || performance.now() > deadline;
        if (hopeless) throw giveUp(jobs, error, uncertain);
      }
      await delay(Math.random() * Math.min(25 * 2 ** attempt, BACKOFF_MOST_MS));
    }
  }

  /** A queue of this call is full, and nothing was stored: the jobs of other queues go by themselves. */
  async #withoutFull(
    lane: Lane,
    jobs: readonly NewJob[],
    { full, kind }: Full,
  ): Promise<readonly Admission[]> {
    const own = jobs.filter(({ queue }) => queue === full);
    const others = jobs.filter(({ queue }) => queue !== full);
    const admitted = others.length === 0 ? [] : await this.#deliver(lane, others, kind);
    const filled = kind === 'all' ? [] : await this.#fill(lane, own, full);
    let [i, k] = [0, 0];
    return jobs.map(({ queue }) => (queue === full ? (filled[k++] ?? { full }) : (admitted[i++] ?? 'OK')));
  }

  /** Each of these jobs is a call of its own: the first ones are stored, as far as there is room. By halves, so it takes few calls. */
  async #fill(lane: Lane, jobs: readonly NewJob[], full: string): Promise<readonly Admission[]> {
    const refused = jobs.map(() => ({ full }));
    if (jobs.length < 2) return refused;
    const half = Math.ceil(jobs.length / 2);
    const stored: Admission[] = [];
    for (const some of [jobs.slice(0, half), jobs.slice(half)]) {
      const admissions = await this.#deliver(lane, some, 'each');
      stored.push(...some.map((_, i) => admissions[i] ?? 'OK'));
      if (admissions.some((admission) => typeof admission === 'object' && 'full' in admission)) break;
    }
    return [...stored, ...refused.slice(stored.length)];
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
    await learnQueues(jobs, queues);
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
      ...producerJobs(jobs, this.#shard.queues),
    };
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

/** A call that a full queue has refused. */
interface Full {
  readonly full: string;
  readonly kind: 'each' | 'all';
}

interface Lane {
  readonly number: number;
  call: number;
  touchedAt: number;
}

function giveUp(jobs: readonly NewJob[], error: unknown, uncertain: boolean): Error {
  if (!uncertain) return asRedisError(error);
  return new EnqueueUncertainError(
    jobs.map((job) => job.id),
    error,
  );
}
