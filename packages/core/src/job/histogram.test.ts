import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram, spreadOf, stepOf } from './histogram.ts';

function spreadOfAll(times: readonly number[]): ReturnType<typeof spreadOf> {
  const histogram = new Histogram();
  for (const ms of times) histogram.add(ms);
  return spreadOf(Object.fromEntries(histogram.take()));
}

/** The nearest rank. */
function exact(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(part * times.length) - 1] ?? 0;
}

describe('a percentile of counted times', () => {
  const times = fc.array(fc.double({ min: 0.125, max: 3e8, noNaN: true }), { minLength: 1, maxLength: 200 });

  test('is off by at most a tenth, from an eighth of a millisecond to days', () => {
    fc.assert(
      fc.property(times, (list) => {
        const spread = spreadOfAll(list);
        for (const [part, found] of [
          [0.5, spread?.p50],
          [0.95, spread?.p95],
          [0.99, spread?.p99],
        ] as const) {
          const error = (found ?? 0) / exact(list, part);
          expect(error).toBeGreaterThan(0.9);
          expect(error).toBeLessThan(1.1);
        }
      }),
    );
  });

  test('of nothing is not there', () => {
    expect(spreadOf({})).toBeUndefined();
  });
});

test('a time that is no length falls into the first step, one of years into the last', () => {
  expect([-5, 0, Number.NaN, 0.1].map(stepOf)).toEqual([0, 0, 0, 0]);
  expect(stepOf(1e15)).toBe(127);
  expect(stepOf(Infinity)).toBe(127);
});

test('what was taken is counted no more', () => {
  const histogram = new Histogram();
  histogram.add(1);
  expect([...histogram.take().values()]).toEqual([1]);
  expect([...histogram.take()]).toEqual([]);
});
