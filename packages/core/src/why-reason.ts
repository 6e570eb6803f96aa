import type { JobErrorView } from './store/job-reader.ts';
import type { LimitHolder } from './store/why-blocks.ts';
import type { PendingParent } from './store/why-parents.ts';

/** What moved a job to a later time. A reason that a newer version wrote is given as it is. */
export type DelayCause =
  | 'DELAY'
  | 'DEBOUNCE'
  | 'RETRY'
  | 'RESCHEDULED'
  | 'SNOOZED'
  | 'NO_HANDLER'
  | 'NEWER_VERSION'
  | 'PAYLOAD_NOT_DECRYPTED'
  | 'PAYLOAD_CODEC_UNKNOWN'
  | (string & {});

interface Said {
  /** For a person; one sentence or two. */
  readonly message: string;
}

interface PausedBy {
  /** Undefined where it was not written down. */
  readonly by: string | undefined;
  readonly why: string | undefined;
  readonly at: number | undefined;
}

interface FullLimit {
  /** How many may run at one time, by the options of the job that waits. */
  readonly limit: number;
  /** How many do, or will as soon as a slot takes them. */
  readonly running: number;
  /** At most 10 of them. */
  readonly holders: readonly LimitHolder[];
}

/**
 * What is wrong with a job of which nothing tells why it does not run: a key that belongs to it holds something else
 * (`UNREADABLE`); it is set apart and in no list of what blocks jobs (`LOST`), or so far back that nobody looked (`TOO_DEEP`);
 * it is enqueued and in no list of its queue (`UNLISTED`); its worker does not hold it (`NOT_HELD`).
 */
export type UnknownCause = 'NOTHING' | 'UNREADABLE' | 'LOST' | 'TOO_DEEP' | 'UNLISTED' | 'NOT_HELD';

/** Who ended a cancelled job. */
export type CancelCause = 'person' | 'handler' | 'worker' | 'PARENT_ENDED' | 'EXPIRED' | 'unknown';

/**
 * Why a job is not running, or that it is, or has ended. `code` tells which; docs/why.md tells what to do. Instants are ms
 * since 1970, by the clock of Redis unless a field says otherwise. Undefined: Redis does not know it.
 */
