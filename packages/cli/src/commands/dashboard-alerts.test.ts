import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, outcome, startCli } from '../testing/run-cli.ts';

const store = await sharedRedis();
const TOKEN = 'a-secret-of-sixteen-characters-or-more';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'linstock-alerts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('a dashboard tells of alerts whom --alerts-file names', async () => {
  const posted: string[] = [];
  const hook = createServer((request, response) => {
    posted.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { port } = hook.address() as { port: number };
  const alerts = write('alerts.json', { webhooks: [{ name: 'ops', url: `http://127.0.0.1:${port}/here` }] });
  const sha256 = createHash('sha256').update(TOKEN).digest('hex');
  const auth = write('auth.json', { tokens: [{ name: 'ci', sha256, role: 'operator' }] });
  const args = ['dashboard', '--port', '0', '--alerts-file', alerts, '--auth-file', auth];
  const child = startCli(args, {
    env: { LINSTOCK_REDIS_URL: store.url, LINSTOCK_NAMESPACE: store.namespace() },
  });
  const ended = outcome(child);
  const url = await new Promise<string>((resolve) => {
    const listen = (text: string): void => {
      const [found] = /http:\/\/\S+/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', (chunk) => listen(String(chunk)));
    child.stderr.on('data', (chunk) => listen(String(chunk)));
  });
  const answer = await fetch(`${url}api/alerts/test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await answer.json()).toMatchObject({ deliveries: [{ channel: 'ops', ok: true }] });
  expect(posted).toEqual(['/here']);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  await new Promise((resolve) => hook.close(resolve));
});

test.each([
  ['is not JSON', '{ "webhooks": hunter2'],
  ['is no object', '"hunter2"'],
  ['has a wrong option', { webhooks: [{ name: 'ops', url: 'ftp://hunter2' }] }],
])('a file of alerts that %s is refused, and nothing of it is shown', async (_, content) => {
  const file = write('alerts.json', content);
  const ran = await cliFor(store.url, store.namespace())(['dashboard', '--port', '0', '--alerts-file', file]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/alerts/);
  expect(ran.stdout + ran.stderr).not.toContain('hunter2');
});
