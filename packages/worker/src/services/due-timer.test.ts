import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DueTimer } from './due-timer.ts';

const START = 1_700_000_000_000;
let fired: number[];
let timer: DueTimer;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  fired = [];
  timer = new DueTimer(
    () => Date.now(),
    () => fired.push(Date.now() - START),
  );
});

afterEach(() => {
  timer.stop();
  vi.useRealTimers();
});

test('the timekeeper fires at the instant, never early', () => {
  timer.set(START + 1000, true);
  vi.advanceTimersByTime(1000);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(5);
  expect(fired).toEqual([1001]);
});

test('the others fire 50 to 100 ms later', () => {
  timer.set(START + 1000, false);
  vi.advanceTimersByTime(1049);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(60);
  expect(fired).toHaveLength(1);
});

test('it fires once', () => {
  timer.set(START + 10, true);
  vi.advanceTimersByTime(100_000);
  expect(fired).toHaveLength(1);
});

test('what was due in the past fires at once', () => {
  timer.set(START - 60_000, true);
  vi.advanceTimersByTime(1);
  expect(fired).toHaveLength(1);
});

test('an instant months ahead is waited for, although no timer is that long', () => {
  const days = 60 * 86_400_000;
  timer.set(START + days, true);
  vi.advanceTimersByTime(days);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(60_001);
  expect(fired).toEqual([days + 1]);
});

test('something due sooner advances it', () => {
  timer.set(START + 10_000, true);
  timer.advance(START + 100);
  vi.advanceTimersByTime(200);
  expect(fired).toEqual([101]);
});

test('something due later does not', () => {
  timer.set(START + 100, true);
  timer.advance(START + 5000);
  vi.advanceTimersByTime(200);
  expect(fired).toEqual([101]);
});

test('a reply that knows nothing of an earlier job does not postpone it', () => {
  timer.advance(START + 100);
  timer.set(START + 5000, true);
  timer.set(undefined, false);
  vi.advanceTimersByTime(200);
  expect(fired).toEqual([101]);
});

test('one who becomes the timekeeper fires exactly from then on', () => {
  timer.set(START + 1000, false);
  timer.set(START + 1000, true);
  vi.advanceTimersByTime(1001);
  expect(fired).toEqual([1001]);
});

test('after it fired, a later instant is accepted', () => {
  timer.set(START + 10, true);
  vi.advanceTimersByTime(20);
  timer.set(START + 1000, true);
  vi.advanceTimersByTime(1000);
  expect(fired).toEqual([11, 1001]);
});

test('nothing fires after stop', () => {
  timer.set(START + 10, true);
  timer.stop();
  vi.advanceTimersByTime(1000);
  expect([fired, vi.getTimerCount()]).toEqual([[], 0]);
});
