import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linstock/test-kit/eventually';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findServer } from './find-server.ts';
import { findFreePort } from './free-port.ts';
import { probeServer } from './probe-server.ts';
import { startServerProcess } from './server-process.ts';

const program = findServer()?.path ?? 'redis-server';
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'linstock-server-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a started server answers as the process it claims to be, and is gone after stop', async () => {
  const server = await startServerProcess({ program, directory });
  expect(await probeServer(server.port)).toEqual({ state: 'ready', pid: server.pid });
  await server.stop();
  await server.stop();
  expect(await probeServer(server.port)).toEqual({ state: 'silent' });
});

test('a server that ends at once is reported with the end of its log', async () => {
  const starting = startServerProcess({ program, directory, settings: ['--appendonly', 'perhaps'] });
  await expect(starting).rejects.toMatchObject({
    code: 'STORE_START_FAILED',
    message: expect.stringMatching(/ended at once \(exit code 1\)[^]*must be 'yes' or 'no'/),
  });
});

test('a port that another server holds is a failure, although that server answers', async () => {
  const first = await startServerProcess({ program, directory });
  const second = startServerProcess({ program, directory, port: first.port });
  await expect(second).rejects.toThrow('Address already in use');
  await first.stop();
});

test('a program that cannot be run is a failure that names it', async () => {
  const starting = startServerProcess({ program: '/nowhere/redis-server', directory });
  await expect(starting).rejects.toThrow('/nowhere/redis-server could not be run');
});

test('a server that does not answer in time is stopped', async () => {
  const starting = startServerProcess({ program, directory, startTimeoutMs: 0 });
  await expect(starting).rejects.toThrow('did not answer within 0 ms');
});

test('the server and its temporary folder go when the process that started it is killed', async () => {
  const module = new URL('../../dist/store/server-process.js', import.meta.url).href;
  const port = await findFreePort();
  const options = JSON.stringify({ program, directory, port, isDirectoryTemporary: true });
  const script = `import { startServerProcess } from '${module}'; await startServerProcess(${options}); console.log('up')`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  expect((await probeServer(port)).state).toBe('ready');
  owner.kill('SIGKILL');
  await eventually(async () => (await probeServer(port)).state === 'silent' && !existsSync(directory));
});
