import type { Chore, Shard } from '@linstock/core/internal';
import { driveOperation } from '@linstock/core/internal';

const PREFIX = 'operation:';

/** What a runner needs of the worker around it. */
export interface RunnerParts {
  readonly shard: Shard;
  /** How many cancelled jobs are kept. */
  readonly keep: number;
  readonly trouble: (error: unknown, what: string) => void;
}

/** Goes on with operations whose clients do not: each in a loop of its own, so that nothing else waits for them. */
export class OperationRunner {
  readonly #parts: RunnerParts;
  readonly #running = new Set<string>();
  readonly #stop = new AbortController();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** `due`: what the shard's timers call for. Shards hand an operation to one worker; when that one dies, to the next. */
  run(due: ReadonlySet<Chore>): void {
    for (const chore of due) {
      const id = chore.startsWith(PREFIX) ? chore.slice(PREFIX.length) : '';
      if (id !== '' && !this.#running.has(id) && !this.#stop.signal.aborted) void this.#drive(id);
    }
  }

  /** The operations go on elsewhere. May be called twice. */
  stop(): void {
    this.#stop.abort();
  }

  async #drive(id: string): Promise<void> {
    const { shard, keep, trouble } = this.#parts;
    const { signal } = this.#stop;
    this.#running.add(id);
    try {
      await driveOperation(shard.operations, id, { keep, signal });
    } catch (error) {
      // Its timer calls the next worker, or this one again.
      if (!signal.aborted) trouble(error, 'operation');
    } finally {
      this.#running.delete(id);
    }
  }
}
