import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findSlices } from './page-slices.ts';

const lengths = fc.array(fc.array(fc.nat(12), { maxLength: 5 }), { maxLength: 4 });

/** All entries in their order: rank by rank, and place by place. */
function inOrder(all: readonly (readonly number[])[]): string[] {
  return all.flatMap((lists, rank) =>
    Array.from({ length: Math.max(0, ...lists) }, (_, place) =>
      lists.flatMap((length, list) => (place < length ? [`${rank}.${list}.${place}`] : [])),
    ).flat(),
  );
}

test('the slices of a page hold just its entries, wherever it begins', () => {
  fc.assert(
    fc.property(lengths, fc.nat(80), fc.integer({ min: 1, max: 40 }), (all, from, most) => {
      const found = findSlices(all, { from, most }).flatMap(({ rank, list, start, end }) =>
        Array.from({ length: end - start + 1 }, (_, i) => `${rank}.${list}.${start + i}`),
      );
      expect(found.toSorted()).toEqual(
        inOrder(all)
          .slice(from, from + most)
          .toSorted(),
      );
    }),
  );
});

test('a late page of a long list reads no more than it shows', () => {
  expect(findSlices([[1_000_000, 1_000_000]], { from: 1_999_950, most: 50 })).toEqual([
    { rank: 0, list: 0, start: 999_975, end: 999_999 },
    { rank: 0, list: 1, start: 999_975, end: 999_999 },
  ]);
});
