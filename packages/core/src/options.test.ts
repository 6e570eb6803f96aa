import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from './errors.ts';
import {
  checkOptions,
  closest,
  jobName,
  namespaceName,
  oneOf,
  queueName,
  shortText,
  wholeNumber,
  yesOrNo,
} from './options.ts';

const RULES = {
  queue: queueName,
  priority: oneOf(['high', 'low']),
  maxAttempts: wholeNumber(1, 10),
  force: yesOrNo,
};
const check = (options: unknown) => () => checkOptions(options, RULES, 'enqueue');

describe('unknown options are refused', () => {
  test('with the word that was meant', () => {
    expect(check({ maxAttempt: 1 })).toThrow(
      'enqueue.maxAttempt: is no option; did you mean "maxAttempts"?; got 1',
    );
  });

  test('with all there are, when none is near', () => {
    expect(check({ zzzzzz: 1 })).toThrow('is no option; there are queue, priority, maxAttempts, force');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'also the hostile key %j',
    (key) => {
      const options: unknown = JSON.parse(`{${JSON.stringify(key)}:{"polluted":true}}`);
      expect(check(options)).toThrow(OptionError);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );
});

test.each([[null], [[]], ['queue'], [3], [true]])('%j are no options', (options) => {
  expect(check(options)).toThrow('enqueue: must be an object of options');
});

test('undefined counts as absent, as options and as a value', () => {
  expect(check(undefined)).not.toThrow();
  expect(check({ queue: undefined, priority: undefined })).not.toThrow();
});

test('a wrong value is refused with its name, its rule and itself', () => {
  expect(check({ maxAttempts: 11 })).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: 'enqueue.maxAttempts: must be a whole number from 1 to 10; got 11',
      fields: { option: 'enqueue.maxAttempts', rule: 'must be a whole number from 1 to 10', value: 11 },
    }),
  );
});

test.each([
  [
    queueName,
    ['mail', 'a', 'A.b-c_9', 'x'.repeat(128)],
    ['', '-a', '.a', 'a b', 'a:b', 'a/b', 'a{b}', 'ä', 'x'.repeat(129), 'a\n', '#000', 3],
  ],
  [jobName, ['mail.send', 'a:b/c'], ['', ':a', 'a b', 'a{', 'a\n', null]],
  [namespaceName, ['ls', 'x'.repeat(32)], ['', 'x'.repeat(33), 'a:b', 'a{b', 'a}b', '*']],
  [shortText(5), ['a b', 'ä€'], ['', 'abcdef', 'a\nb', 'a\u2028', '\u007f', 5]],
  [wholeNumber(1, 3), [1, 3], [0, 4, 1.5, Number.NaN, Infinity, '1', null]],
  [yesOrNo, [true, false], [0, 1, 'true', null]],
] as const)('rule %#', (rule, good, bad) => {
  expect(good.map((value) => rule(value))).toEqual(good.map(() => undefined));
  expect(bad.filter((value) => rule(value) === undefined)).toEqual([]);
});

describe('the closest word', () => {
  test('is found through one mistake', () => {
    fc.assert(
      fc.property(fc.constantFrom('queue', 'priority', 'maxAttempts'), fc.nat(20), (word, at) => {
        const cut = at % word.length;
        expect(closest(word.slice(0, cut) + word.slice(cut + 1), ['queue', 'priority', 'maxAttempts'])).toBe(
          word,
        );
      }),
    );
  });

  test('does not depend on capitals', () => expect(closest('QUEUE', ['queue'])).toBe('queue'));

  test('is answered at once for a long word', () =>
    expect(closest('q'.repeat(1_000_000), ['queue'])).toBeUndefined());
});
