import type { JobOptions } from '@linstock/core';
import { PayloadError } from '@linstock/core';
import { retryDelayMs } from '@linstock/core/internal';
import { clip, errorJson } from './error-json.ts';
import { ChildrenError } from './child-outcomes.ts';
import type { HandlerOutcome } from './handler-outcome.ts';
import { isHandlerOutcome } from './handler-outcome.ts';
import type { JobAbortError } from './job-context.ts';
import type { Advice } from './retry-function.ts';

/** Which outcome an error means. It decides, and does nothing. */

/** A run without a result. */
export interface Failure {
  /** What the handler threw, or the outcome that it returned. */
  readonly error: unknown;
  /** Why the run was told to stop, if it was. */
  readonly abortReason: JobAbortError | undefined;
  /** From 1. */
  readonly attempt: number;
  readonly options: JobOptions;
  /** Asks the handler's retry function. */
  readonly advise: (error: unknown) => Advice;
  /** How many children it asked for. */
  readonly children: number;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** What becomes of the job. */
export interface Settlement {
  readonly verb: 'retry' | 'defer' | 'suspend' | 'fail' | 'drop';
  /** Of its tail line. */
  readonly code: 'R' | 'D' | 'F' | 'C';
  readonly json: string;
  /** When it may run again, ms from now. */
  readonly delayMs: number;
  /** For the event that tells of it. */
  readonly error: unknown;
}

const MOST_REASON = 1000;

/** `release`: no attempt was made, the job goes back. `nothing`: a person has ended the job. */
export function settlementOf(failure: Failure): Settlement | 'release' | 'nothing' {
  const { error, abortReason } = failure;
  const code = abortReason?.code;
  if (code === 'JOB_CANCELLED') return 'nothing';
  if (code === 'JOB_TIMEOUT') return byError(abortReason, failure);
  const outcome = isHandlerOutcome(error) ? error : undefined;
  if (code === undefined) return outcome === undefined ? byError(error, failure) : bySaying(outcome, failure);
  // The lease is lost, or the worker stops, and an error may come of that. What ends or postpones the job is meant: whether
  // it counts, the fence decides.
  return outcome === undefined || outcome.kind === 'retry' ? 'release' : bySaying(outcome, failure);
}

function bySaying(outcome: HandlerOutcome, failure: Failure): Settlement {
  const error = outcome.cause ?? outcome;
  switch (outcome.kind) {
    case 'retry':
      return failure.attempt < failure.options.maxAttempts
        ? retry(error, outcome.delayMs)
        : exhausted(error, failure);
    case 'snooze': {
      const json = JSON.stringify({ reason: 'SNOOZED', why: clip(outcome.message, MOST_REASON) });
      return { verb: 'defer', code: 'D', json, delayMs: outcome.delayMs, error: outcome };
    }
    case 'await': {
      if (failure.children === 0) return byError(new ChildrenError('NO_CHILDREN'), failure);
      const json = JSON.stringify({ reason: 'AWAITS_CHILDREN', children: failure.children });
      return { verb: 'suspend', code: 'D', json, delayMs: 0, error: outcome };
    }
    case 'fail':
      return fail(error);
    case 'cancel': {
      const json = JSON.stringify({ by: 'handler', why: clip(outcome.message, MOST_REASON) });
      return { verb: 'drop', code: 'C', json, delayMs: 0, error: outcome };
    }
  }
}

function byError(error: unknown, failure: Failure): Settlement {
  // What is wrong with a result is wrong again at the next attempt, and the side effects have happened.
  if (error instanceof PayloadError && error.code.startsWith('RESULT_')) return fail(error);
  const advice = failure.advise(error);
  if (advice === 'fail') return fail(error);
  if (advice === 'cancel') return drop(error, { by: 'handler', why: 'its retry function said so' });
  const { attempt, options, random } = failure;
  if (attempt >= options.maxAttempts) return exhausted(error, failure);
  return retry(error, advice ?? delayOf(options.retry, attempt, random));
}

function exhausted(error: unknown, { options: { onExhausted, maxAttempts } }: Failure): Settlement {
  if (onExhausted !== 'cancel') return fail(error);
  return drop(error, { by: 'worker', why: `all its attempts have failed (${maxAttempts})` });
}

function retry(error: unknown, delayMs: number): Settlement {
  return { verb: 'retry', code: 'R', json: errorJson(error), delayMs, error };
}

function fail(error: unknown): Settlement {
  return { verb: 'fail', code: 'F', json: errorJson(error), delayMs: 0, error };
}

/** As a person's cancel tells it, and with the error. */
function drop(error: unknown, who: { by: string; why: string }): Settlement {
  const json = `${JSON.stringify(who).slice(0, -1)},${errorJson(error).slice(1)}`;
  return { verb: 'drop', code: 'C', json, delayMs: 0, error };
}

/** A policy that this version does not know comes from a newer producer, and must not end this process. */
function delayOf(policy: JobOptions['retry'], attempt: number, random: () => number): number {
  try {
    return retryDelayMs(policy, attempt, random);
  } catch {
    return retryDelayMs('hangfire', attempt, random);
  }
}
