import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'linstock-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a folder belongs to one owner until it is released', () => {
  const lock = lockDirectory(folder);
  expect(() => lockDirectory(folder)).toThrow(expect.objectContaining({ code: 'STORE_DIRECTORY_BUSY' }));
  lock.release();
  lock.release();
  lockDirectory(folder).release();
});

test('a living process keeps its folder', () => {
  writeFileSync(path.join(folder, 'owner.pid'), String(process.ppid));
  expect(() => lockDirectory(folder)).toThrow(`Process ${process.ppid}`);
});

test.each([
  ['a dead process', '4194305'],
  ['an earlier process with our number', String(process.pid)],
  ['nobody', 'nonsense'],
])('the lock of %s is taken over', (_, content) => {
  writeFileSync(path.join(folder, 'owner.pid'), content);
  lockDirectory(folder).release();
});
