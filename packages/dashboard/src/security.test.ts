import { createHash } from 'node:crypto';
import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { ROUTES } from './api/routes.ts';
import { hashPassword } from './auth/passwords.ts';
import { isAllowed, ROLES } from './auth/user.ts';
import { createDashboard } from './dashboard.ts';
import type { Board } from './testing/board.ts';
import { useBoards } from './testing/use-boards.ts';

/** Numbers are those of docs/security.md. */

const redis = await startRedis();
afterAll(() => redis.stop());

const open = useBoards(redis.url);

const work = defineJob<{ n: number }>({ name: 'work' });
const pathOf = (path: string): string =>
  path.replaceAll(':id', '01ARZ3NDEKTSV4RRFFQ69G5F00').replaceAll(':name', 'default');
const guarded = ROUTES.filter(({ permission }) => permission !== 'public');

describe('who may do what', () => {
  test('S04 a dashboard without anybody who may use it is not made', () => {
    expect(() => createDashboard({ redis: redis.url })).toThrow(/authorize.*never open to everybody/s);
  });

  test('S03 nobody gets anything without being signed in, whatever the address', async () => {
    const board = open();
    const strange = ['/api/nothing', '/api/', '//api/jobs', '/api/%2e%2e/jobs', '/API/jobs', '/api/jobs/'];
    for (const { method, path } of guarded) {
      const answer = await board.ask(method, pathOf(path));
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
    for (const path of strange) {
      const answer = await board.ask('GET', path);
      // The page itself holds no data.
      const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
      expect([path, isPage || [308, 401, 404].includes(answer.status)]).toEqual([path, true]);
    }
    for (const method of ['OPTIONS', 'PATCH', 'PUT'])
      expect((await board.ask(method, '/api/jobs')).status).toBe(401);
  });

  test.each(
    ROLES.flatMap((role) =>
      guarded.map((route) => [role, route.method, route.path, route.permission] as const),
    ),
  )('S14 S69 %s: %s %s needs %s', async (...[role, method, path, permission]) => {
    const answer = await open().ask(method, pathOf(path), { role });
    await answer.body?.cancel();
    const isRefused = answer.status === 403;
    expect(isRefused).toBe(!isAllowed(role, permission));
  });

  test('S15 a dashboard that only shows changes nothing, not even for an admin', async () => {
    const board = open({ readOnly: true });
    for (const { method, path, permission } of guarded) {
      if (permission === 'read') continue;
      const answer = await board.ask(method, pathOf(path), { role: 'admin' });
      expect(await answer.json()).toMatchObject({ error: { code: 'READ_ONLY' } });
    }
  });

  test('S69 the description of the API names every route and its permission', async () => {
    const answer = await open().ask('GET', '/api/openapi.json', { role: 'viewer' });
    const { paths } = (await answer.json()) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => `${method} ${path} ${String(route['x-permission'])}`),
    );
    expect(described.toSorted()).toEqual(
      ROUTES.map(
        ({ method, path, permission }) =>
          `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${permission}`,
      ).toSorted(),
    );
  });
});

