import type { FiringAlert } from './firing.ts';
import { FiringReader, firingAt } from './firing.ts';
import type { History, JobState, Monitor, QueueView, WorkerView } from '@linstock/core';
import type { DeadWorker } from './dead-workers.ts';
import { DeadWorkers } from './dead-workers.ts';
import type { Flow } from './flow.ts';
import { FlowMeter } from './flow.ts';
import type { Health } from './health.ts';
import { HealthReader } from './health.ts';
import type { Rates } from './rates.ts';
import { RateMeter, WINDOW_MS } from './rates.ts';
import { aliveAt } from './workers.ts';

/** A queue, with what comes and goes; undefined: nobody has looked for long enough. */
export type QueuePulse = QueueView & { readonly flow: Flow | undefined };

/** What an installation is at one moment. Instants are ms since 1970, by the clock of Redis: leases end by that one. */
export interface Pulse {
  readonly at: number;
  readonly counts: Readonly<Record<JobState, number>>;
  /** How often each transition happened since the installation was founded. */
  readonly totals: Readonly<Record<string, number>>;
  /** What happened in the last minutes, the oldest first. */
  readonly rates: readonly Rates[];
  readonly queues: readonly QueuePulse[];
  readonly workers: readonly WorkerView[];
  /** Alerts that fire and are not silent. */
  readonly alerts: readonly FiringAlert[];
  /** Those that have died in the last while. */
  readonly dead: readonly DeadWorker[];
  /** At most some seconds older than the rest. */
  readonly health: Health;
}

/** Why there is no pulse. */
export interface PulseTrouble {
  readonly code: string;
  readonly message: string;
}

type Listener = (pulse: Pulse | undefined, trouble: PulseTrouble | undefined) => void;

const EVERY_MS = 1000;

/**
 * Reads how the installation is, once a second while somebody looks, for all who look. So fifty viewers cost Redis what one
 * costs, and none cost nothing.
 */
export class PulseReader {
  readonly #monitor: Monitor;
  readonly #now: () => number;
  readonly #firing: FiringReader;
  readonly #health: HealthReader;
  readonly #dead = new DeadWorkers();
  readonly #flows = new FlowMeter();
  readonly #rates = new RateMeter();
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #last: { readonly pulse: Pulse; readonly readAt: number } | undefined;
  #reading: Promise<Pulse> | undefined;
  #isClosed = false;

  constructor(monitor: Monitor, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
    this.#firing = new FiringReader(monitor, now);
    this.#health = new HealthReader(monitor, now);
  }

  /** At most a second old. @throws {RedisError} */
  async latest(): Promise<Pulse> {
    const last = this.#last;
    if (last !== undefined && this.#now() - last.readAt < EVERY_MS) return last.pulse;
    return this.#read();
  }

  /** Calls back about once a second. Returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#beat();
    else listener(this.#last?.pulse, undefined);
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
    const [{ at, counts, queues: views }, totals, workers, alerts, health, past] = await Promise.all([
      this.#monitor.overview(),
      this.#monitor.totals(),
      this.#monitor.workers(),
      this.#firing.latest(),
      this.#health.latest(),
      this.#readPast(),
    ]);
    const flows = this.#flows.look(views, at);
    const queues = views.map((queue) => ({ ...queue, flow: flows?.get(queue.name) }));
    const alive = aliveAt(workers, at);
    const dead = this.#dead.look(workers, alive, at);
    const firing = firingAt(alerts, at);
    // Where no worker lives, nobody adds to the history: that it has nothing says nothing.
    const rates = this.#rates.look(totals, at, alive.length > 0 ? past : undefined);
    const pulse: Pulse = { at, counts, totals, rates, queues, workers: alive, dead, health, alerts: firing };
    this.#last = { pulse, readAt: this.#now() };
    return pulse;
  }

  /** The last minutes, where nobody has looked; without them a chart begins now. */
  async #readPast(): Promise<History | undefined> {
    if (this.#last !== undefined && this.#now() - this.#last.readAt < WINDOW_MS) return undefined;
    return this.#monitor.history({ last: WINDOW_MS }).catch(() => undefined);
  }
}

function troubleOf(error: unknown): PulseTrouble {
  const code = (error as { code?: unknown }).code;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  };
}
