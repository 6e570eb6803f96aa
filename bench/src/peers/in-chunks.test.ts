import { expect, test } from 'vitest';

import { inChunks, inPairs } from './in-chunks.ts';

test('every other item follows the one before it, and the last of an odd number has none behind it', () => {
  expect(inPairs([1, 2, 3, 4])).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(inPairs([1, 2, 3])).toEqual([
    [1, 2],
    [3, undefined],
  ]);
});

test('each item is sent once, in portions of a thousand', async () => {
  const sent: number[][] = [];
  const items = Array.from({ length: 2_500 }, (_, n) => n);
  await inChunks(items, async (chunk) => void sent.push([...chunk]));
  expect(sent.map((chunk) => chunk.length)).toEqual([1_000, 1_000, 500]);
  expect(sent.flat()).toEqual(items);
});
