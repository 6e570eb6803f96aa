import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, expect, test } from 'vitest';
import { ROUTES } from '../api/routes.ts';
import type { DashboardOptions } from '../options.ts';
import type { Board } from '../testing/board.ts';
import { useBoards } from '../testing/use-boards.ts';
import { actionOf } from './resource.ts';
import type { Resource } from './resource.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

type Can = NonNullable<DashboardOptions['can']>;

const openAny = useBoards(redis.url);
const open = (can: Can): Board => openAny({ can });

const work = defineJob<null>({ name: 'work' });
const guarded = ROUTES.filter(({ permission }) => permission !== 'public');
const pathOf = (path: string): string =>
  path.replaceAll(':id', '01ARZ3NDEKTSV4RRFFQ69G5F00').replaceAll(':name', 'default');

/** Only what is in the queue `mail`, or goes there. */
const onlyMail: Can = (_, __, { queue }) => queue === 'mail';

test('every action has a name of its own, but what only reads and what deletes at once', () => {
  const names = guarded.filter(({ method }) => method !== 'GET').map(actionOf);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.filter((name) => !/^[a-z]+\.[a-z-]+$/.test(name))).toEqual([]);
  expect(actionOf({ method: 'POST', path: '/api/jobs/:id/run-now' })).toBe('jobs.run-now');
});

test.each(guarded.map((route) => [route.method, route.path, actionOf(route)] as const))(
  'S14 %s %s asks whether this person may do %s, and does nothing if not',
  async (method, path, action) => {
    const asked: string[] = [];
    const board = open(({ name, role }, what, { kind }) => {
      asked.push(`${name} ${role} ${what} ${kind}`);
      return false;
    });
    const answer = await board.ask(
      method,
      `${pathOf(path)}${/search|api\/export/.test(path) ? '?q=x' : ''}`,
      {
        role: 'admin',
      },
    );
    expect(await answer.json()).toMatchObject({ error: { code: 'NOT_PERMITTED' } });
    expect(asked).toEqual([`ada admin ${action} ${action.split('.')[0]}`]);
  },
);

test('S14 whoever has one queue sees and changes what is in it, and nothing else', async () => {
  const board = open(onlyMail);
  const { client } = board;
  const mine = (await client.enqueue(work, null, { queue: 'mail' })).id;
  const other = (await client.enqueue(work, null, { queue: 'money' })).id;
  const get = async (path: string): Promise<number> => {
    const answer = await board.ask('GET', path, { role: 'admin' });
    await answer.body?.cancel();
    return answer.status;
  };
  const post = async (path: string, body: object = {}): Promise<number> =>
    (await board.ask('POST', path, { role: 'admin', body })).status;

  expect(await get(`/api/jobs/${mine}`)).toBe(200);
  expect(await get('/api/jobs?state=enqueued&queue=mail')).toBe(200);
  expect(await get('/api/search?q=queue:mail%20work')).toBe(200);
  expect(await get('/api/export?tag=x&queue=mail')).toBe(200);
  expect(await get('/api/export?q=queue:mail%20work')).toBe(200);
  for (const path of [
    `/api/jobs/${other}`,
    '/api/jobs?state=enqueued',
    '/api/jobs?state=enqueued&queue=money',
    // A route that passes over the queue shows them all.
    '/api/jobs?tag=x&queue=mail',
    '/api/search?q=work&queue=mail',
    '/api/search?q=%22queue:mail%20work%22',
    '/api/export?state=enqueued',
    '/api/export?state=enqueued&queue=money',
    '/api/export?q=%22queue:mail%20work%22',
    '/api/errors?queue=mail',
    '/api/queues?queue=mail',
  ])
    // Or the address does not take it at all.
    expect([path, [400, 403].includes(await get(path))]).toEqual([path, true]);

  expect(await post(`/api/jobs/${other}/cancel`, { queue: 'mail' })).toBe(400);
  expect(await post(`/api/jobs/${other}/cancel`)).toBe(403);
  expect(await post(`/api/jobs/${mine}/move`, { queue: 'money' })).toBe(403);
  expect(await post('/api/jobs', { name: 'work', queue: 'money' })).toBe(403);
  const move = { verb: 'move', filter: { state: 'enqueued', queue: 'mail' }, queue: 'money' };
  expect(await post('/api/bulk', move)).toBe(403);
  expect(await post('/api/queues/money/pause')).toBe(403);
  expect(await post('/api/bulk', { verb: 'cancel', filter: { state: 'enqueued' } })).toBe(403);
  expect(await client.get(other)).toMatchObject({ state: 'enqueued' });

  expect(await post(`/api/jobs/${mine}/cancel`)).toBe(200);
  expect(await post('/api/jobs', { name: 'work', queue: 'mail' })).toBe(200);
  expect(await post('/api/bulk', { verb: 'cancel', filter: { state: 'enqueued', queue: 'mail' } })).toBe(200);
  expect(await post(`/api/queues/mail/pause`)).toBe(200);
});

test('it narrows what the role allows, and never widens it', async () => {
  const board = open(() => true);
  expect((await board.ask('POST', '/api/queues/mail/pause', { role: 'viewer' })).status).toBe(403);
});

test('it is told what a job is, and where it goes', async () => {
  const asked: Resource[] = [];
  const board = open((_, __, resource) => {
    asked.push(resource);
    return true;
  });
  const { id } = await board.client.enqueue(work, null, { queue: 'mail' });
  await board.ask('POST', `/api/jobs/${id}/move`, { role: 'admin', body: { queue: 'slow' } });
  expect(asked).toEqual([
    { kind: 'jobs', id, queue: 'mail', name: 'work' },
    { kind: 'jobs', id, queue: 'slow' },
  ]);
});

test('one that is no function is refused', () => {
  const can = 'admin' as unknown as Can;
  expect(() => open(can)).toThrow(/Dashboard\.can.*must be a function/);
});
