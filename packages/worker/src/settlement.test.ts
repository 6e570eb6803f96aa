import type { JobOptions } from '@linstock/core';
import { PayloadError } from '@linstock/core';
import { describe, expect, test } from 'vitest';
import { cancel, fail, retryAfter, snooze } from './handler-outcome.ts';
import type { AbortCode } from './job-context.ts';
import { abortError } from './job-context.ts';
import type { Advice } from './retry-function.ts';
import type { Failure, Settlement } from './settlement.ts';
import { settlementOf } from './settlement.ts';

const OPTIONS: JobOptions = { maxAttempts: 3, retry: { fixed: 500 }, timeoutMs: 0, onExhausted: 'fail' };
const error = new TypeError('no');

interface About {
  readonly attempt?: number;
  readonly options?: Partial<JobOptions>;
  readonly abort?: AbortCode;
  readonly advice?: Advice;
  readonly children?: number;
}

function failure(thrown: unknown, about: About = {}): Failure {
  const { attempt = 1, options, abort, advice, children = 0 } = about;
  return {
    error: thrown,
    attempt,
    abortReason: abort === undefined ? undefined : abortError(abort, 'a job'),
    options: { ...OPTIONS, ...options },
    advise: () => advice,
    children,
    random: () => 0,
  };
}

/** What becomes of a job, with its JSON decoded. */
function settle(thrown: unknown, about?: About): Settlement & { json: Record<string, unknown> } {
  const settlement = settlementOf(failure(thrown, about));
  if (typeof settlement === 'string') throw new Error(settlement);
  return { ...settlement, json: JSON.parse(settlement.json) as Record<string, unknown> } as never;
}

const asError = { name: 'TypeError', message: 'no' };

describe('an error', () => {
  test('leads to the next attempt, after the delay of the policy of the job', () => {
    expect(settle(error)).toMatchObject({ verb: 'retry', code: 'R', delayMs: 500, json: asError, error });
  });

  test('of the last attempt fails the job, or cancels it where its options say so', () => {
    expect(settle(error, { attempt: 3 })).toMatchObject({ verb: 'fail', code: 'F', json: asError, error });
    expect(settle(error, { attempt: 3, options: { onExhausted: 'cancel' } })).toMatchObject({
      verb: 'drop',
      code: 'C',
      json: { by: 'worker', why: 'all its attempts have failed (3)', ...asError },
      error,
    });
  });

  test('about a result fails the job at once: it would be wrong again', () => {
    const wrong = new PayloadError('RESULT_INVALID', 'wrong', {});
    for (const onExhausted of ['fail', 'cancel'] as const)
      expect(settle(wrong, { options: { onExhausted }, advice: 5 })).toMatchObject({ verb: 'fail' });
  });

  test('of a policy that this version does not know waits as by default', () => {
    const retry = { fibonacci: 1 } as never;
    expect(settle(error, { options: { retry } })).toMatchObject({ verb: 'retry', delayMs: 15_000 });
  });
});

describe('the retry function', () => {
  test('says how long to wait', () =>
    expect(settle(error, { advice: 7 })).toMatchObject({ verb: 'retry', delayMs: 7 }));

  test('ends the job at once', () => {
    expect(settle(error, { advice: 'fail' })).toMatchObject({ verb: 'fail', json: asError });
    expect(settle(error, { advice: 'cancel' })).toMatchObject({
      verb: 'drop',
      json: { by: 'handler', why: 'its retry function said so', ...asError },
    });
  });

  test('gives no attempts beyond the last one, but may say how the job ends', () => {
    expect(settle(error, { advice: 7, attempt: 3 })).toMatchObject({ verb: 'fail' });
    expect(settle(error, { advice: 'cancel', attempt: 3 })).toMatchObject({ verb: 'drop' });
    const options = { onExhausted: 'cancel' } as const;
    expect(settle(error, { advice: 'fail', attempt: 3, options })).toMatchObject({ verb: 'fail' });
  });
});

describe('an outcome that the handler says', () => {
  test('retryAfter uses an attempt and has a delay of its own', () => {
    expect(settle(retryAfter('30s', error), { advice: 7 })).toMatchObject({
      verb: 'retry',
      delayMs: 30_000,
      json: asError,
      error,
    });
    expect(settle(retryAfter('30s', 'busy'))).toMatchObject({
      json: { name: 'HandlerOutcome', message: 'busy', code: 'RETRY_AFTER' },
    });
  });

  test('retryAfter of the last attempt ends the job as its options say', () => {
    expect(settle(retryAfter('30s'), { attempt: 3 })).toMatchObject({ verb: 'fail' });
    const options = { onExhausted: 'cancel' } as const;
    expect(settle(retryAfter('30s'), { attempt: 3, options })).toMatchObject({ verb: 'drop' });
  });

  test('snooze puts the job off, also at the last attempt', () => {
    const outcome = snooze('10m', 'closed');
    expect(settle(outcome, { attempt: 3 })).toEqual({
      verb: 'defer',
      code: 'D',
      delayMs: 600_000,
      json: { reason: 'SNOOZED', why: 'closed' },
      error: outcome,
    });
  });

  test('fail ends the job as failed, whatever is left and whatever its options say', () => {
    const options = { onExhausted: 'cancel' } as const;
    expect(settle(fail(error), { options, advice: 7 })).toMatchObject({ verb: 'fail', json: asError, error });
  });

  test('cancel ends the job as cancelled', () => {
    const outcome = cancel('paid');
    expect(settle(outcome)).toEqual({
      verb: 'drop',
      code: 'C',
      delayMs: 0,
      json: { by: 'handler', why: 'paid' },
      error: outcome,
    });
  });

  test('keeps the beginning of a long reason', () => {
    const { json } = settle(cancel('x'.repeat(5000)));
    expect(String(json['why']).length).toBeLessThan(1010);
  });
});

describe('a run that was told to stop', () => {
  test.each(['WORKER_STOPPING', 'LEASE_LOST'] as const)('by %s goes back, but for what is meant', (abort) => {
    expect(settlementOf(failure(error, { abort }))).toBe('release');
    expect(settlementOf(failure(retryAfter('1s'), { abort }))).toBe('release');
    expect(settle(snooze('1s'), { abort })).toMatchObject({ verb: 'defer' });
    expect(settle(fail('no'), { abort })).toMatchObject({ verb: 'fail' });
    expect(settle(cancel('no'), { abort })).toMatchObject({ verb: 'drop' });
  });

  test('because a person ended the job writes nothing, whatever the handler says', () => {
    for (const said of [error, snooze('1s'), fail('no'), cancel('no')])
      expect(settlementOf(failure(said, { abort: 'JOB_CANCELLED' }))).toBe('nothing');
  });

  test('because its time was up has failed by that, whatever the handler says', () => {
    for (const said of [error, snooze('1s'), fail('no')])
      expect(settle(said, { abort: 'JOB_TIMEOUT' })).toMatchObject({
        verb: 'retry',
        json: { code: 'JOB_TIMEOUT' },
      });
  });
});
