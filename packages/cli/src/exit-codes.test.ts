import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LinstockError } from '@linstock/core';
import { expect, test } from 'vitest';
import { EXIT, EXIT_CODE_OF, exitCodeOf } from './exit-codes.ts';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));
const THROWN = /(?:\w*Error|super)\(\s*'([A-Z]+(?:_[A-Z]+)*)'/g;
/** Why a handler's signal aborts, and what is wrong with its children: they end a job's attempt, never a command. */
const OF_HANDLERS = new Set([
  'LEASE_LOST',
  'JOB_TIMEOUT',
  'WORKER_STOPPING',
  'NO_CHILDREN',
  'CHILDREN_NOT_AWAITED',
  'TOO_LATE',
  'TOO_MANY_CHILDREN',
]);

function codesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(THROWN)])
    .map(([, code]) => code ?? '');
}

test.each(['core', 'worker', 'cli'])('every code that %s throws has its exit code in the table', (name) => {
  const missing = codesIn(path.join(PACKAGES, name, 'src')).filter(
    (code) => !Object.hasOwn(EXIT_CODE_OF, code) && !OF_HANDLERS.has(code),
  );
  expect([...new Set(missing)]).toEqual([]);
});

test('what nobody planned is a failure', () => {
  expect(exitCodeOf(new Error('x'))).toBe(EXIT.failure);
  expect(exitCodeOf(new LinstockError('constructor', 'x'))).toBe(EXIT.failure);
});
