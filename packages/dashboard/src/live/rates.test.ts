import type { History } from '@linstock/core';
import { describe, expect, test } from 'vitest';
import type { Rates } from './rates.ts';
import { RateMeter } from './rates.ts';

const AT = 1_700_000_000_000;
const MINUTE = 60_000;

/** What is told of each, an instant after `AT`, as `at succeeded/enqueued/failed`. */
const told = (rates: readonly Rates[]): string[] =>
  rates.map(
    ({ at, succeeded, enqueued, failed }) => `${(at - AT) / 1000} ${succeeded}/${enqueued}/${failed}`,
  );

/** A history by the minute, the last one that of `at`. */
function historyOf(at: number, ...succeeded: number[]): History {
  const first = Math.floor(at / MINUTE) - succeeded.length + 1;
  const nothing = { enqueued: 0, scheduled: 0, retried: 0, failed: 0, cancelled: 0 };
  const times = { wait: undefined, run: undefined };
  const points = succeeded.map((n, i) => ({
    ...nothing,
    ...times,
    at: (first + i) * MINUTE,
    succeeded: n,
  }));
  return { stepMs: MINUTE, points, total: { ...nothing, ...times, succeeded: 0 } };
}

describe('what happened in the last minutes', () => {
  test('is told second by second, from two looks on', () => {
    const meter = new RateMeter();
    expect(told(meter.look({ succeeded: 10, enqueued: 5 }, AT, undefined))).toEqual([]);
    meter.look({ succeeded: 12, enqueued: 5, scheduled: 3, failed: 1 }, AT + 1000, undefined);
    const rates = meter.look(
      { succeeded: 12, enqueued: 6, scheduled: 3, failed: 1, retried: 4 },
      AT + 3000,
      undefined,
    );
    expect(told(rates)).toEqual(['1 2/3/1', '3 0/0.5/2']);
  });

  test('is an average where nobody looked for a while, from its beginning to its end', () => {
    const meter = new RateMeter();
    for (const second of [0, 1]) meter.look({ succeeded: second }, AT + 1000 * second, undefined);
    const rates = meter.look({ succeeded: 201 }, AT + 101_000, undefined);
    expect(told(rates)).toEqual(['1 1/0/0', '2 2/0/0', '101 2/0/0']);
  });

  test('is kept for three minutes, and begins where the chart does', () => {
    const meter = new RateMeter();
    let rates: readonly Rates[] = [];
    for (let second = 0; second <= 400; second += 2)
      rates = meter.look({ succeeded: second }, AT + 1000 * second, undefined);
    expect(told(rates).at(0)).toBe('220 1/0/0');
    expect(told(rates).at(-1)).toBe('400 1/0/0');
  });

  test('is what the history has, where nobody looked at all', () => {
    const begin = Math.floor(AT / MINUTE) * MINUTE;
    const at = begin + 3 * MINUTE + 30_000;
    const rates = new RateMeter().look({ succeeded: 9 }, at, historyOf(at, 60, 120, 90, 90));
    expect(rates.map(({ at: when, succeeded }) => [when - begin, succeeded])).toEqual([
      [1000, 1],
      [MINUTE, 1],
      [MINUTE + 1000, 2],
      [2 * MINUTE, 2],
      // A minute and a half: what is newest is not in the history yet, and would be missed in half a minute.
      [2 * MINUTE + 1000, 2],
      [3 * MINUTE + 30_000, 2],
    ]);
  });

  test('is forgotten after three minutes without a look, and where the clock was put back', () => {
    const meter = new RateMeter();
    for (const second of [0, 1]) meter.look({ succeeded: second }, AT + 1000 * second, undefined);
    expect(told(meter.look({ succeeded: 500 }, AT + 182_000, undefined))).toEqual([]);
    expect(told(meter.look({ succeeded: 501 }, AT + 183_000, undefined))).toEqual(['183 1/0/0']);
    expect(told(meter.look({ succeeded: 502 }, AT, undefined))).toEqual([]);
  });

  test('is never less than nothing, and no more for being read twice', () => {
    const meter = new RateMeter();
    meter.look({ succeeded: 500 }, AT, undefined);
    const rates = meter.look({ succeeded: 3 }, AT + 1000, undefined);
    expect(told(rates)).toEqual(['1 0/0/0']);
    expect(meter.look({ succeeded: 3 }, AT + 1000, undefined)).toEqual(rates);
  });
});
