import type { JobEvent } from './events.ts';

/** What a worker holds of a shard: claims, and their jobs until the outcome is settled. */

/** What the end of a job may free: nothing; a place of its queue's limit, when only its group ties it; or more. */
export type HeldTies = 'none' | 'group' | 'more';

/** A job that this worker claimed. */
export interface HeldJob {
  readonly id: string;
  /** Its record as it was claimed; empty once it has started, so that a long run does not keep it. */
  record: string;
  readonly claim: HeldClaim;
  /** Its place in the claim, for the table of what has not started. */
  readonly index: number;
  /** `waiting` to start, `running`, or `finished` with an outcome that has no answer yet, then `settled`. */
  state: 'waiting' | 'running' | 'finished' | 'settled';
  readonly isSuspect: boolean;
  /** It must run alone in its process. */
  readonly isLastChance: boolean;
  readonly ties: HeldTies;
  /** Its run, once it has started; for those who tell of it. */
  run: JobEvent | undefined;
}

/** A claim with jobs that are not settled. */
export interface HeldClaim {
  readonly shard: number;
  readonly worker: string;
  readonly number: number;
  /** The number as keys and tail lines have it. */
  readonly text: string;
  readonly jobs: HeldJob[];
  /** Jobs that are not settled. */
  open: number;
  /** Its block in the table of what has not started, and how many of it have neither started nor were released. */
  block: number;
  waiting: number;
  /** Successes that travel with the next call. */
  succeeded: SucceededJobs | undefined;
}

/** Successes of one claim in one call. */
export interface SucceededJobs {
  readonly claim: string;
  /** The most that ties one of them. */
  ties: HeldTies;
  readonly ids: string[];
  readonly lines: string[];
  readonly jobs: HeldJob[];
  /** Length of all lines. */
  characters: number;
}

/** Places in a record's mark. */
const PRIORITY = 4;
const CRASHES = 5;
const BLAMED = 6;
const SUSPECT_CRASHES = '2';
const LAST_CHANCE_BLAMED = '3';
const TIED_PRIORITY = '4';

const ONLY_GROUP = /^.{31}\n\S+ \{"ties":\{"group":\["[^"\\]*",\d+\]\}\}\n/;

function tiesOf(record: string): HeldTies {
  if (record.charAt(PRIORITY) < TIED_PRIORITY) return 'none';
  return ONLY_GROUP.test(record) ? 'group' : 'more';
}

/** Claim numbers have 12 digits: at 5,000 claims a second they last 6 years. */
export function claimText(number: number): string {
  return String(number).padStart(12, '0');
}

/** The claims of one shard. */
export class HeldJobs {
  readonly #claims = new Map<number, HeldClaim>();
  #suspects = 0;
  #lastChances = 0;

  /** Takes in the reply of a claim: id, record, id, record… */
  add(head: { shard: number; worker: string; number: number }, reply: readonly string[]): HeldClaim {
    const claim: HeldClaim = {
      ...head,
      text: claimText(head.number),
      jobs: [],
      open: reply.length / 2,
      block: -1,
      waiting: 0,
      succeeded: undefined,
    };
    for (let i = 0; i < reply.length; i += 2) {
      const record = reply[i + 1] ?? '';
      const isSuspect = record.charAt(CRASHES) >= SUSPECT_CRASHES;
      if (isSuspect) this.#suspects++;
      const isLastChance = isSuspect && record.charAt(BLAMED) >= LAST_CHANCE_BLAMED;
      if (isLastChance) this.#lastChances++;
      claim.jobs.push({
        id: reply[i] ?? '',
        record,
        claim,
        index: i / 2,
        state: 'waiting',
        isSuspect,
        isLastChance,
        ties: tiesOf(record),
        run: undefined,
      });
    }
    if (claim.open > 0) this.#claims.set(head.number, claim);
    return claim;
  }

  /** The job's outcome has an answer, or it was given back. */
  settle(job: HeldJob): void {
    if (job.state === 'settled') return;
    job.state = 'settled';
    // A claim of an identity that is over is not counted any more.
    if (this.#claims.get(job.claim.number) !== job.claim) return;
    if (job.isSuspect) this.#suspects--;
    if (job.isLastChance) this.#lastChances--;
    if (--job.claim.open === 0) this.#claims.delete(job.claim.number);
  }

  /** Whether a suspect is held: a worker takes one at a time. */
  get hasSuspect(): boolean {
    return this.#suspects > 0;
  }

  /** Whether a job is held that must run alone. */
  get hasLastChance(): boolean {
    return this.#lastChances > 0;
  }

  get isEmpty(): boolean {
    return this.#claims.size === 0;
  }

  find(claim: number, id: string): HeldJob | undefined {
    return this.#claims.get(claim)?.jobs.find((job) => job.id === id && job.state !== 'settled');
  }

  /** Every job that is not settled. */
  *all(): Iterable<HeldJob> {
    for (const claim of this.#claims.values())
      for (const job of claim.jobs) if (job.state !== 'settled') yield job;
  }

  /** What is held, as reconcile wants it. */
  list(): { claim: string; ids: string[] }[] {
    return [...this.#claims.values()].map(({ text, jobs }) => ({
      claim: text,
      ids: jobs.filter((job) => job.state !== 'settled').map((job) => job.id),
    }));
  }

  /** Forgets everything: the identity under which it was held is over. */
  clear(): void {
    this.#claims.clear();
    this.#suspects = 0;
    this.#lastChances = 0;
  }
}