export type WhyReason =
  /** There is no record: the id is wrong, somebody deleted it, or retention removed it. */
  | (Said & { readonly code: 'NOT_FOUND' })
  /** Its record cannot be read, and is set aside or will be. */
  | (Said & { readonly code: 'DAMAGED'; readonly quarantinedAt: number | undefined })
  | (Said & { readonly code: 'SUCCEEDED'; readonly endedAt: number; readonly worker: string | undefined })
  /** `isPoison`: the workers that ran it died with it too often. */
  | (Said & {
      readonly code: 'FAILED';
      readonly endedAt: number;
      readonly attempt: number;
      readonly error: JobErrorView | undefined;
      readonly isPoison: boolean;
    })
  /** `parent`: the job whose end made it impossible (`PARENT_ENDED`). */
  | (Said & {
      readonly code: 'CANCELLED';
      readonly endedAt: number;
      readonly cause: CancelCause;
      readonly by: string | undefined;
      readonly why: string | undefined;
      readonly parent: string | undefined;
    })
  /**
   * A worker has it. When it took it is not stored: it was after `claimedAfter`, the last thing that is known of the job before.
   * `startedAt`: when its attempt began; undefined: its worker has not told yet. `leaseEndedAt`: when the lease of a worker ended
   * that is not alive; undefined: it is alive, or its lease is gone.
   */
  | (Said & {
      readonly code: 'RUNNING';
      readonly worker: string;
      readonly host: string | undefined;
      readonly pid: number | undefined;
      readonly attempt: number;
      readonly claimedAfter: number;
      readonly startedAt: number | undefined;
      readonly isWorkerAlive: boolean;
      readonly leaseEndedAt: number | undefined;
    })
  /** `isOverdue`: its time has come, and no worker has moved it to its queue yet. */
  | (Said & {
      readonly code: 'SCHEDULED';
      readonly dueAt: number | undefined;
      readonly isOverdue: boolean;
      readonly because: DelayCause;
      readonly error: JobErrorView | undefined;
      readonly why: string | undefined;
    })
  /** `isDraft`: the batch that it belongs to is not complete. `inMs`: how long it waits after its parents. */
  | (Said & {
      readonly code: 'AWAITING_PARENTS';
      readonly parents: readonly PendingParent[];
      readonly isDraft: boolean;
      readonly inMs: number | undefined;
    })
  /** It will be cancelled. `deadlineAt` undefined: it passed while the job ran. */
  | (Said & { readonly code: 'DEADLINE_PASSED'; readonly deadlineAt: number | undefined })
  | (Said & PausedBy & { readonly code: 'EVERYTHING_PAUSED' })
  | (Said & PausedBy & { readonly code: 'QUEUE_PAUSED'; readonly queue: string })
  | (Said & PausedBy & { readonly code: 'NAME_PAUSED'; readonly name: string })
  /** A handler has let the queue rest (`ctx.rateLimit`). */
  | (Said & { readonly code: 'QUEUE_RESTS'; readonly queue: string; readonly until: number })
  /** No live worker takes its queue. `undescribed`: live workers of which nobody knows what they take. */
  | (Said & {
      readonly code: 'NO_WORKER';
      readonly queue: string;
      readonly workers: number;
      readonly undescribed: number;
    })
  /** Workers take its queue, and none of them has a handler for its name. `elsewhere`: live workers of other queues that have one. */
  | (Said & {
      readonly code: 'NO_HANDLER';
      readonly queue: string;
      readonly name: string;
      readonly workers: number;
      readonly undescribed: number;
      readonly elsewhere: number;
    })
  | (Said & FullLimit & { readonly code: 'QUEUE_LIMIT'; readonly queue: string })
  | (Said & { readonly code: 'QUEUE_RATE'; readonly queue: string; readonly startsAt: number })
  /** `position`: its place among those that wait for this limit, from 1; undefined: it does not wait there yet. */
  | (Said &
      FullLimit & { readonly code: 'LIMIT'; readonly key: string; readonly position: number | undefined })
  /** `startsAt`: when the next job with this key may start. */
  | (Said & {
      readonly code: 'RATE';
      readonly key: string;
      readonly startsAt: number;
      readonly position: number | undefined;
    })
  /** It was set apart for something that has room again, and goes back to its queue soon. */
  | (Said & {
      readonly code: 'BLOCKED';
      readonly by: 'limit' | 'rate' | 'name';
      readonly key: string;
      readonly position: number | undefined;
    })
  /** Workers died with it twice or more: a worker takes one such job at a time; `runsAlone`: only when it holds nothing else. */
  | (Said & {
      readonly code: 'SUSPECT';
      readonly crashes: number;
      readonly runsAlone: boolean;
      /** The worker that empties itself for such a job. */
      readonly reservedBy: string | undefined;
      readonly position: number | undefined;
    })
  /**
   * Nothing holds it back but those before it. `position`: in its list, from 1; it counts entries that no longer count, so it
   * is at most this; undefined: beyond the 10,000 that were looked at from each end. `urgent`: jobs of its queue with a higher
   * priority. `busy`: undefined when a worker has not told its load yet.
   */
  | (Said & {
      readonly code: 'WAITS_FOR_SLOT';
      readonly position: number | undefined;
      readonly waiting: number;
      readonly urgent: number;
      readonly group: string | undefined;
      readonly slots: number;
      readonly busy: number | undefined;
      readonly workers: number;
    })
  /** What Redis holds explains nothing. `detail`: of `UNREADABLE` what is wrong, of `NOT_HELD` the worker. */
  | (Said & {
      readonly code: 'UNKNOWN';
      readonly because: UnknownCause;
      readonly detail: string | undefined;
    });

/** The code of a {@link WhyReason}. */
export type WhyCode = WhyReason['code'];
