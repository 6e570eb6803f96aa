import type { NewJob } from '@linstock/core/internal';
import type { HeldJob, SucceededJobs } from './held-jobs.ts';

/** What became of a run, but for success. */
export type OtherVerb = 'retry' | 'defer' | 'suspend' | 'fail' | 'drop' | 'release' | 'quarantine';

/** An outcome other than success. */
export interface OtherOutcome {
  readonly job: HeldJob;
  readonly verb: OtherVerb;
  /** The line for the job's tail; empty: none. */
  readonly line: string;
  readonly delayMs: number;
  /** For the event that tells of it. */
  readonly error: unknown;
  /** Why this worker put it off; only with `defer`, and not when its handler did. */
  readonly reason?: DeferReason;
  /** Only with `suspend`. */
  readonly suspension?: Suspension;
}

/** What is stored when a job begins to wait for its children. */
export interface Suspension {
  readonly children: readonly NewJob[];
  /** What becomes of the run when there is no room for them. */
  readonly refused: (error: unknown) => OtherOutcome;
}

/** Why a worker cannot run a job: it has no handler for it, or one that knows only older versions of it, or cannot read its input. */
export type DeferReason = 'NO_HANDLER' | 'NEWER_VERSION' | 'PAYLOAD_NOT_DECRYPTED' | 'PAYLOAD_CODEC_UNKNOWN';

/** Outcomes of one call. */
export interface OutcomeBatch {
  readonly succeeded: SucceededJobs[];
  readonly others: ReadonlyMap<OtherVerb, OtherOutcome[]>;
}

/** A call carries results of about this many characters; the rest waits for the next one, or it would never get through. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** The most jobs per other verb of one call; each has a line of up to 9 KB. */
const MOST_OTHERS = 500;
/** Those that wait for children have a call each, of up to 4 MiB. */
const MOST_SUSPENSIONS = 20;

/** Outcomes of one shard that wait for the next call: they gather while calls are under way, and so batches form by themselves. */
export class OutcomeBuffer {
  readonly #succeeded: SucceededJobs[] = [];
  readonly #others = new Map<OtherVerb, OtherOutcome[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  succeed(job: HeldJob, line: string): void {
    const { claim } = job;
    let batch = claim.succeeded;
    if (batch === undefined || batch.characters > MOST_CHARACTERS) {
      batch = { claim: claim.text, ties: 'none', ids: [], lines: [], jobs: [], characters: 0 };
      claim.succeeded = batch;
      this.#succeeded.push(batch);
    }
    if (batch.ties !== 'more' && job.ties !== 'none') batch.ties = job.ties;
    batch.ids.push(job.id);
    batch.lines.push(line);
    batch.jobs.push(job);
    batch.characters += line.length;
    this.#size++;
  }

  add(outcome: OtherOutcome): void {
    const list = this.#others.get(outcome.verb);
    if (list === undefined) this.#others.set(outcome.verb, [outcome]);
    else list.push(outcome);
    this.#size++;
  }

  /** Empties the buffer, as far as one call may carry it. */
  take(): OutcomeBatch {
    return { succeeded: this.#takeSucceeded(), others: this.#takeOthers() };
  }

  #takeSucceeded(): SucceededJobs[] {
    let [count, characters] = [0, 0];
    while (count < this.#succeeded.length && characters <= MOST_CHARACTERS)
      characters += this.#succeeded[count++]?.characters ?? 0;
    const taken = this.#succeeded.splice(0, count);
    for (const batch of taken) {
      this.#size -= batch.jobs.length;
      const claim = batch.jobs[0]?.claim;
      if (claim?.succeeded === batch) claim.succeeded = undefined;
    }
    return taken;
  }

  #takeOthers(): Map<OtherVerb, OtherOutcome[]> {
    const taken = new Map<OtherVerb, OtherOutcome[]>();
    for (const [verb, list] of this.#others) {
      // What is released goes to the front, call after call: so the last ones go first.
      const most = verb === 'suspend' ? MOST_SUSPENSIONS : MOST_OTHERS;
      const some = verb === 'release' ? list.splice(-most) : list.splice(0, most);
      taken.set(verb, some);
      this.#size -= some.length;
      if (list.length === 0) this.#others.delete(verb);
    }
    return taken;
  }
}
