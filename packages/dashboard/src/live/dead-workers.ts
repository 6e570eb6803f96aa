import type { WorkerView } from '@linstock/core';
import { hostOf } from './workers.ts';

/** So long a worker is told of after its death, ms. */
const TOLD_MS = 600_000;
/** What is further apart tells nothing of how a worker has ended: it may have stopped in order. */
const NEAR_MS = 5000;
const MOST = 100;

/** A worker that has not stopped in order. */
export interface DeadWorker {
  readonly id: string;
  readonly host: string;
  /** When its lease ended, ms since 1970. */
  readonly diedAt: number;
}

/**
 * Which workers have died while somebody looked. A worker that stops takes its lease away before it ends; one whose lease ran out,
 * or that is gone (others have taken its jobs) after its lease would have run out, has died.
 */
export class DeadWorkers {
  readonly #dead = new Map<string, DeadWorker>();
  #seen: readonly WorkerView[] = [];
  #seenAt = 0;

  /** What is known after a look at all leases; `alive`: those that have not run out. */
  look(workers: readonly WorkerView[], alive: readonly WorkerView[], now: number): readonly DeadWorker[] {
    const here = new Set(workers.map(({ id }) => id));
    const gone = now - this.#seenAt < NEAR_MS ? this.#seen.filter(({ id }) => !here.has(id)) : [];
    const living = new Set(alive.map(({ id }) => id));
    const expired = workers.filter(({ id }) => !living.has(id));
    for (const worker of [...gone.filter(({ leaseExpiresAt }) => leaseExpiresAt <= now), ...expired])
      this.#dead.set(worker.id, describe(worker));
    for (const [id, { diedAt }] of this.#dead)
      if (now - diedAt > TOLD_MS || living.has(id) || this.#dead.size > MOST) this.#dead.delete(id);
    [this.#seen, this.#seenAt] = [alive, now];
    return [...this.#dead.values()];
  }
}

function describe(worker: WorkerView): DeadWorker {
  return { id: worker.id, host: hostOf(worker), diedAt: worker.leaseExpiresAt };
}
