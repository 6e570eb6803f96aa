import { setTimeout as delay } from 'node:timers/promises';
import type { PayloadCodecs } from './codec.ts';
import { toMs } from './duration.ts';
import {
  JobEndedError,
  JobNotFoundError,
  LinstockError,
  WaitTimeoutError,
  ClosedError,
  PayloadError,
  RedisError,
} from './errors.ts';
import type { WaitOptions } from './job-handle.ts';
import { ENDED_STATES } from './job/states.ts';
import { anything, checkOptions } from './options.ts';
import { UnreadablePayload } from './payload-view.ts';
import { Connection } from './redis/connect.ts';
import type { RedisTarget } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import type { JobView } from './store/job-reader.ts';

/** How long Redis remembers that somebody waits. Renewed at every look. */
const WATCH_MS = 15_000;
/** A look at least this often, should a message have been lost. */
const LOOK_EVERY_MS = 5000;
/** Between two looks while Redis cannot be reached. */
const WEATHER_MS = 100;

/** Waits for the ends of jobs: one subscription for all that wait, no connection per waiter. */
export class Results {
  readonly #target: RedisTarget;
  readonly #codecs: PayloadCodecs | undefined;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #subscribed = new Map<string, Promise<unknown>>();
  #subscriber: Connection | undefined;
  #closed = false;

  constructor(target: RedisTarget, codecs: PayloadCodecs | undefined) {
    this.#target = target;
    this.#codecs = codecs;
  }

  /** Waits for the result of a job; `shard`: where it would be. */
  async of(id: string, shard: Shard | undefined, options: WaitOptions = {}): Promise<unknown> {
    checkOptions(options, { timeoutMs: anything, signal: anything }, 'result');
    const timeoutMs = toMs(options.timeoutMs ?? 30_000, 'result.timeoutMs');
    if (shard === undefined) throw new JobNotFoundError(id);
    return resultOf(await this.ended(id, shard, { timeoutMs, signal: options.signal }));
  }

  /** Resolves with the job when it has ended. */
  async ended(
    id: string,
    shard: Shard,
    limits: { timeoutMs: number; signal: AbortSignal | undefined },
  ): Promise<JobView> {
    const deadline = performance.now() + limits.timeoutMs;
    for (;;) {
      if (this.#closed) throw new ClosedError('the client');
      limits.signal?.throwIfAborted();
      const next = this.#nextMessage(id);
      try {
        const job = await this.#look(id, shard, deadline);
        if (job === 'again') continue;
        if (job !== undefined) return job;
        const left = deadline - performance.now();
        if (left <= 0) throw new WaitTimeoutError(`job ${id} did not end`, limits.timeoutMs);
        await next.arrived(Math.min(left, LOOK_EVERY_MS), limits.signal);
      } finally {
        next.forget();
      }
    }
  }

  /** The job if it has ended. `again`: Redis cannot be reached just now. */
  async #look(id: string, shard: Shard, deadline: number): Promise<JobView | 'again' | undefined> {
    try {
      await this.#subscribe(shard);
      const [state] = await shard.queues.watch([id], WATCH_MS);
      if (state === 'GONE') throw new JobNotFoundError(id);
      if (state === 'DAMAGED')
        throw new LinstockError('JOB_DAMAGED', `the record of job ${id} is damaged; it is in quarantine`, {
          id,
        });
      return state !== undefined && ENDED_STATES.includes(state) ? await this.#read(id, shard) : undefined;
    } catch (error) {
      if (error instanceof LinstockError && !(error instanceof RedisError)) throw error;
      const kind = classifyError(error);
      if (kind === 'fault' || kind === 'full' || performance.now() > deadline) throw asRedisError(error);
      await delay(Math.min(WEATHER_MS, Math.max(0, deadline - performance.now())));
      return 'again';
    }
  }

  close(): void {
    this.#closed = true;
    this.#subscriber?.close();
    for (const wakers of this.#waiting.values()) for (const wake of wakers) wake();
  }

  /** A message about a job. It listens at once, so that one that comes before anybody awaits it is not lost. */
  #nextMessage(id: string): {
    arrived: (ms: number, signal?: AbortSignal) => Promise<void>;
    forget: () => void;
  } {
    const wakers = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, wakers);
    let wake = (): void => {};
    const message = new Promise<void>((resolve) => (wake = resolve));
    wakers.add(wake);
    return {
      arrived: async (ms, signal) => {
        const timer = setTimeout(wake, ms);
        signal?.addEventListener('abort', wake, { once: true });
        await message;
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
      },
      forget: () => {
        wakers.delete(wake);
        if (wakers.size === 0) this.#waiting.delete(id);
      },
    };
  }

  async #read(id: string, { reader }: Shard): Promise<JobView> {
    const job = await reader.find(id, { codecs: this.#codecs });
    if (job === undefined) throw new JobNotFoundError(id);
    if ('damaged' in job)
      throw new LinstockError('JOB_DAMAGED', `the record of job ${id} is damaged`, { id });
    return job;
  }

  async #subscribe({ prefix }: Shard): Promise<void> {
    this.#subscriber ??= this.#connect();
    const channel = prefix + KEY.ended;
    const { redis } = this.#subscriber;
    let subscribed = this.#subscribed.get(channel);
    if (subscribed === undefined) this.#subscribed.set(channel, (subscribed = redis.subscribe(channel)));
    try {
      await subscribed;
    } catch {
      // The looks go on without messages; the next one subscribes again.
      this.#subscribed.delete(channel);
    }
  }

  /** A connection that has come back hears nothing. */
  #subscribeAgain(): void {
    for (const channel of this.#subscribed.keys()) {
      const subscribed = this.#subscriber?.redis.subscribe(channel);
      // The looks go on without messages.
      subscribed?.catch(() => this.#subscribed.delete(channel));
    }
  }

  #connect(): Connection {
    const subscriber = new Connection(this.#target, 'subscriber');
    subscriber.redis.on('ready', () => this.#subscribeAgain());
    subscriber.redis.on('message', (_channel: string, id: string) => {
      for (const wake of this.#waiting.get(id) ?? []) wake();
    });
    return subscriber;
  }
}

/** The result of an ended job, or the error that tells why there is none. */
function resultOf(job: JobView): unknown {
  const { result } = job;
  // Whoever waits expects the handler's own value, and nothing in its place.
  if (result instanceof UnreadablePayload)
    throw new PayloadError(result.code, result.problem, { id: job.id, job: job.name, keyId: result.keyId });
  if (job.state === 'succeeded') return result;
  if (job.state === 'cancelled') {
    throw new JobEndedError('JOB_CANCELLED', `job ${job.id} (${job.name}) was cancelled`, {
      id: job.id,
      reason: job.history.at(-1)?.detail,
    });
  }
  const reason = job.error?.message ?? 'its worker died with it too often (poison)';
  throw new JobEndedError('JOB_FAILED', `job ${job.id} (${job.name}) failed: ${reason}`, {
    id: job.id,
    reason: job.error,
  });
}
