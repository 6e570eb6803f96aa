import { expect, test } from 'vitest';

import { dueAfterMs, hasFeature, scatter } from './features.ts';

test('a library without a feature takes no part in its rows', () => {
  expect(hasFeature('bee', 'unique')).toBe(false);
  expect(hasFeature('bullmq', 'groups')).toBe(false);
  expect(hasFeature('bullmq', 'unique')).toBe(true);
});

test('a library takes part where it has a feature in the same meaning: flows are trees, so they draw no diamonds', () => {
  expect(hasFeature('bullmq', 'continuations')).toBe(true);
  expect(hasFeature('bullmq', 'workflows')).toBe(false);
});

test('only debounced jobs are waited for before the workers start', () => {
  expect(dueAfterMs('debounce')).toBeGreaterThan(0);
  expect(dueAfterMs('throttle')).toBe(0);
  expect(dueAfterMs(undefined)).toBe(0);
});

test('every library takes part in the rows of plain jobs', () => {
  expect(hasFeature('bee', undefined)).toBe(true);
});

test.each([4, 100, 1000])('jobs are scattered evenly over %i keys, and not in turn', (count) => {
  const jobs = 1000 * count;
  const keys = Array.from({ length: jobs }, (_, n) => scatter({ n, to: '' }, count));
  const uses = new Map<number, number>();
  for (const key of keys) uses.set(key, (uses.get(key) ?? 0) + 1);
  expect(uses.size).toBe(count);
  expect(Math.max(...uses.values())).toBeLessThan(1200);
  expect(new Set(keys.slice(0, count)).size).toBeLessThan(count);
});
