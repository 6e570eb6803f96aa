import { EventEmitter } from 'node:events';
import type { HandlerOutcome } from './handler-outcome.ts';
import type { DeferReason } from './outcome-buffer.ts';

/**
 * What a worker tells of. Each run tells `started` and then one of its outcomes, or `lost`. Listeners must not throw; one
 * that does is logged and left out of nothing.
 */
export interface WorkerEvents {
  /** A run begins: its handler is called next. */
  started: [job: JobEvent];
  /** Redis has the success. */
  succeeded: [job: JobEvent];
  /** Redis has the failure; the job is `failed`. */
  failed: [job: JobEvent, error: unknown];
  /** Redis has the failure; another attempt follows after `delayMs`. */
  retried: [job: JobEvent, error: unknown, delayMs: number];
  /** The handler put the job off by `delayMs`; no attempt is used. The outcome's message says why. */
  snoozed: [job: JobEvent, outcome: HandlerOutcome, delayMs: number];
  /** The job waits for so many children that its handler enqueued; no attempt is used. */
  suspended: [job: JobEvent, children: number];
  /** This worker cannot run the job, and `reason` tells why; it waits `delayMs`, and no attempt is used. No handler was called. */
  deferred: [job: JobEvent, reason: DeferReason, delayMs: number];
  /**
   * The job is `cancelled`. `cause`: what the handler said (`HandlerOutcome`), its last error (`onExhausted`, a retry function),
   * or a `JobAbortError` when a person cancelled or deleted it while it ran (`lost`, when it ended before that was heard).
   */
  cancelled: [job: JobEvent, cause: unknown];
  /** The job went back to the front without using an attempt: the worker stops, or lost it. It may not have started. */
  released: [job: JobEvent];
  /** An outcome was refused: the job is not this worker's any more. */
  lost: [job: JobEvent];
  /** A record could not be decoded; it is in quarantine with its bytes. */
  quarantined: [id: string];
  /** Jobs of a dead worker were taken back. */
  rescued: [worker: string, jobs: number];
  /** The worker has stopped, whoever told it to. */
  stopped: [];
  /** Something failed that the worker lives with; it tries again. */
  error: [error: Error];
}

/** A job, for a listener. */
export interface JobEvent {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
}

/** Events of a worker, typed. */
export type WorkerEmitter = EventEmitter<WorkerEvents>;

/** An emitter whose `error` may go unheard. */
export function createEmitter(): WorkerEmitter {
  const emitter = new EventEmitter<WorkerEvents>();
  // Node ends the process on an "error" that nobody listens to; the log tells it already.
  emitter.on('error', () => {});
  return emitter;
}
