import { expect, test } from 'vitest';
import { EN } from './ui/texts/en.ts';
import { FA } from './ui/texts/fa.ts';
import { MORE_EN } from './ui/texts/more-en.ts';
import { MORE_FA } from './ui/texts/more-fa.ts';
import { MORE_TR } from './ui/texts/more-tr.ts';
import { TR } from './ui/texts/tr.ts';

type Named = Readonly<Record<string, string>>;
const ENGLISH: Named = { ...EN, ...MORE_EN };
const OTHERS: readonly (readonly [language: string, texts: Named])[] = [
  ['Turkish', { ...TR, ...MORE_TR }],
  ['Persian', { ...FA, ...MORE_FA }],
];

/** What a text has a place for, however often. */
function placesOf(text: string): string[] {
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return [...new Set(names)].toSorted();
}

/** What parts of a text depend on. */
function conditionsOf(text: string): string[] {
  return [...text.matchAll(/\[(!?\w+) [^[\]]*\]/g)].map(([, name]) => name ?? '').toSorted();
}

test.each(OTHERS)('%s says the same values as English', (_, texts) => {
  const places = (all: Named): object =>
    Object.fromEntries(Object.keys(ENGLISH).map((key) => [key, placesOf(all[key] ?? '')]));
  expect(places(texts)).toEqual(places(ENGLISH));
});

test('why a job waits is told with the same facts in each language', () => {
  const factsOf = (all: Named): object =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([key]) => /^(why|for)_/.test(key))
        .map(([key, text]) => [key, [placesOf(text), conditionsOf(text)]]),
    );
  expect(factsOf(MORE_TR)).toEqual(factsOf(MORE_FA));
});

test.each(OTHERS)('each part of a %s sentence that depends on something ends', (_, texts) => {
  const odd = Object.entries(texts).filter(
    ([key, text]) => key.startsWith('why_') && /[[\]]/.test(text.replaceAll(/\[!?\w+ [^[\]]*\]/g, '')),
  );
  expect(odd).toEqual([]);
});
