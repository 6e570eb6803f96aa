import type { HeldJob, SucceededJobs } from './held-jobs.ts';

/** What became of a run, but for success. */
export type OtherVerb = 'retry' | 'defer' | 'fail' | 'release' | 'quarantine';

/** An outcome other than success. */
export interface OtherOutcome {
  readonly job: HeldJob;
  readonly verb: OtherVerb;
  /** The line for the job's tail; empty: none. */
  readonly line: string;
  readonly delayMs: number;
  /** For the event that tells of it. */
  readonly error: unknown;
}

/** Outcomes of one call. */
export interface OutcomeBatch {
  readonly succeeded: SucceededJobs[];
  readonly others: ReadonlyMap<OtherVerb, OtherOutcome[]>;
}

/** Outcomes of one shard that wait for the next call: they gather while calls are under way, and so batches form by themselves. */
export class OutcomeBuffer {
  #succeeded: SucceededJobs[] = [];
  #others = new Map<OtherVerb, OtherOutcome[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  succeed(job: HeldJob, line: string): void {
    const { claim } = job;
    let batch = claim.succeeded;
    if (batch === undefined) {
      batch = { claim: claim.text, ids: [], lines: [], jobs: [] };
      claim.succeeded = batch;
      this.#succeeded.push(batch);
    }
    batch.ids.push(job.id);
    batch.lines.push(line);
    batch.jobs.push(job);
    this.#size++;
  }

  add(outcome: OtherOutcome): void {
    const list = this.#others.get(outcome.verb);
    if (list === undefined) this.#others.set(outcome.verb, [outcome]);
    else list.push(outcome);
    this.#size++;
  }

  /** Empties the buffer. */
  take(): OutcomeBatch {
    const batch = { succeeded: this.#succeeded, others: this.#others };
    for (const { jobs } of this.#succeeded) for (const { claim } of jobs.slice(0, 1)) claim.succeeded = undefined;
    this.#succeeded = [];
    this.#others = new Map();
    this.#size = 0;
    return batch;
  }
}
