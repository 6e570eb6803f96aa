/**
 * What ties a job to others. It stands in the header, where scripts read it: the one part of a record besides the mark that
 * they understand (docs/protocol.md §15).
 */

/** How long a lock is held: until the job starts, until it ends, or for a time, whatever becomes of the job. */
export type LockMode = 'started' | 'finished' | 'window';

/** What happens to a new job whose lock is held. */
export type LockPolicy = 'existing' | 'replace';

/** At most `most` jobs with this key run at one time. */
export type LimitTie = readonly [key: string, most: number];

/** At most `most` jobs with this key start in `perMs`: a bucket of `burst` tokens, or a window that slides (`"w"`). */
export type RateTie = readonly [key: string, most: number, perMs: number, burst: number | 'w'];

/** One job with this key at a time. `windowMs` counts for the mode `window`. */
export type LockTie = readonly [key: string, mode: LockMode, windowMs: number, policy: LockPolicy];

/**
 * It waits for this job, or batch, to end in one of these states, as letters: D succeeded, F failed, C cancelled; with `!` it
 * does not wait for a failed one to run again.
 */
export type ParentTie = readonly [id: string, states: string];

/** What ties a job to others. Absent: nothing does. */
export interface JobTies {
  readonly limits?: readonly LimitTie[];
  readonly rates?: readonly RateTie[];
  readonly locks?: readonly LockTie[];
  /** After so many ms from its creation it does not start any more. */
  readonly deadline?: number;
  /** It fails then, instead of being cancelled; or it is put off for as long again, when it waits for its turn. */
  readonly overdue?: 'fail' | 'later';
  readonly tags?: readonly string[];
  /** The group that it waits in, and the group's weight, 1 to 100. */
  readonly group?: readonly [name: string, weight: number];
  readonly parents?: readonly ParentTie[];
  /** The batch that it is a member of. */
  readonly batch?: string;
  /** How long it is kept after it has succeeded, and after it has failed or was cancelled, ms; -1: as all jobs. */
  readonly keep?: readonly [succeededMs: number, failedMs: number];
  /** Its input has places for results of its parents. */
  readonly results?: true;
}
