import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { afterEach, beforeEach, expect, test } from 'vitest';

const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));
const SETTINGS = new Set(['REDIS_URL', 'LINSTOCK_REDIS_URL']);

interface Summary {
  readonly store: string;
  readonly enqueued: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly seconds: number;
  readonly results: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'linstock-files-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function start(args: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.has(name)));
  const child = spawn(process.execPath, [START, ...args], { stdio: 'pipe', env });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  return { child, said, ended };
}

async function runOnce(...args: string[]): Promise<Summary> {
  const { said, ended } = start(['--once', '--dir', dir, ...args]);
  expect([await ended, said.stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(said.stdout.trimEnd().split('\n').at(-1) ?? '') as Summary;
}

function write(name: string, content: string | Buffer): void {
  const file = path.join(dir, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function expected(name: string, content: string | Buffer) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path: name, sha256, bytes: Buffer.byteLength(content) };
}

test('every regular file of a given folder is in the results, and nothing else', async () => {
  const files = {
    'a.txt': 'a',
    empty: '',
    '.git/config': 'x',
    'node_modules/m/dist/i.js': 'y',
    'l\nine ü': 'z',
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  write('large', Buffer.alloc(3_000_000, 7));
  symlinkSync('a.txt', path.join(dir, 'link'));
  symlinkSync('.', path.join(dir, 'loop'));
  const summary = await runOnce();
  const all = Object.entries(files).map(([name, content]) => expected(name, content));
  all.push(expected('large', Buffer.alloc(3_000_000, 7)));
  expect(summary.results.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
    all.toSorted((a, b) => a.path.localeCompare(b.path)),
  );
  expect(summary).toMatchObject({
    store: expect.stringMatching(/-server$/),
    enqueued: 9,
    succeeded: 8,
    failed: 1,
  });
  expect(Object.keys(summary)).toEqual(['store', 'enqueued', 'succeeded', 'failed', 'seconds', 'results']);
});

test('an empty folder and the embedded store', async () => {
  expect(await runOnce('--embedded')).toMatchObject({
    store: 'embedded',
    enqueued: 3,
    succeeded: 2,
    results: [],
  });
});

test('thousands of files on a Redis that is given; it keeps nothing of the demo', async () => {
  for (let n = 0; n < 3000; n++) write(`${n % 20}/${n}`, String(n));
  const redis = await startRedis();
  const summary = await runOnce('--redis', redis.url);
  expect(summary).toMatchObject({ store: 'given', enqueued: 3003, succeeded: 3002, failed: 1 });
  expect(new Set(summary.results.map((result) => result.path)).size).toBe(3000);
  expect(await redis.connect().dbsize()).toBe(0);
  await redis.stop();
});

test('without --once it prints results, and goes on until it is interrupted', async () => {
  write('a', 'a');
  const { child, said, ended } = start(['--dir', dir]);
  await eventually(() => said.stderr.includes('Ctrl-C ends'), { timeoutMs: 60_000 });
  expect(said.stdout).toContain(`${expected('a', 'a').sha256}  1  a\n`);
  expect(child.exitCode).toBe(null);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test.each([
  ['a folder that is not there', ['--dir', '/nowhere/at/all'], 'does not exist'],
  ['a file', ['--dir', START], 'is not a folder'],
  ['an unknown option', ['--onec'], "Unknown option '--onec'"],
])('%s is a usage error on one line', async (_, args, message) => {
  const { said, ended } = start(args);
  expect(await ended).toBe(2);
  expect(said.stderr).toMatch(/^error USAGE: .*\n$/);
  expect(said.stderr).toContain(message);
});
