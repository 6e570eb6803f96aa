import type { Client, JobState, Monitor, QueueCounts, QueueView, WorkerView } from '@linstock/core';

/** A queue with what waits in it. */
export type QueuePulse = QueueView & QueueCounts;

/** What an installation is at one moment. Instants are ms since 1970. */
export interface Pulse {
  readonly at: number;
  readonly counts: Readonly<Record<JobState, number>>;
  /** How often each transition happened since the installation was founded. */
  readonly totals: Readonly<Record<string, number>>;
  readonly queues: readonly QueuePulse[];
  readonly workers: readonly WorkerView[];
}

/** Why there is no pulse. */
export interface PulseTrouble {
  readonly code: string;
  readonly message: string;
}

type Listener = (pulse: Pulse | undefined, trouble: PulseTrouble | undefined) => void;

const EVERY_MS = 1000;
/** Queues are many more numbers than the rest. */
const QUEUES_EVERY = 2;

/**
 * Reads how the installation is, once a second while somebody looks, for all who look. So fifty viewers cost Redis what one
 * costs, and none cost nothing.
 */
export class PulseReader {
  readonly #monitor: Monitor;
  readonly #client: Client;
  readonly #now: () => number;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #last: Pulse | undefined;
  #reading: Promise<Pulse> | undefined;
  #turn = 0;
  #isClosed = false;

  constructor({ monitor, client }: { monitor: Monitor; client: Client }, now: () => number) {
    this.#monitor = monitor;
    this.#client = client;
    this.#now = now;
  }

  /** At most a second old. @throws {RedisError} */
  async latest(): Promise<Pulse> {
    const last = this.#last;
    if (last !== undefined && this.#now() - last.at < EVERY_MS) return last;
    return this.#read();
  }

  /** Calls back about once a second. Returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#beat();
    else listener(this.#last, undefined);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  async #beat(): Promise<void> {
    const startedAt = this.#now();
    const { pulse, trouble } = await this.#read().then(
      (read) => ({ pulse: read, trouble: undefined }),
      (error: unknown) => ({ pulse: undefined, trouble: troubleOf(error) }),
    );
    if (this.#isClosed || this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener(pulse, trouble);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#beat(), Math.max(100, EVERY_MS - (this.#now() - startedAt)));
    this.#timer.unref();
  }

  /** One read at a time, for all who wait for it. */
  #read(): Promise<Pulse> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOnce(): Promise<Pulse> {
    const isQueuesTurn = this.#last === undefined || this.#turn++ % QUEUES_EVERY === 0;
    const [counts, totals, queues, workers] = await Promise.all([
      this.#monitor.counts(),
      this.#monitor.totals(),
      isQueuesTurn ? this.#queues() : (this.#last?.queues ?? []),
      this.#monitor.workers(),
    ]);
    const at = this.#now();
    const alive = workers.filter(({ leaseExpiresAt }) => leaseExpiresAt > at - EVERY_MS);
    this.#last = { at, counts, totals, queues, workers: alive };
    return this.#last;
  }

  async #queues(): Promise<QueuePulse[]> {
    const views = await this.#monitor.queues();
    const counts = await Promise.all(views.map(({ name }) => this.#client.queue(name).counts()));
    return views.map((view, i) => ({ ...view, ...(counts[i] as QueueCounts) }));
  }
}

function troubleOf(error: unknown): PulseTrouble {
  const code = (error as { code?: unknown }).code;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  };
}
