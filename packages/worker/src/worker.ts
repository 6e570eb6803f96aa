import type { JobContract } from '@linstock/core';
import { ClosedError, LinstockError, OptionError } from '@linstock/core';
import { asRedisError } from '@linstock/core/internal';
import type { JobEvent, WorkerEmitter } from './events.ts';
import { createEmitter } from './events.ts';
import type { Handler } from './handlers.ts';
import { Handlers } from './handlers.ts';
import type { Middleware } from './middleware.ts';
import type { ResolvedWorkerOptions, WorkerOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { Meter, OUTCOMES } from './probe/meter.ts';
import { queueNamesOf } from './probe/queue-names.ts';
import type { Vitals } from './probe/vitals.ts';
import type { HandleOptions } from './retry-function.ts';
import { Runtime } from './runtime.ts';

/** How to stop. */
export interface StopOptions {
  /** Do not wait for running jobs: abort them and give them back at once. @default false */
  readonly now?: boolean;
}

/** What a probe sees of a worker. */
interface Inside {
  readonly meter: Meter;
  readonly vitals: () => Vitals;
}

let open: (worker: Worker) => Inside;

/** What a probe may see of a worker, and nobody else: it counts from the first call on. */
export function insideOf<Scope>(worker: Worker<Scope>): Inside {
  return open(worker);
}

/**
 * Claims jobs, runs their handlers, reports their outcomes, and takes back what dead workers held.
 * At least once: a handler may run again after a crash, so its effects should bear it.
 * `Scope` is what the option `createScope` makes, and handlers find as `ctx.scope`.
 *
 * @example
 * const worker = new Worker({ redis: 'redis://127.0.0.1:6379', queues: ['mail', 'default'], concurrency: 50 });
 * worker.handle(sendMail, async ({ to }, ctx) => { ctx.log.info({ to }, 'sending'); });
 * await worker.start();
 */
export class Worker<Scope = unknown> {
  readonly #options: ResolvedWorkerOptions;
  readonly #handlers = new Handlers();
  readonly events: WorkerEmitter = createEmitter();
  #runtime: Runtime | undefined;
  #meter: Meter | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  static {
    open = (worker) => ({ meter: (worker.#meter ??= worker.#measure()), vitals: () => worker.#vitals });
  }

  /** @throws {OptionError} */
  constructor(options: WorkerOptions<Scope>) {
    this.#options = resolveOptions(options);
  }

  /** Says what to do with a job. Before `start`; once per job's name and alias. @throws {OptionError} */
  handle<I, R>(
    contract: JobContract<I, R>,
    handler: Handler<I, R, Scope>,
    options?: HandleOptions<Scope>,
  ): this {
    this.#handlers.add(contract, handler, options);
    return this;
  }

  /** Wraps every handler; the first one given is the outermost. Before `start`. @throws {OptionError} */
  use(middleware: Middleware<Scope>): this {
    if (typeof middleware !== 'function')
      throw new OptionError('use', 'needs a function (ctx, next)', middleware);
    if (this.#starting !== undefined)
      throw new OptionError('use', 'must be called before start()', middleware);
    this.#handlers.middleware.push(middleware as Middleware);
    return this;
  }

  /** Resolves when it takes jobs. May be called twice. @throws {RedisError} Redis cannot be reached, refuses, or is unfit */
  start(): Promise<void> {
    if (this.#stopping !== undefined) return Promise.reject(new ClosedError('the worker'));
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Takes no more jobs; what runs goes on. */
  quiet(): void {
    this.#runtime?.quiet(true);
  }

  /** Takes jobs again after `quiet`. */
  resume(): void {
    this.#runtime?.quiet(false);
  }

  /** How many jobs run here now. */
  get running(): number {
    return this.#runtime?.running ?? 0;
  }

  /**
   * Claims nothing more, waits for running jobs for `shutdownTimeout`, aborts and gives back the rest without using an
   * attempt, and resolves when Redis knows. May be called twice; `{ now: true }` also ends a wait that is under way.
   */
  async stop({ now = false }: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop();
    if (now) this.#runtime?.hurry();
    await this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    const runtime = new Runtime(this.#options, this.#handlers, this.events);
    this.#runtime = runtime;
    if (this.#meter !== undefined) runtime.measure(this.#meter);
    try {
      await runtime.start();
    } catch (error) {
      this.#starting = undefined;
      await runtime.close();
      throw error instanceof LinstockError ? error : asRedisError(error);
    }
  }

  async #stop(): Promise<void> {
    // A start that is under way must end before what it opens can be closed.
    await this.#starting?.catch(() => undefined);
    await this.#runtime?.stop();
  }

  #measure(): Meter {
    const meter = new Meter({
      nameOf: (job) => this.#handlers.find(job)?.contract.name,
      queueNames: (shard) => queueNamesOf(this.#runtime?.links[shard]?.shard, this.#options.queues.names),
    });
    for (const outcome of OUTCOMES) this.events.on(outcome, (job: JobEvent) => meter.ended(job, outcome));
    this.#runtime?.measure(meter);
    return meter;
  }

  get #vitals(): Vitals {
    const seen = this.#runtime?.vitals ?? {
      phase: 'new',
      isBeating: true,
      isConnected: false,
      running: 0,
      slots: this.#options.concurrency,
      leasesLost: 0,
    };
    // A stop waits for a start that is under way.
    if (this.#stopping === undefined || seen.phase === 'stopped') return seen;
    return { ...seen, phase: 'stopping' };
  }
}