describe('what a browser may be made to do', () => {
  const foreign: readonly (readonly [string, Record<string, string>])[] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['nowhere', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
  ];

  test.each(foreign)('S16 a change from %s is refused', async (_, headers) => {
    const board = open();
    const answer = await board.ask('POST', '/api/queues/default/pause', { role: 'admin', headers });
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'ORIGIN_REFUSED' } }]);
  });

  test('S16 one that says nothing of where it comes from, too, if it has a cookie', async () => {
    const board = open();
    const request = new Request('http://localhost/api/queues/default/pause', {
      method: 'POST',
      headers: { cookie: 'linstock_session=x', 'content-type': 'application/json', 'x-role': 'admin' },
      body: '{}',
    });
    expect((await board.dashboard.fetch(request)).status).toBe(403);
  });

  test('S17 every method but GET and HEAD is a change', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    for (const method of ['DELETE', 'PATCH', 'PUT', 'PURGE'])
      expect((await open().ask(method, '/api/session', { role: 'admin', headers })).status).toBe(403);
  });

  test('S19 a body that is not application/json is refused', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await open().ask('POST', '/api/jobs', { role: 'admin', headers })).status).toBe(415);
  });

  test('S20 a name that is not the dashboard’s is refused', async () => {
    const board = open({ signInLink: true, allowedHosts: ['jobs.example.com'] });
    const status = async (host: string): Promise<number> =>
      (await board.ask('GET', '/', { headers: { host } })).status;
    expect([
      await status('evil.example'),
      await status('jobs.example.com:8443'),
      await status('JOBS.example.com'),
    ]).toEqual([421, 200, 200]);
  });

  test('S21 S22 S23 every answer forbids what it does not need', async () => {
    const board = open();
    for (const path of ['/', '/api/session', '/api/jobs', '/assets/none.js']) {
      const { headers } = await board.ask('GET', path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(
      (await board.ask('GET', '/api/jobs?state=failed', { role: 'viewer' })).headers.get('cache-control'),
    ).toBe('no-store');
  });

  test('S18 what is only read changes nothing', async () => {
    const board = open();
    await board.client.enqueueMany(work, [{ n: 1 }, { n: 2 }]);
    const connection = redis.connect();
    const keys = async (): Promise<string[]> => (await connection.keys(`*${board.namespace}*`)).toSorted();
    const dump = async (): Promise<string> =>
      (await Promise.all((await keys()).map((key) => connection.call('DUMP', key)))).join();
    const before = [await keys(), await dump()];
    for (const { method, path } of ROUTES) {
      if (method !== 'GET') continue;
      const answer = await board.ask('GET', pathOf(path), { role: 'admin' });
      await answer.body?.cancel();
    }
    expect([await keys(), await dump()]).toEqual(before);
    connection.disconnect();
  });
});

