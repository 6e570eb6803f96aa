import { EventEmitter } from 'node:events';

/** What a worker tells of. Listeners must not throw; one that does is logged and left out of nothing. */
export interface WorkerEvents {
  /** Redis has the success. */
  succeeded: [job: JobEvent];
  /** Redis has the failure; the job is `failed`. */
  failed: [job: JobEvent, error: unknown];
  /** Redis has the failure; another attempt follows after `delayMs`. */
  retried: [job: JobEvent, error: unknown, delayMs: number];
  /** The job went back without using an attempt: no handler here, the worker stops, or it did not start in time. */
  returned: [job: JobEvent, why: 'deferred' | 'released'];
  /** An outcome was refused: the job is not this worker's any more. */
  lost: [job: JobEvent];
  /** A record could not be decoded; it is in quarantine with its bytes. */
  quarantined: [id: string];
  /** Jobs of a dead worker were taken back. */
  rescued: [worker: string, jobs: number];
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
