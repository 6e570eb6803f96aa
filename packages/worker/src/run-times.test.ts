import { expect, test } from 'vitest';
import { RunTimes } from './run-times.ts';

test('nothing is known until twenty runs have ended; runs that never began do not count', () => {
  const times = new RunTimes();
  for (let i = 0; i < 19; i++) times.ended(performance.now());
  times.ended(undefined);
  expect([times.finished, times.mostMs(false)]).toEqual([19, Infinity]);
  times.ended(performance.now());
  expect(times.finished).toBe(20);
  expect(times.mostMs(false)).toBeLessThan(50);
});

test('the longest of the last sixty-four counts', () => {
  const times = new RunTimes();
  times.ended(performance.now() - 500);
  for (let i = 0; i < 63; i++) times.ended(performance.now());
  expect(times.mostMs(false)).toBeGreaterThanOrEqual(500);
  times.ended(performance.now());
  expect(times.mostMs(false)).toBeLessThan(50);
});
