import { asRedisError, classifyError } from '@linstock/core/internal';
import type { Outcome } from '@linstock/core/internal';
import type { JobEvent, WorkerEmitter, WorkerEvents } from './events.ts';
import type { HeldJob } from './held-jobs.ts';
import type { Log } from './log.ts';
import type { OtherOutcome } from './outcome-buffer.ts';

/** Tells of what happens: events for programs, lines for people. */
export class Reporter {
  readonly #events: WorkerEmitter;
  readonly log: Log;
  readonly #troubles = new Map<string, number>();

  constructor(events: WorkerEmitter, log: Log) {
    this.#events = events;
    this.log = log;
  }

  succeeded(job: HeldJob, answer: Outcome): void {
    if (answer === 'LOST' || answer === 'GONE') return this.#lost(job);
    if (this.#events.listenerCount('succeeded') > 0) this.#emit('succeeded', eventOf(job));
  }

  settled({ job, verb, error, delayMs }: OtherOutcome, answer: Outcome): void {
    const about = eventOf(job);
    const fields = { jobId: about.id, name: about.name, attempt: about.attempt };
    if (answer === 'LOST' || (answer === 'GONE' && verb !== 'quarantine')) return this.#lost(job);
    switch (verb) {
      case 'retry':
        this.log.warn({ ...fields, err: error, delayMs }, 'attempt failed; the next one follows');
        return this.#emit('retried', about, error, delayMs);
      case 'fail':
        this.log.error({ ...fields, err: error }, 'job failed: no attempts are left');
        return this.#emit('failed', about, error);
      case 'defer':
        this.log.warn(fields, 'no handler for this job here; it waits for a worker that has one');
        return this.#emit('returned', about, 'deferred');
      case 'release':
        return this.#emit('returned', about, 'released');
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

function eventOf(job: HeldJob): JobEvent {
  return job.run ?? { id: job.id, name: '', attempt: 0 };
}
