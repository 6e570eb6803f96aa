import { LinstockError, OptionError } from '@linstock/core';
import { describe, expect, test } from 'vitest';
import { cancel, fail, HandlerOutcome, isHandlerOutcome, retryAfter, snooze } from './handler-outcome.ts';

describe('an outcome', () => {
  test.each([
    [retryAfter('30s', 'busy'), ['retry', 30_000, 'RETRY_AFTER', 'busy']],
    [retryAfter(5), ['retry', 5, 'RETRY_AFTER', 'the handler asked for another attempt']],
    [snooze('10m'), ['snooze', 600_000, 'SNOOZED', 'the handler put the job off']],
    [fail('no such invoice'), ['fail', 0, 'FAILED_BY_HANDLER', 'no such invoice']],
    [cancel('paid already'), ['cancel', 0, 'CANCELLED_BY_HANDLER', 'paid already']],
  ])('can be thrown, and says what it means: %s', (outcome, meaning) => {
    expect(outcome).toBeInstanceOf(LinstockError);
    expect(outcome.name).toBe('HandlerOutcome');
    expect([outcome.kind, outcome.delayMs, outcome.code, outcome.message]).toEqual(meaning);
  });

  test('made of an error has its message, and keeps it as its cause', () => {
    const error = new TypeError('not a number');
    expect(fail(error)).toMatchObject({ message: 'not a number', cause: error });
    expect(retryAfter('1s', error)).toMatchObject({ message: 'not a number', cause: error });
  });

  test('without a duration is refused with the name of the helper', () => {
    expect(() => retryAfter('soon')).toThrow(OptionError);
    expect(() => retryAfter('soon')).toThrow('retryAfter.delay: must be milliseconds');
    expect(() => snooze(-1)).toThrow('snooze.delay: must be milliseconds');
  });
});

describe('what is an outcome', () => {
  test('is known by what it is', () => {
    expect(
      [snooze('1s'), new Error('no'), { kind: 'snooze' }, null, undefined, 'snooze'].map(isHandlerOutcome),
    ).toEqual([true, false, false, false, false, false]);
  });

  test('is known across copies of this package', () => {
    const foreign = Object.assign(new Error('later'), { [Symbol.for('linstock.handlerOutcome')]: true });
    expect(foreign).not.toBeInstanceOf(HandlerOutcome);
    expect(isHandlerOutcome(foreign)).toBe(true);
  });
});
