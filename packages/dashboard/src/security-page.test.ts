import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (file: string): Promise<string> => readFile(new URL(file, root), 'utf8');

/** Rules of docs/security.md: number, and the files that hold it. */
async function rules(): Promise<(readonly [rule: string, files: readonly string[]])[]> {
  const page = await read('docs/security.md');
  return [...page.matchAll(/^\| (S\d\d) \| .* \| ([^|]*) \|$/gm)].map(([, rule = '', files = '']) => [
    rule,
    [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  ]);
}

test('each rule of docs/security.md names files that are there, and tests of the dashboard name it', async () => {
  const all = await rules();
  expect(all.length).toBeGreaterThan(40);
  for (const [rule, files] of all) {
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = await read(file);
      const isNamed = text.includes(rule) || !file.startsWith('packages/dashboard/');
      expect([rule, file, isNamed]).toEqual([rule, file, true]);
    }
  }
});

test('every number in the tests of the dashboard stands on the page', async () => {
  const known = new Set((await rules()).map(([rule]) => rule));
  const tests = ['security.test.ts', 'security-data.test.ts', 'auth/can.test.ts', 'auth/sessions.test.ts'];
  for (const file of tests)
    for (const [rule] of (await read(`packages/dashboard/src/${file}`)).matchAll(/\bS\d\d\b/g))
      expect(known.has(rule)).toBe(true);
});
