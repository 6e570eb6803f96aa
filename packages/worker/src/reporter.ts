import { asRedisError, classifyError } from '@linstock/core/internal';
import type { Outcome } from '@linstock/core/internal';
import type { JobEvent, WorkerEmitter, WorkerEvents } from './events.ts';
import { isHandlerOutcome } from './handler-outcome.ts';
import type { HeldJob } from './held-jobs.ts';
import { JobAbortError } from './job-context.ts';
import type { Log } from './log.ts';
import type { DeferReason, OtherOutcome } from './outcome-buffer.ts';

const DEFERRED: Readonly<Record<DeferReason, string>> = {
  NO_HANDLER: 'no handler for this job here; it waits for a worker that has one',
  NEWER_VERSION: 'the job is of a newer version than its handler here; it waits for a worker that knows it',
  PAYLOAD_NOT_DECRYPTED:
    'the input of the job cannot be decrypted here; it waits for a worker that has the key',
  PAYLOAD_CODEC_UNKNOWN:
    'the input of the job was encoded by a newer version; it waits for a worker that knows it',
};

/** Tells of what happens: events for programs, lines for people. */
export class Reporter {
  readonly #events: WorkerEmitter;
  readonly log: Log;
  readonly #troubles = new Map<string, number>();

  constructor(events: WorkerEmitter, log: Log) {
    this.#events = events;
    this.log = log;
  }

  started(job: HeldJob): void {
    if (this.#events.listenerCount('started') > 0) this.#emit('started', eventOf(job));
  }

  succeeded(job: HeldJob, answer: Outcome): void {
    if (answer === 'LOST' || answer === 'GONE') return this.#lost(job);
    if (this.#events.listenerCount('succeeded') > 0) this.#emit('succeeded', eventOf(job));
  }

  settled(outcome: OtherOutcome, answer: Outcome): void {
    const { job, verb, error, delayMs } = outcome;
    if (answer === 'LOST' || (answer === 'GONE' && verb !== 'quarantine'))
      return isEndedByPerson(error) ? this.#cancelled(job, error) : this.#lost(job);
    const about = eventOf(job);
    const fields = { jobId: about.id, name: about.name, attempt: about.attempt };
    switch (verb) {
      case 'retry':
        this.log.warn({ ...fields, err: error, delayMs }, 'attempt failed; the next one follows');
        return this.#emit('retried', about, error, delayMs);
      case 'fail':
        this.log.error({ ...fields, err: error }, 'job failed: no attempts are left');
        return this.#emit('failed', about, error);
      case 'defer':
        return this.#deferred(outcome);
      case 'suspend': {
        const children = outcome.suspension?.children.length ?? 0;
        this.log.info({ ...fields, children }, 'the job waits for its children');
        return this.#emit('suspended', about, children);
      }
      case 'drop':
        return this.#cancelled(job, error);
      case 'release':
        return this.#emit('released', about);
      case 'quarantine':
        this.log.error({ jobId: job.id }, 'the record of a job is damaged; it is in quarantine');
        return this.#emit('quarantined', job.id);
    }
  }

  /** The lease was lost, or Redis has the job elsewhere. */
  refused(job: HeldJob): void {
    this.#lost(job);
  }

  rescued(worker: string, jobs: number): void {
    this.log.warn({ worker, jobs }, 'took back the jobs of a dead worker');
    this.#emit('rescued', worker, jobs);
  }

  stopped(): void {
    this.#emit('stopped');
  }

  /** Something failed that the worker lives with. The same trouble is logged once in ten seconds. */
  trouble(error: unknown, what: string): void {
    const now = performance.now();
    const known = error instanceof Error ? error : new Error(String(error));
    if (now - (this.#troubles.get(what) ?? -Infinity) > 10_000) {
      this.#troubles.set(what, now);
      this.log.warn(
        { err: known, what, kind: classifyError(known) },
        'trouble with Redis; the worker tries again',
      );
    }
    this.#emit('error', asRedisError(known));
  }

  #deferred({ job, error, reason, delayMs }: OtherOutcome): void {
    const about = eventOf(job);
    const fields = { jobId: about.id, name: about.name, delayMs };
    if (isHandlerOutcome(error)) {
      this.log.info({ ...fields, why: error.message }, 'the handler put the job off');
      return this.#emit('snoozed', about, error, delayMs);
    }
    const why = reason ?? 'NO_HANDLER';
    this.log.warn(error === undefined ? fields : { ...fields, err: error }, DEFERRED[why]);
    return this.#emit('deferred', about, why, delayMs);
  }

  #cancelled(job: HeldJob, cause: unknown): void {
    const about = eventOf(job);
    this.log.info({ jobId: about.id, name: about.name, attempt: about.attempt, err: cause }, 'job cancelled');
    this.#emit('cancelled', about, cause);
  }

  #lost(job: HeldJob): void {
    const about = eventOf(job);
    this.log.warn(
      { jobId: about.id, name: about.name },
      'outcome refused: the job is not held by this worker any more',
    );
    this.#emit('lost', about);
  }

  #emit<K extends keyof WorkerEvents>(event: K, ...args: WorkerEvents[K]): void {
    try {
      // The emitter's own types cannot follow a type parameter.
      (this.#events.emit as (event: string, ...args: unknown[]) => boolean).call(
        this.#events,
        event,
        ...args,
      );
    } catch (error) {
      this.log.error({ err: error, event }, 'a listener of the worker threw');
    }
  }
}

function isEndedByPerson(error: unknown): boolean {
  return error instanceof JobAbortError && error.code === 'JOB_CANCELLED';
}

function eventOf(job: HeldJob): JobEvent {
  return job.run ?? { id: job.id, name: '', attempt: 0 };
}
