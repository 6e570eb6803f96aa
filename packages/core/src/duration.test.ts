import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DURATION_MS, toMs } from './duration.ts';
import { OptionError } from './errors.ts';

test.each([
  [0, 0],
  [1.4, 1],
  ['500ms', 500],
  ['30s', 30_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['3d', 259_200_000],
  ['2w', 1_209_600_000],
  ['3650d', MAX_DURATION_MS],
])('%j is %i ms', (duration, ms) => expect(toMs(duration, 'x')).toBe(ms));

test.each(['', '10', 's', '1 s', '-1s', '1e3s', '3651d', '1s!', '１s', ' 1s', '1s\n', '1ms1s1m1h1d1w1ms'])(
  '%j is no duration',
  (text) => {
    expect(() => toMs(text, 'lease')).toThrow(OptionError);
  },
);

test.each([-1, Number.NaN, Infinity, MAX_DURATION_MS + 1, null, {}, true])('%j is no duration', (value) => {
  expect(() => toMs(value as number, 'lease')).toThrow(/^lease: must be milliseconds/);
});

function outcomeOf(text: string): string {
  try {
    const ms = toMs(text, 'x');
    const isGood = Number.isInteger(ms) && ms >= 0 && ms <= MAX_DURATION_MS;
    return isGood ? 'whole and within bounds, or refused' : `${ms} ms`;
  } catch (error) {
    return error instanceof OptionError ? 'whole and within bounds, or refused' : String(error);
  }
}

describe('any text', () => {
  test('is a whole number of ms within bounds, or is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(outcomeOf(text)).toBe('whole and within bounds, or refused');
      }),
    );
  });

  test('however long, is answered at once', () => {
    const startedAt = performance.now();
    expect(() => toMs('1s'.repeat(500_000), 'x')).toThrow(OptionError);
    expect(() => toMs(`${'9'.repeat(1_000_000)}s`, 'x')).toThrow(OptionError);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
