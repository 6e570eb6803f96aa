import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from './ui/parts/line-diff.ts';

const split = (text: string): string[] => text.split(' ');

test('what differs between two common lines stands side by side', () => {
  expect(diffLines(split('a b c d'), split('a x c e f'))).toEqual([
    { left: 'a', right: 'a' },
    { left: 'b', right: 'x' },
    { left: 'c', right: 'c' },
    { left: 'd', right: 'e' },
    { left: undefined, right: 'f' },
  ]);
});

test('nothing differs in the same text, and everything against none', () => {
  expect(diffLines(['a', 'a'], ['a', 'a']).every(({ left, right }) => left === right)).toBe(true);
  expect(diffLines([], ['a'])).toEqual([{ left: undefined, right: 'a' }]);
  expect(diffLines([], [])).toEqual([]);
});

test('each side keeps all its lines in their order, and no common line is overlooked that both could keep', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const rows = diffLines(a, b);
      expect(rows.flatMap(({ left }) => left ?? [])).toEqual(a);
      expect(rows.flatMap(({ right }) => right ?? [])).toEqual(b);
      const common = rows.filter(({ left, right }) => left === right).length;
      expect(common).toBeGreaterThanOrEqual(longestCommon(a, b));
    }),
  );
});

/** By trying everything. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const [head, ...rest] = a;
  if (head === undefined || b.length === 0) return 0;
  const at = b.indexOf(head);
  const without = longestCommon(rest, b);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(rest, b.slice(at + 1)));
}

test('very long texts are compared as far as they are looked at', () => {
  const long = Array.from({ length: 5000 }, (_, n) => String(n));
  expect(diffLines(long, long)).toHaveLength(150);
});
