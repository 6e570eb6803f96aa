import type { AheadTable } from './ahead-table.ts';
import type { HeldClaim, HeldJob } from './held-jobs.ts';

/**
 * Jobs that were claimed and wait for a slot, first come first served. Each also stands in the table that the heartbeat
 * thread sees, which may take it away until it starts.
 */
export class Intake {
  readonly #table: AheadTable;
  readonly #gone: (job: HeldJob) => void;
  #queue: HeldJob[] = [];
  #head = 0;
  #waiting = 0;

  /** `gone` hears of jobs that the thread has taken away. */
  constructor(table: AheadTable, gone: (job: HeldJob) => void) {
    this.#table = table;
    this.#gone = gone;
  }

  /** How many jobs wait. */
  get size(): number {
    return this.#waiting;
  }

  /** Whether another claim can be put in. */
  get hasRoom(): boolean {
    return this.#table.hasRoom;
  }

  add(claim: HeldClaim): void {
    claim.block = this.#table.put({
      shard: claim.shard,
      claim: claim.number,
      ids: claim.jobs.map((job) => job.id),
    });
    claim.waiting = claim.jobs.length;
    this.#waiting += claim.jobs.length;
    for (const job of claim.jobs) this.#queue.push(job);
  }

  /** The next job, which now belongs to the caller alone. */
  next(): HeldJob | undefined {
    while (this.#head < this.#queue.length) {
      const job = this.#queue[this.#head++];
      if (this.#head === this.#queue.length) [this.#queue, this.#head] = [[], 0];
      if (job === undefined || job.state !== 'waiting') continue;
      const mine = this.#table.start(job.claim.block, job.index);
      this.#leave(job);
      if (mine) return job;
      this.#gone(job);
    }
    return undefined;
  }

  /** The thread took it away, or it may not start any more. */
  drop(job: HeldJob): void {
    if (job.state !== 'waiting') return;
    // Its cell must not look like a waiting one when the block is used again.
    this.#table.start(job.claim.block, job.index);
    this.#leave(job);
    this.#gone(job);
  }

  #leave({ claim }: HeldJob): void {
    this.#waiting--;
    if (--claim.waiting === 0) this.#table.free(claim.block);
  }
}
