import { expect, test } from 'vitest';
import { emptyInMs, outlook } from './ui/backlog.ts';

const queue = (enqueued: number, into: number, out: number) => ({ enqueued, flow: { in: into, out } });

test('a queue is empty when what goes has outrun what comes', () => {
  expect(emptyInMs(queue(600, 1, 6))).toBe(120_000);
  for (const one of [queue(0, 0, 6), queue(600, 6, 6), queue(600, 6, 1), { enqueued: 600 }])
    expect(emptyInMs(one)).toBeUndefined();
});

test('all of them are when the slowest is: a fast one does not help it', () => {
  expect(outlook([queue(6000, 0, 100), queue(6000, 0, 1)])).toEqual({ emptyInMs: 6_000_000 });
});

test('a queue that stays as it is does not count for those that shrink', () => {
  expect(outlook([queue(600, 0, 10), queue(50, 0, 0)])).toEqual({ emptyInMs: 60_000 });
});

test('they grow, or have no direction', () => {
  expect(outlook([queue(600, 12, 2), queue(600, 0, 2)])).toEqual({ growsBy: 8 });
  expect(outlook([queue(600, 100, 101)])).toBeUndefined();
  expect(outlook([queue(3, 0, 5)])).toBeUndefined();
  expect(outlook([])).toBeUndefined();
});
