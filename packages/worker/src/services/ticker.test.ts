import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ticker } from './ticker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function counting(): { ticker: Ticker; times: number[] } {
  const times: number[] = [];
  const ticker = new Ticker(
    100,
    () => void times.push(Date.now()),
    () => undefined,
  );
  return { ticker, times };
}

test('it ticks about as often as it was told, with jitter', async () => {
  const { ticker, times } = counting();
  ticker.start();
  await vi.advanceTimersByTimeAsync(10_000);
  ticker.stop();
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(80);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(121);
  expect(new Set(gaps).size).toBeGreaterThan(5);
});

test('a tick that fails is told, and does not end it', async () => {
  const failures: unknown[] = [];
  let ticks = 0;
  const fail = (): Promise<void> => (++ticks % 2 === 0 ? Promise.reject(new Error('no')) : Promise.resolve());
  const ticker = new Ticker(100, fail, (error) => failures.push(error));
  ticker.start();
  await vi.advanceTimersByTimeAsync(1000);
  ticker.stop();
  expect(ticks).toBeGreaterThan(6);
  expect(failures.length).toBe(Math.floor(ticks / 2));
});

test('a tick that throws at once is told too', async () => {
  const failures: unknown[] = [];
  const broken = (): void => {
    throw new Error('no');
  };
  const ticker = new Ticker(100, broken, (error) => failures.push(error));
  ticker.start();
  await vi.advanceTimersByTimeAsync(500);
  ticker.stop();
  expect(failures.length).toBeGreaterThan(2);
});

test('the next tick waits for the one before', async () => {
  let running = 0;
  let most = 0;
  const slow = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    running--;
  };
  const ticker = new Ticker(10, slow, () => undefined);
  ticker.start();
  await vi.advanceTimersByTimeAsync(5000);
  ticker.stop();
  await vi.advanceTimersByTimeAsync(2000);
  expect([most, vi.getTimerCount()]).toEqual([1, 0]);
});

test('start and stop may be called twice, in any order', async () => {
  const { ticker, times } = counting();
  ticker.stop();
  ticker.start();
  ticker.start();
  await vi.advanceTimersByTimeAsync(130);
  expect(times).toHaveLength(1);
  ticker.stop();
  ticker.stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect([times.length, vi.getTimerCount()]).toEqual([1, 0]);
});
