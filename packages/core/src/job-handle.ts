import type { Enqueued, EnqueueStatus } from './enqueuer.ts';

/** How long to wait for something. */
export interface WaitOptions {
  /** @default 30 s */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A job that was enqueued. */
export interface JobHandle<Result = unknown> {
  readonly id: string;
  /** Whether it was stored, or another job with its key stands for it: docs/flow-control.md. */
  readonly status: EnqueueStatus;
  /** Waits for the result. Throws `JOB_FAILED`, `JOB_CANCELLED`, `JOB_NOT_FOUND`, `TIMEOUT`. */
  result(options?: WaitOptions): Promise<Result>;
}

interface ResultSource {
  result(id: string, options?: WaitOptions): Promise<unknown>;
}

/** A handle of a job; a class, because many are made at once and a closure each costs more. */
export class StoredHandle<R> implements JobHandle<R> {
  readonly id: string;
  readonly status: EnqueueStatus;
  readonly #results: ResultSource;

  constructor({ id, status }: Enqueued, results: ResultSource) {
    this.id = id;
    this.status = status;
    this.#results = results;
  }

  result(options?: WaitOptions): Promise<R> {
    return this.#results.result(this.id, options) as Promise<R>;
  }
}
