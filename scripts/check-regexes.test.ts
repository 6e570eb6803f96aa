import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';

/** S41 of docs/security.md. */

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What the check says of a project with one source. */
function check(source: string): { readonly isGood: boolean; readonly lines: readonly string[] } {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-regexes-'));
  folders.push(folder);
  const config = path.join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions: { types: [] }, include: ['*.ts'] }));
  writeFileSync(path.join(folder, 'source.ts'), source);
  const script = path.join(import.meta.dirname, 'check-regexes.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, config], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return { isGood: status === 0, lines: stdout.split('\n').filter((line) => line !== '') };
}

test('S41 expressions that take linear time pass', () => {
  const { isGood, lines } = check(
    String.raw`export const all = [/^a+b$/, /x/gi, new RegExp('^\\d+$', 'u'), "no /(a+)+$/ of a text"];`,
  );
  expect(lines).toEqual([]);
  expect(isGood).toBe(true);
});

test.each([
  ['exponential ones', 'export const one = /(a+)+$/;', /source\.ts:1: \/\(a\+\)\+\$\/ is exponential/],
  ['quadratic ones', String.raw`export const one = 'a'.split(/\s*,\s*/);`, /:1: .* is 2nd degree polynomial/],
  ['those that are made of a text', "export const one = \nnew RegExp('(a|a)*$');", /:2: .* is exponential/],
  ['those that are made as a call', 'export const one = RegExp(`(a|a)*$`);', /:1: .* is exponential/],
  ['what the checker does not know', String.raw`export const one = /[\w--\d]+$/v;`, /cannot be judged/],
  [
    'patterns that are put together when they run',
    'export const make = (word: string): RegExp => new RegExp(`^${word}+$`);',
    /source\.ts:1: a pattern that is put together/,
  ],
])('S41 %s do not', (_, source, said) => {
  const { isGood, lines } = check(source);
  expect(lines).toEqual([expect.stringMatching(said)]);
  expect(isGood).toBe(false);
});
