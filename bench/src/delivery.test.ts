import { expect, test } from 'vitest';

import { countDelivery, isExact } from './delivery.ts';

test('a delivery is exact when every job ran once in some process', () => {
  const delivery = countDelivery(3, [Uint8Array.of(1, 0, 1), Uint8Array.of(0, 1, 0)]);
  expect(delivery).toEqual({ expected: 3, lost: 0, duplicates: 0 });
  expect(isExact(delivery)).toBe(true);
});

test('a job that no process ran is lost', () => {
  const delivery = countDelivery(3, [Uint8Array.of(1, 0, 0), Uint8Array.of(0, 0, 1)]);
  expect(delivery).toMatchObject({ lost: 1, duplicates: 0 });
  expect(isExact(delivery)).toBe(false);
});

test('a job that ran in two processes, or twice in one, is a duplicate', () => {
  const delivery = countDelivery(2, [Uint8Array.of(1, 2), Uint8Array.of(1, 0)]);
  expect(delivery).toMatchObject({ lost: 0, duplicates: 2 });
  expect(isExact(delivery)).toBe(false);
});

test('a duplicate does not make up for a lost job', () => {
  expect(countDelivery(2, [Uint8Array.of(2, 0)])).toMatchObject({ lost: 1, duplicates: 1 });
});
