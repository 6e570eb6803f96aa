import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { useBoards } from './testing/use-boards.ts';

/** Numbers are those of docs/security.md. */

const redis = await startRedis();
afterAll(() => redis.stop());

const open = useBoards(redis.url);

const work = defineJob<{ n: number }>({ name: 'work' });

describe('data', () => {
  test('S30 secrets are masked in what the API sends', async () => {
    const board = open();
    const secret = defineJob({ name: 'secret' });
    const { id } = await board.client.enqueue(secret, {
      user: 'ada',
      password: 'hunter2',
      deep: [{ apiToken: 'hunter2' }],
    });
    const answer = await board.ask('GET', `/api/jobs/${id}`, { role: 'admin' });
    const text = await answer.text();
    expect(text).toContain('"ada"');
    expect(text).not.toContain('hunter2');
  });

  test('S30 what was slow in Redis is told by its name, without what it was given', async () => {
    const board = open();
    const connection = redis.connect();
    await connection.call('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
    await board.client.enqueue(work, { n: 1, password: 'hunter2' } as { n: number });
    await connection.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
    const text = await (await board.ask('GET', '/api/servers', { role: 'viewer' })).text();
    await connection.call('SLOWLOG', 'RESET');
    connection.disconnect();
    expect(text).toMatch(/"command":"EVAL(SHA enqueue)?"/);
    expect(text).not.toContain('hunter2');
  });

  test('S30 what recurring jobs are given is not sent at all', async () => {
    const board = open();
    const login = defineJob<{ password: string }>({ name: 'login' });
    const input = { password: 'hunter2' };
    await board.client.recurring.upsert('r', login, input, {
      cron: '0 3 * * *',
      metadata: { apiKey: 'k3y' },
    });
    for (const path of ['/api/recurring', '/api/recurring/r']) {
      const text = await (await board.ask('GET', path, { role: 'admin' })).text();
      expect(text).toContain('"login"');
      expect(text).not.toMatch(/hunter2|k3y/);
    }
  });

  test('S33 names that reach into prototypes are dropped', async () => {
    const board = open();
    const body = JSON.parse(
      '{"name":"work","queue":"default","input":{"__proto__":{"polluted":1},"a":1}}',
    ) as object;
    const answer = await board.ask('POST', '/api/jobs', { role: 'admin', body });
    expect(answer.status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('S25 what a request names is never sent back as a page', async () => {
    const board = open();
    const script = '<script>alert(1)</script>';
    for (const path of [
      `/api/jobs/${encodeURIComponent(script)}`,
      `/api/jobs?state=${encodeURIComponent(script)}`,
      `/api/search?q=${encodeURIComponent(`attempts:${script}`)}`,
      `/api/${encodeURIComponent(script)}`,
    ]) {
      const answer = await board.ask('GET', path, { role: 'viewer' });
      expect([path, answer.headers.get('content-type')]).toEqual([path, expect.stringContaining('json')]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      await answer.body?.cancel();
    }
  });

  test('S32 the password of Redis stands in no answer', { timeout: 60_000 }, async () => {
    const board = open({ redis: 'redis://:hunter2@127.0.0.1:1', commandTimeout: 300 });
    const texts = ['/api/overview', '/api/servers', '/api/jobs?state=failed'].map(async (path) =>
      (await board.ask('GET', path, { role: 'admin' })).text(),
    );
    for (const text of await Promise.all(texts)) {
      expect(text).toContain('127.0.0.1:1');
      expect(text).not.toContain('hunter2');
    }
  });

  test('S37 a body that is nested without end is no JSON, and the next one is answered', async () => {
    const board = open();
    const deep = new Request('http://localhost:4680/api/jobs', {
      method: 'POST',
      headers: { 'x-role': 'admin', 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: `{"name":"work","input":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
    });
    expect((await board.dashboard.fetch(deep)).status).toBe(400);
    expect((await board.ask('POST', '/api/jobs', { role: 'admin', body: { name: 'work' } })).status).toBe(
      200,
    );
  });

  test('S38 S39 bodies and pages are bounded', async () => {
    const board = open();
    const large = { name: 'work', input: 'x'.repeat(1_100_000) };
    expect((await board.ask('POST', '/api/jobs', { role: 'admin', body: large })).status).toBe(413);
    for (const query of ['limit=501', 'limit=-1', 'limit=1e9', 'offset=100001', 'limit=abc'])
      expect((await board.ask('GET', `/api/jobs?state=failed&${query}`, { role: 'admin' })).status).toBe(400);
  });

  test('S47 no path leads out of the assets', async () => {
    const board = open();
    for (const path of [
      '/assets/../index.html',
      '/assets/..%2findex.html',
      '/assets/%2e%2e/package.json',
      '/assets/.sources',
      '/assets/index.html',
    ]) {
      const answer = await board.ask('GET', path);
      const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
      expect([path, isPage || answer.status >= 300]).toEqual([path, true]);
    }
  });

  test('S48 an error tells its code and what to do, and nothing of the inside', async () => {
    const board = open();
    const answer = await board.ask('GET', '/api/jobs/nothing', { role: 'admin' });
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String) as string } });
    expect(text).not.toMatch(/at .*\.ts|node_modules|\{ls|board-/);
  });

  test('S56 whoever purges a queue writes its name', async () => {
    const board = open();
    await board.client.enqueue(work, { n: 1 });
    const purge = (confirm: string): Promise<Response> =>
      board.ask('POST', '/api/queues/default/purge', { role: 'admin', body: { confirm } });
    expect((await purge('mail')).status).toBe(400);
    expect(await (await purge('default')).json()).toEqual({ removed: 1 });
  });

  test('S55 a change names who made it', async () => {
    const board = open();
    const { id } = await board.client.enqueue(work, { n: 1 });
    await board.ask('POST', `/api/jobs/${id}/cancel`, { role: 'operator', body: { reason: 'not needed' } });
    const answer = await board.ask('GET', `/api/jobs/${id}`, { role: 'viewer' });
    expect(await answer.json()).toMatchObject({
      job: {
        state: 'cancelled',
        history: [{ what: 'cancelled', detail: { by: 'ada (dashboard)', why: 'not needed' } }],
      },
    });
  });
});