describe('signing in', () => {
  const password = 'correct horse battery';

  async function withUser(): Promise<Board> {
    const users = [{ name: 'bob', passwordHash: await hashPassword(password), role: 'operator' as const }];
    return open({ users, authorize: () => null });
  }

  const enter = (board: Board, body: object): Promise<Response> =>
    board.ask('POST', '/api/session', { body });
  const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

  test('S07 S10 S11 a password opens a session, which ends when one signs out', async () => {
    const board = await withUser();
    const answer = await enter(board, { name: 'bob', password });
    const cookie = cookieOf(answer);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^linstock_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const read = (): Promise<Response> => board.ask('GET', '/api/queues', { headers: { cookie } });
    expect((await read()).status).toBe(200);
    const session = await board.ask('GET', '/api/session', { headers: { cookie } });
    expect(await session.json()).toMatchObject({ user: { name: 'bob' }, canSignOut: true });
    await board.ask('DELETE', '/api/session', { headers: { cookie } });
    expect((await read()).status).toBe(401);
  });

  test('whom the application knows cannot sign out here, whatever the cookie says', async () => {
    const users = [{ name: 'bob', passwordHash: await hashPassword(password), role: 'operator' as const }];
    const board = open({ users });
    const headers = { cookie: cookieOf(await enter(board, { name: 'bob', password })) };
    for (const asked of [{ role: 'viewer' as const }, { role: 'viewer' as const, headers }]) {
      const session = await board.ask('GET', '/api/session', asked);
      expect(await session.json()).toMatchObject({ user: { name: 'ada' }, canSignOut: false });
    }
    expect(await (await board.ask('GET', '/api/session')).json()).toMatchObject({ canSignOut: false });
  });

  test('S08 a wrong name and a wrong password are answered alike', async () => {
    const board = await withUser();
    const answers = [
      await enter(board, { name: 'bob', password: 'wrong' }),
      await enter(board, { name: 'eve', password }),
    ];
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  test('S09 after ten wrong tries a minute passes, for that account only', async () => {
    const board = await withUser();
    for (let n = 0; n < 10; n++) await enter(board, { name: 'bob', password: 'wrong' });
    expect((await enter(board, { name: 'bob', password })).status).toBe(429);
    expect((await enter(board, { name: 'eve', password })).status).toBe(401);
  });

  test('S06 a password that is too short has no hash, and another text is none', async () => {
    await expect(hashPassword('short')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(() => open({ users: [{ name: 'bob', passwordHash: 'secret' }] })).toThrow(/hashPassword/);
  });

  test('S06 a secret that is too short is refused, and not shown', () => {
    for (const secret of ['too short', 'x'.repeat(1001), 7 as unknown as string])
      expect(() => open({ secret, signInLink: true })).toThrow(/Dashboard\.secret: must be .*\(not shown\)/);
  });

  test('S01 the link that is printed signs in once', async () => {
    const board = open({ signInLink: true, authorize: () => null });
    const link = board.dashboard.signInPath?.split('link=')[1];
    expect((await enter(board, { link: 'a wrong one' })).status).toBe(401);
    const first = await enter(board, { link });
    expect((await board.ask('GET', '/api/queues', { headers: { cookie: cookieOf(first) } })).status).toBe(
      200,
    );
    expect((await enter(board, { link })).status).toBe(401);
  });

  test('S11 over TLS the cookie is bound to this host and to TLS', async () => {
    const board = await withUser();
    const request = new Request('https://localhost:4680/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ name: 'bob', password }),
    });
    expect((await board.dashboard.fetch(request)).headers.get('set-cookie')).toMatch(
      /^__Host-linstock=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  test('S13 who is taken off the lists is out at once, and so is who has another password', async () => {
    const passwordHash = await hashPassword(password);
    const board = open({ users: [{ name: 'bob', passwordHash }], authorize: () => null });
    const signIn = async (): Promise<string> => cookieOf(await enter(board, { name: 'bob', password }));
    const status = async (cookie: string): Promise<number> =>
      (await board.ask('GET', '/api/queues', { headers: { cookie } })).status;
    const first = await signIn();
    board.dashboard.setAccess({ users: [{ name: 'bob', passwordHash }] });
    expect(await status(first)).toBe(200);
    expect(() => board.dashboard.setAccess({ users: [{ name: 'bob', passwordHash: 'x' }] })).toThrow(
      /hashPassword/,
    );
    expect(await status(first)).toBe(200);
    board.dashboard.setAccess({ users: [{ name: 'bob', passwordHash: await hashPassword(password) }] });
    expect(await status(first)).toBe(401);
    const second = await signIn();
    board.dashboard.setAccess({});
    expect(await status(second)).toBe(401);
  });

  test('S13 a token is known by its hash, and may end', async () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const board = open({
      authorize: () => null,
      tokens: [
        { name: 'ci', sha256: sha256('a token of some length') },
        {
          name: 'old',
          sha256: sha256('another token, an old one'.replaceAll(' ', '-')),
          expiresAt: new Date(Date.now() - 1),
        },
      ],
    });
    const status = async (token: string): Promise<number> =>
      (await board.ask('GET', '/api/queues', { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await status('a token of some length')).toBe(401);
    expect(await status('another-token,-an-old-one')).toBe(401);
    const good = open({
      authorize: () => null,
      tokens: [{ name: 'ci', sha256: sha256('0123456789abcdef') }],
    });
    const headers = { authorization: 'Bearer 0123456789abcdef' };
    expect((await good.ask('GET', '/api/queues', { headers })).status).toBe(200);
    // As a file tells it.
    const until = (expiresAt: string) => ({ name: 'ci', sha256: sha256('0123456789abcdef'), expiresAt });
    const past = open({ authorize: () => null, tokens: [until('2020-01-01T00:00:00Z')] });
    expect((await past.ask('GET', '/api/queues', { headers })).status).toBe(401);
    const later = open({ authorize: () => null, tokens: [until('2100-01-01T00:00:00Z')] });
    expect((await later.ask('GET', '/api/queues', { headers })).status).toBe(200);
    expect(() => open({ authorize: () => null, tokens: [until('soon')] })).toThrow('expiresAt');
  });
});
