import type { JobView } from '@linstock/core';
import { redact } from '@linstock/core';
import { describe, expect, test } from 'vitest';
import { cronWords } from './api/cron-words.ts';
import { csvLine } from './api/csv.ts';
import { JOB_COLUMNS } from './api/export.ts';
import { groupErrors } from './api/error-groups.ts';
import { parseSearch } from './api/search-query.ts';
import { findFault } from './http/guard.ts';
import { readSession } from './http/cookies.ts';
import { placeOf } from './http/mount.ts';

/** S41 of docs/security.md. What is quadratic takes longer here; what is linear, some ms. */
const BOUND_MS = 5000;
const LENGTH = 100_000;

const BEGINNINGS = [
  'a',
  ' ',
  '\n',
  '"',
  "'",
  '0-',
  '{',
  '=',
  ';',
  '%2',
  '/api/',
  ':',
  'a:',
  'a ',
  '\n at ',
  '1,',
  '\uD800',
];
const ENDS = ['', '!', '"', '\n', '@'];
const texts = BEGINNINGS.flatMap((part) => ENDS.map((end) => part.repeat(LENGTH / part.length) + end));

const inHeader = (text: string): string => text.replaceAll(/[^ -~]/g, 'x');

function jobOf(text: string): JobView {
  const error = { name: text, message: text, stack: text };
  const own = { id: text, name: text, displayName: text, queue: text, tags: [text], input: { [text]: text } };
  return { ...own, error, history: [], result: text } as unknown as JobView;
}

function request(headers: Readonly<Record<string, string>>): Request {
  return new Request('http://localhost/', { method: 'POST', headers });
}

const READERS: readonly (readonly [what: string, read: (text: string) => unknown])[] = [
  ['searches', (text) => parseSearch(text, 0)],
  [
    'jobs that are searched',
    (text) => parseSearch('nowhere error:nowhere input.a:nowhere', 0).matches(jobOf(text)),
  ],
  ['cells of a spreadsheet', (text) => csvLine(JOB_COLUMNS, jobOf(text))],
  ['errors that are grouped', (text) => groupErrors([jobOf(text)])],
  ['cron expressions', cronWords],
  ['fields that may be secret', (text) => redact({ [text]: { [text]: text } }, ['*a*a*a*b', '*.*.b'])],
  ['paths', placeOf],
  ['cookies', (text) => readSession(request({ cookie: inHeader(text) }))],
  [
    'headers',
    (text) =>
      findFault(
        request({ host: inHeader(text), origin: inHeader(text), 'content-type': inHeader(text) }),
        new Set(['localhost']),
      ),
  ],
];

/** How long the slowest of the texts takes, ms. */
function slowest(read: (text: string) => unknown): number {
  const times = texts.map((text) => {
    const startedAt = performance.now();
    try {
      read(text);
    } catch {
      // Refused is read too.
    }
    return performance.now() - startedAt;
  });
  return Math.max(...times);
}

describe('S41 100 KB of hostile text are read at once as', () => {
  test.each(READERS)('%s', (_, read) => expect(slowest(read)).toBeLessThan(BOUND_MS));
});

test('S41 a search of many words puts a large job together once, and has a bound', () => {
  const words = (n: number): string => Array.from({ length: n }, (_, i) => `a${i}`).join(' ');
  expect(() => parseSearch(words(33), 0)).toThrow(/^q: must have at most 32 words/);
  let asked = 0;
  const input = {
    toJSON: () => {
      asked++;
      return words(32);
    },
  };
  expect(parseSearch(words(32), 0).matches({ ...jobOf(''), input })).toBe(true);
  expect(asked).toBe(1);
});
