import { expect, test } from 'vitest';
import { escapeText, toJsonLine } from './escape.ts';
import { keepUrlPassword, redact } from './redact.ts';
import { cellWidth, shorten } from './table.ts';

test('characters that a terminal obeys are shown instead', () => {
  expect(escapeText('a\u001B[31m\r\n\t\u009B\u2028\u202E')).toBe(String.raw`a\x1b[31m\r\n\t\x9b\u2028\u202e`);
  expect(escapeText('Grüße, 世界 👋')).toBe('Grüße, 世界 👋');
});

test('JSON keeps its value on one line', () => {
  const value = { text: '\u2028\u009B\u007F\u202E\n' };
  const line = toJsonLine(value);
  expect(JSON.parse(line)).toEqual(value);
  expect(line).toMatch(/^[\u0020-\u007E]*$/);
});

test('passwords are taken out of URLs, and wherever else they stand', () => {
  expect(redact('redis://user:pa:ss@host:1/2 rediss://:x@h')).toBe(
    'redis://user:***@host:1/2 rediss://:***@h',
  );
  keepUrlPassword('redis://:p%40ssword@host');
  expect(redact('said p@ssword and p%40ssword')).toBe('said *** and ***');
});

test('a password of any length is taken out of a URL, and what is no URL stays, however often it begins like one', () => {
  expect(redact(`redis://ada:${'x'.repeat(2000)}@host`)).toBe('redis://ada:***@host');
  const begun = `redis://ada:${'redis://:'.repeat(10_000)}`;
  expect(redact(begun)).toBe(begun);
});

test('wide characters count twice when a column is cut', () => {
  expect(cellWidth('世a')).toBe(3);
  expect(shorten('世界世界', 5)).toBe('世界…');
});
