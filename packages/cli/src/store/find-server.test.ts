import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findServer } from './find-server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'linstock-path-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(name: string, mode = 0o755): string {
  const file = path.join(folder, name);
  writeFileSync(file, '');
  chmodSync(file, mode);
  return file;
}

test('redis-server is preferred to valkey-server', () => {
  install('valkey-server');
  const file = install('redis-server');
  expect(findServer(`/nowhere${path.delimiter}${folder}`)).toEqual({ kind: 'redis-server', path: file });
});

test('valkey-server is found where it is alone', () => {
  const file = install('valkey-server');
  expect(findServer(folder)).toEqual({ kind: 'valkey-server', path: file });
});

test('folders and files that nobody may run are passed over', () => {
  mkdirSync(path.join(folder, 'redis-server'));
  install('valkey-server', 0o644);
  expect(findServer(folder)).toBeUndefined();
});
