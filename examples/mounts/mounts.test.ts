import { createHash } from 'node:crypto';
import { Client } from '@linstock/core';
import { createDashboard } from '@linstock/dashboard';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Mounted {
  readonly port: number;
  close(): unknown;
}

const TOKEN = 'a-secret-of-sixteen-characters-or-more';
const redis = await startRedis();
const dashboard = createDashboard({
  redis: redis.url,
  tokens: [{ name: 'deploy', sha256: createHash('sha256').update(TOKEN).digest('hex'), role: 'operator' }],
});
const client = new Client({ redis: redis.url });
afterAll(async () => {
  await Promise.all([dashboard.close(), client.close()]);
  await redis.stop();
});

const FRAMEWORKS = ['http', 'express', 'fastify', 'koa', 'hono', 'nest'];

describe.each(FRAMEWORKS)('a dashboard as a route of %s', (framework) => {
  let mounted: Mounted;
  let at = '';
  beforeAll(async () => {
    const { start } = (await import(`./${framework}.mjs`)) as {
      start: (board: typeof dashboard) => Promise<Mounted>;
    };
    mounted = await start(dashboard);
    at = `http://127.0.0.1:${mounted.port}`;
  });
  afterAll(async () => {
    await mounted.close();
  });

  const ask = (
    path: string,
    { headers = {}, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Response> =>
    fetch(at + path, {
      redirect: 'manual',
      ...init,
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json', ...headers },
    });

  test('leaves the other addresses alone', async () => {
    expect(await (await fetch(`${at}/`)).text()).toBe('the application');
  });

  test('shows its page below the path, with its scripts', async () => {
    const moved = await ask('/jobs');
    expect([moved.status, new URL(moved.headers.get('location') ?? '', `${at}/jobs`).pathname]).toEqual([
      308,
      '/jobs/',
    ]);
    const page = await ask('/jobs/');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    const script = /src="\.?\/?(assets\/[^"]+\.js)"/.exec(html)?.[1];
    const loaded = await ask(`/jobs/${script}`);
    expect([loaded.status, loaded.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ]);
  });

  test('asks who one is', async () => {
    const response = await ask('/jobs/api/overview', {
      headers: { Authorization: 'Bearer nobody knows it' },
    });
    expect(response.status).toBe(401);
  });

  test('takes changes', async () => {
    const body = JSON.stringify({ name: 'hello', input: { from: framework } });
    const response = await ask('/jobs/api/jobs', { method: 'POST', body });
    expect(response.status).toBe(200);
    const { id } = (await response.json()) as { id: string };
    expect(await client.get(id)).toMatchObject({ name: 'hello', input: { from: framework } });
  });

  test('streams what happens', async () => {
    const stop = new AbortController();
    const response = await ask('/jobs/api/live', { signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let told = '';
    for await (const part of response.body ?? []) {
      told += new TextDecoder().decode(part);
      if (told.includes('data: {')) break;
    }
    expect(told).toContain('data: {');
    stop.abort();
  });
});
