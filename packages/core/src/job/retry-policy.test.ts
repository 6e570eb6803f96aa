import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../errors.ts';
import { MAX_DURATION_MS } from '../duration.ts';
import { checkRetryPolicy, retryDelayMs } from './retry-policy.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 1000 });
const half = (): number => 0.5;

describe("Hangfire's formula: (n - 1)^4 + 15 + n * random(0…29) seconds", () => {
  test.each([
    [1, 15, 44],
    [2, 16, 74],
    [3, 31, 118],
    [10, 6576, 6866],
  ])('after attempt %i: %i to %i s', (n, least, most) => {
    expect(retryDelayMs('hangfire', n, () => 0)).toBe(least * 1000);
    expect(retryDelayMs('hangfire', n, () => 1 - Number.EPSILON)).toBe(most * 1000);
  });

  test('stays within its bounds, in whole seconds', () => {
    fc.assert(
      fc.property(attempt, random, (n, chance) => {
        const seconds = retryDelayMs('hangfire', n, () => chance) / 1000;
        const plain = (n - 1) ** 4 + 15;
        expect(Number.isInteger(seconds) && seconds >= plain && seconds <= plain + 29 * n).toBe(true);
      }),
    );
  });
});

describe('other policies', () => {
  test('a fixed delay is always the same', () => {
    expect([1, 2, 50].map((n) => retryDelayMs({ fixed: '5s' }, n, half))).toEqual([5000, 5000, 5000]);
  });

  test('an exponential delay doubles up to its maximum', () => {
    const policy = { exponential: '1s', max: '10s', jitter: 0 };
    expect([1, 2, 3, 4, 5, 60].map((n) => retryDelayMs(policy, n, half))).toEqual([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  test('jitter spreads an exponential delay on both sides, by a fifth unless said otherwise', () => {
    fc.assert(
      fc.property(attempt, random, (n, chance) => {
        const plain = retryDelayMs({ exponential: '1s', jitter: 0 }, n, half);
        const spread = retryDelayMs({ exponential: '1s' }, n, () => chance);
        expect(Math.abs(spread - plain)).toBeLessThanOrEqual(plain * 0.2 + 1);
      }),
    );
  });

  test('a list gives one delay per retry, and repeats its last', () => {
    expect([1, 2, 3, 4].map((n) => retryDelayMs([0, '1m', 5], n, half))).toEqual([0, 60_000, 5, 5]);
  });
});

describe('a policy is refused with the name of its option', () => {
  test.each([
    ['linear', 'retry'],
    [undefined, 'retry'],
    [null, 'retry'],
    [[], 'retry'],
    [Array.from({ length: 101 }, () => 1), 'retry'],
    [['1s', 'soon'], 'retry[1]'],
    [{}, 'retry'],
    [{ fixed: '1s', exponential: '1s' }, 'retry'],
    [{ fixed: -1 }, 'retry.fixed'],
    [{ exponential: 'x' }, 'retry.exponential'],
    [{ exponential: 1, max: MAX_DURATION_MS + 1 }, 'retry.max'],
    [{ exponential: 1, jitter: 2 }, 'retry.jitter'],
    [{ exponential: 1, jitter: Number.NaN }, 'retry.jitter'],
  ])('%j', (policy, option) => {
    const refuse = (): void => checkRetryPolicy(policy, 'retry');
    expect(refuse).toThrow(OptionError);
    expect(refuse).toThrow(expect.objectContaining({ fields: expect.objectContaining({ option }) }));
  });

  test('what is accepted can be calculated with', () => {
    fc.assert(
      fc.property(fc.anything(), attempt, (policy, n) => {
        try {
          checkRetryPolicy(policy, 'retry');
        } catch {
          return;
        }
        expect(Number.isFinite(retryDelayMs(policy, n, half))).toBe(true);
      }),
    );
  });
});
