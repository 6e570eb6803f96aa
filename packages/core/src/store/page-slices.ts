import type { PageWindow } from './page-reader.ts';

/** A part of a list, with both ends. */
export interface Slice {
  readonly rank: number;
  readonly list: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds what to read of lists for a page of all of them. Ranks come one after the other; the lists of a rank side by side:
 * the first of each, the second of each, and so on. Only lengths are needed for that, so a late page costs what the first one
 * does. Entries at an edge: those of the lists that come first. Pure.
 */
export function findSlices(
  lengths: readonly (readonly number[])[],
  { from, most }: Pick<PageWindow, 'from' | 'most'>,
): Slice[] {
  const slices: Slice[] = [];
  let [skip, wanted] = [from, most];
  for (const [rank, lists] of lengths.entries()) {
    const all = countBelow(lists, Infinity);
    if (skip < all && wanted > 0) {
      const taken = Math.min(wanted, all - skip);
      slices.push(...sliceRank(lists, skip, skip + taken).map((slice) => ({ rank, ...slice })));
      wanted -= taken;
    }
    skip = Math.max(0, skip - all);
  }
  return slices;
}

/** Each list's part of the entries from `from` to `to` of a rank. */
function sliceRank(lists: readonly number[], from: number, to: number): Omit<Slice, 'rank'>[] {
  const [starts, ends] = [cutAt(lists, from), cutAt(lists, to)];
  return lists.flatMap((_, list) => {
    const [start, end] = [starts[list] ?? 0, (ends[list] ?? 0) - 1];
    return end < start ? [] : [{ list, start, end }];
  });
}

/** How many entries of each list are among the first `count` of a rank. */
function cutAt(lists: readonly number[], count: number): number[] {
  let [low, high] = [0, Math.max(0, ...lists)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (countBelow(lists, middle) <= count) low = middle;
    else high = middle - 1;
  }
  let rest = count - countBelow(lists, low);
  return lists.map((length) => Math.min(length, low) + (length > low && rest-- > 0 ? 1 : 0));
}

/** How many entries all lists have before a place. */
function countBelow(lists: readonly number[], place: number): number {
  return lists.reduce((sum, length) => sum + Math.min(length, place), 0);
}
