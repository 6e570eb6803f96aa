import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { LinstockError, OptionError, show } from './errors.ts';
import { wholeNumber } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { SteerVerb } from './store/worker-registry.ts';
import { WorkerRegistry } from './store/worker-registry.ts';

/** `WORKER_NOT_FOUND`: no worker of this name lives. Field: `id`. */
export class WorkerNotFoundError extends LinstockError {
  constructor(id: string) {
    super('WORKER_NOT_FOUND', `no worker ${show(id)} lives; monitor.workers() names those that do`, { id });
  }
}

const isIdentity = /^[\w-]{1,64}$/;
const isSlots = wholeNumber(1, 10_000);

/**
 * Steers workers from outside of their processes, by their ids of `monitor.workers()`. Each call resolves when Redis has it; the
 * worker hears it at once, at the latest at its next beat, and what it then is stands in `monitor.workers()`. A worker that
 * starts anew, or loses its lease, has another id, and what its program says holds again after a start.
 */
export class WorkerOrders {
  readonly #shards: () => Promise<readonly [Shard, ...Shard[]]>;

  constructor(host: { readonly shards: () => Promise<readonly [Shard, ...Shard[]]> }) {
    this.#shards = host.shards;
  }

  /** It claims nothing more; what runs goes on. @throws {WorkerNotFoundError} */
  quiet(id: string, options?: ChangeOptions): Promise<void> {
    return this.#steer(id, { verb: 'quiet' }, options);
  }

  /** It claims again. @throws {WorkerNotFoundError} */
  resume(id: string, options?: ChangeOptions): Promise<void> {
    return this.#steer(id, { verb: 'resume' }, options);
  }

  /** It stops as by `worker.stop()`. `linstock worker` ends then; another program hears `stopped`. @throws {WorkerNotFoundError} */
  stop(id: string, options?: ChangeOptions): Promise<void> {
    return this.#steer(id, { verb: 'stop' }, options);
  }

  /** How many jobs it runs at once, 1 to 10,000; with fewer than run now, those that run go on. @throws {WorkerNotFoundError} @throws {OptionError} */
  async setConcurrency(id: string, slots: number, options?: ChangeOptions): Promise<void> {
    const problem = isSlots(slots);
    if (problem !== undefined) throw new OptionError('concurrency', problem, slots);
    return this.#steer(id, { verb: 'concurrency', slots }, options);
  }

  // oxlint-disable-next-line max-params -- whom, what, and who says so
  async #steer(
    id: string,
    order: { readonly verb: SteerVerb; readonly slots?: number },
    options?: ChangeOptions,
  ): Promise<void> {
    const actor = actorOf(options, order.verb);
    if (typeof id !== 'string' || !isIdentity.test(id)) throw new WorkerNotFoundError(id);
    const [{ connection, prefix }] = await this.#shards();
    const answer = await new WorkerRegistry(connection, prefix).steer(id, order, actor);
    if (answer === 'GONE') throw new WorkerNotFoundError(id);
  }
}
