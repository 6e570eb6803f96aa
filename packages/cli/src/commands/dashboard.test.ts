import { createHash } from 'node:crypto';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, expect, test } from 'vitest';
import { jsonOf, outcome, runCli, startCli } from '../testing/run-cli.ts';

const redis = await startRedis();
const folder = mkdtempSync(path.join(tmpdir(), 'linstock-auth-'));
const authFile = path.join(folder, 'auth.json');
const running = new Set<ChildProcessWithoutNullStreams>();
afterEach(async () => {
  await Promise.all(
    [...running].map(async (child) => {
      const ended = child.exitCode === null ? outcome(child) : undefined;
      child.kill('SIGKILL');
      await ended;
    }),
  );
  running.clear();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await redis.stop();
});

const env = { LINSTOCK_REDIS_URL: redis.url };
const TOKEN = 'a-token-of-some-length';
const sha256 = createHash('sha256').update(TOKEN).digest('hex');
const bearer = { authorization: `Bearer ${TOKEN}` };

interface Served {
  readonly url: URL;
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has said so far. */
  readonly said: () => string;
}

/** Serves a dashboard, and reads where. */
async function serve(...args: string[]): Promise<Served> {
  const child = startCli(['dashboard', ...args], { env });
  running.add(child);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (text += more));
  const url = await eventually(() => /dashboard (http:\S+)/.exec(text)?.[1] ?? '', { timeoutMs: 20_000 });
  return { url: new URL(url), child, said: () => text };
}

const statusOf = async (url: string | URL, headers: Record<string, string> = {}): Promise<number> => {
  const answer = await fetch(url, { headers });
  await answer.body?.cancel();
  return answer.status;
};

test('S01 by itself it is there for this machine alone, behind a link that works once', async () => {
  const { url, child } = await serve('--port', '0');
  expect(url.hostname).toBe('127.0.0.1');
  expect(await statusOf(new URL('/api/queues', url))).toBe(401);
  const link = /link=(.+)$/.exec(url.hash)?.[1];
  const enter = (): Promise<Response> =>
    fetch(new URL('/api/session', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ link }),
    });
  const cookie = (await enter()).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  expect(await statusOf(new URL('/api/queues', url), { cookie })).toBe(200);
  expect((await enter()).status).toBe(401);
  const ended = outcome(child);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test('S02 at an address that others reach it is not served without anybody who may sign in', async () => {
  const { code, stderr } = await runCli(['dashboard', '--host', '0.0.0.0', '--port', '0'], { env });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/0\.0\.0\.0.*--auth-file/s);
});

test('at an address that others reach it says to which names it answers, and how it gets others', async () => {
  writeFileSync(authFile, JSON.stringify({ tokens: [{ name: 'ci', sha256, role: 'viewer' }] }));
  const everywhere = ['--port', '0', '--host', '0.0.0.0', '--auth-file', authFile];
  const { said } = await serve(...everywhere);
  await eventually(() => said().includes('answers to the names localhost, 127.0.0.1, [::1], 0.0.0.0 only'));
  expect(said()).toContain('--allow-host');
  const named = await serve(...everywhere, '--allow-host', 'jobs.example.com');
  const ended = outcome(named.child);
  named.child.kill('SIGTERM');
  await ended;
  expect(named.said()).not.toContain('answers to');
});

test('S05 who says to come from this machine is not believed', async () => {
  writeFileSync(authFile, JSON.stringify({ tokens: [{ name: 'ci', sha256 }] }));
  const { url } = await serve('--port', '0', '--auth-file', authFile);
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded'])
    expect(await statusOf(new URL('/api/queues', url), { [name]: '127.0.0.1' })).toBe(401);
});

test('S13 whoever is taken out of the file is out, without a restart; a file that is wrong changes nothing', async () => {
  writeFileSync(authFile, JSON.stringify({ tokens: [{ name: 'ci', sha256 }] }));
  const { url, said } = await serve('--port', '0', '--auth-file', authFile);
  const status = (): Promise<number> => statusOf(new URL('/api/queues', url), bearer);
  expect(await status()).toBe(200);
  writeFileSync(authFile, '{"tokens": [');
  await eventually(() => said().includes('stays as it was'), { timeoutMs: 15_000 });
  expect(await status()).toBe(200);
  writeFileSync(authFile, JSON.stringify({ tokens: [] }));
  await eventually(async () => expect(await status()).toBe(401), { timeoutMs: 15_000 });
});

test('a hash that hash-password makes signs in whoever has the password, which is never an argument', async () => {
  const password = 'correct horse battery';
  const hash = (input: string, ...args: string[]) =>
    runCli(['dashboard', 'hash-password', ...args], { input });
  const plain = await hash(`${password}\n`);
  expect(plain).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^scrypt\S+\n$/) });
  const { passwordHash } = jsonOf<{ passwordHash: string }>(await hash(password, '--json'));
  writeFileSync(authFile, JSON.stringify({ users: [{ name: 'ada', passwordHash }] }));
  const { url } = await serve('--port', '0', '--auth-file', authFile);
  const answer = await fetch(new URL('/api/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ name: 'ada', password }),
  });
  expect(answer.status).toBe(200);
  for (const refused of [
    await hash('too short'),
    await hash(`${password}\nmore\n`),
    await hash('', password),
  ]) {
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).not.toContain(password);
  }
});

test('a port that is taken leads to the next one', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { url } = await serve('--port', String(port));
  expect(Number(url.port)).toBeGreaterThan(port);
  await new Promise((resolve) => taken.close(resolve));
});

test('a file that cannot be read is told by its name', async () => {
  const { code, stderr } = await runCli(['dashboard', '--auth-file', path.join(folder, 'none.json')], {
    env,
  });
  expect(code).not.toBe(0);
  expect(stderr).toContain('none.json');
});
