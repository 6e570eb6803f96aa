import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { slotOf } from './placement.ts';

test.each([
  ['{customer:42}:mail', 'customer:42'],
  ['mail:{customer:42}', 'customer:42'],
  ['{a}{b}', 'a'],
  ['{}{b}', 'b'],
  ['a{}b{{c}', '{c'],
])('%s lies where %s lies', (key, part) => expect(slotOf(key)).toBe(slotOf(part)));

/** What stands in the first braces that are not empty, looked for letter by letter. */
function inBraces(key: string): string {
  for (let open = key.indexOf('{'); open >= 0; open = key.indexOf('{', open + 1)) {
    const close = key.indexOf('}', open + 1);
    if (close > open + 1) return key.slice(open + 1, close);
  }
  return key;
}

test('any key lies where what stands in its first braces lies', () => {
  const braces = fc.string({ unit: fc.constantFrom('{', '}', 'a', '\n') });
  fc.assert(
    fc.property(braces, (key) => {
      expect(slotOf(key)).toBe(slotOf(inBraces(key)));
    }),
  );
});

test('a long key costs linear time', () => {
  const startedAt = performance.now();
  for (const part of ['{', '{}', '{a', '}', 'a']) slotOf(part.repeat(200_000));
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
