import type { Duration, RetryPolicy } from '@linstock/core';
import { checkOptions, retryDelayMs, toMs } from '@linstock/core/internal';
import { JobContext } from './job-context.ts';
import type { JobRun } from './job-run.ts';

/**
 * Decides about an attempt that failed, by its error: after how long the next one starts (a duration, or a policy such as
 * `{ exponential: '1s' }`), `'fail'` or `'cancel'` to end the job now, undefined to leave it to the job's own policy.
 * It answers at once, and is asked after the last attempt too: then a delay changes nothing. What it throws is logged, and
 * the job's own policy decides. Not asked about `retryAfter`, `snooze`, `fail`, `cancel`, nor about a result that cannot be
 * stored. An attempt whose time was up has a {@link JobAbortError} with the code `JOB_TIMEOUT`.
 */
export type RetryFunction<Scope = unknown> = (
  error: unknown,
  attempt: number,
  ctx: JobContext<Scope>,
  // oxlint-disable-next-line typescript/no-redundant-type-constituents -- a duration may be any text; the two words are for who reads this
) => Duration | RetryPolicy | 'fail' | 'cancel' | undefined;

/** What a worker should know of a handler beside its code. */
export interface HandleOptions<Scope = unknown> {
  /** Decides what an error means; without it the job's own retry policy does. */
  readonly retry?: RetryFunction<Scope>;
}

/** Checks {@link HandleOptions}. @throws {OptionError} */
export function checkHandleOptions(options: unknown): void {
  checkOptions(
    options,
    { retry: (value) => (typeof value === 'function' ? undefined : 'must be a function') },
    'handle',
  );
}

/** A delay in ms, an end, or undefined: the job's own policy decides. */
export type Advice = number | 'fail' | 'cancel' | undefined;

/** Asks a retry function. Never throws: a function that fails has no advice. */
export function adviceOf(retry: RetryFunction | undefined, error: unknown, run: JobRun): Advice {
  if (retry === undefined) return undefined;
  try {
    return decode(retry(error, run.attempt, run.context ?? new JobContext(run)), run.attempt);
  } catch (problem) {
    run.log.warn(
      { err: problem, jobId: run.id, name: run.name },
      "the retry function of a handler failed; the job's own policy decides",
    );
    return undefined;
  }
}

function decode(answer: ReturnType<RetryFunction>, attempt: number): Advice {
  if (answer === undefined || answer === 'fail' || answer === 'cancel') return answer;
  if (typeof answer === 'number' || (typeof answer === 'string' && answer !== 'hangfire'))
    return toMs(answer, 'retry');
  // Also refuses what is no policy, such as a promise.
  return toMs(retryDelayMs(answer, attempt, Math.random), 'retry');
}
