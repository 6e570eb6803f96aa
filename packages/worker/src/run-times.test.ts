import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunTimes } from './run-times.ts';

// Time stands still: a run takes as long as it says, whatever else the machine does.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('nothing is known until twenty runs have ended; runs that never began do not count', () => {
  const times = new RunTimes();
  for (let i = 0; i < 19; i++) times.ended(undefined, performance.now());
  times.ended(undefined, undefined);
  expect([times.finished, times.mostMs(false)]).toEqual([19, Infinity]);
  times.ended(undefined, performance.now());
  expect(times.finished).toBe(20);
  expect(times.mostMs(false)).toBeLessThan(50);
});

test('the longest of the last sixty-four counts', () => {
  const times = new RunTimes();
  times.ended(undefined, performance.now() - 500);
  for (let i = 0; i < 63; i++) times.ended(undefined, performance.now());
  expect(times.mostMs(false)).toBeGreaterThanOrEqual(500);
  times.ended(undefined, performance.now());
  expect(times.mostMs(false)).toBeLessThan(50);
});
