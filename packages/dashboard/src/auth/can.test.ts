import type { Duration } from '@linstock/core';
import { defineJob, JOB_STATES } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../api/routes.ts';
import type { DashboardOptions } from '../options.ts';
import { createDashboard } from '../dashboard.ts';
import type { Board } from '../testing/board.ts';
import { FOREIGN, fillTwoQueues } from '../testing/two-queues.ts';
import { useBoards } from '../testing/use-boards.ts';
import { actionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import type { Role } from './user.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

type Can = NonNullable<DashboardOptions['can']>;

const openAny = useBoards(redis.url);
const open = (can: Can): Board => openAny({ can });

const work = defineJob<null>({ name: 'work' });
const guarded = ROUTES.filter(({ permission }) => permission !== 'public');
const pathOf = (path: string): string =>
  path.replaceAll(':id', '01ARZ3NDEKTSV4RRFFQ69G5F00').replaceAll(':name', 'default');

/** Those that nobody is answered who may not see all of what they are about. */
const whole = guarded.filter(({ narrow }) => narrow === undefined);

/** Only what is in the queue `mail`, or goes there. */
const onlyMail: Can = (_, __, { queue }) => queue === 'mail';

test('every action has a name of its own, but what only reads and what deletes at once', () => {
  const names = guarded.filter(({ method }) => method !== 'GET').map(actionOf);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.filter((name) => !/^[a-z]+\.[a-z-]+$/.test(name))).toEqual([]);
  expect(actionOf({ method: 'POST', path: '/api/jobs/:id/run-now' })).toBe('jobs.run-now');
});

test.each(whole.map((route) => [route.method, route.path, actionOf(route)] as const))(
  'S14 %s %s asks whether this person may do %s, and does nothing if not',
  async (method, path, action) => {
    const asked: string[] = [];
    const board = open(({ name, role }, what, { kind }) => {
      asked.push(`${name} ${role} ${what} ${kind}`);
      return false;
    });
    const answer = await board.ask(method, pathOf(path), {
      role: 'admin',
    });
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
    '/api/jobs?state=enqueued&queue=money',
    '/api/jobs?state=enqueued&queue=money&tag=',
    '/api/search?q=work&queue=mail',
    '/api/search?q=queue:money',
    '/api/export?state=enqueued&queue=money',
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

test.each(['no', 'true', 1, {}, { allowed: false }, [], undefined, null, 0])(
  'S14 only true is a yes: %j is none, at once or later',
  async (odd) => {
    for (const answer of [odd, Promise.resolve(odd)]) {
      const board = open((() => answer) as unknown as Can);
      const status = async (path: string): Promise<number> =>
        (await board.ask('GET', path, { role: 'viewer' })).status;
      expect(await Promise.all(['/api/history', '/api/queues/mail'].map(status))).toEqual([403, 403]);
      const session = await board.ask('GET', '/api/session', { role: 'viewer' });
      expect(await session.json()).toMatchObject({ closed: expect.arrayContaining(['history']) as unknown });
    }
  },
);

test('one that is no function is refused', () => {
  const can = 'admin' as unknown as Can;
  expect(() => open(can)).toThrow(/Dashboard\.can.*must be a function/);
});

describe('whoever has one queue', () => {
  /** Everything that can be read; what a route asks for stands behind its path. */
  const ASKED: Readonly<Record<string, readonly string[]>> = {
    '/api/jobs': [
      ...JOB_STATES.map((state) => `?state=${state}`),
      '?tag=both',
      `?tag=${FOREIGN}`,
      '?tag=both&queue=mail',
      '?state=failed&limit=1&reverse=true',
    ],
    '/api/search': ['?q=send', `?q=${FOREIGN}`, '?q=queue:mail', '?q=tag:both', '?q=%22queue:mail%22'],
    '/api/export': ['?q=send', '?state=failed', '?tag=both&format=csv', '?queue=mail', '?q=%22queue:mail%22'],
    '/api/recurring': ['', '?state=paused', `?text=${FOREIGN}`, '?limit=1'],
    '/api/schedule': ['?cron=0+3+*+*+*'],
  };
  /** What is posted to routes that answer with what they find. */
  const POSTED: Readonly<Record<string, readonly object[]>> = {
    '/api/selections': ['queue:mail', 'queue:mail tag:both', 'send', 'state:failed'].map((q) => ({ q })),
  };

  async function textOf(answer: Response): Promise<string> {
    const isStream = answer.headers.get('content-type') === 'text/event-stream';
    if (!isStream || answer.body === null) return answer.text();
    const [reader, decoder] = [answer.body.getReader(), new TextDecoder()];
    let text = '';
    while (!text.includes('event: pulse')) text += decoder.decode((await reader.read()).value);
    await reader.cancel();
    return text;
  }

  test('S14 is told nothing of another one by any route: what is not narrowed is refused', async () => {
    const board = open(onlyMail);
    const ids = await fillTwoQueues(board, redis.url);
    let [narrowed, seen] = [0, ''];
    for (const { method, path, narrow } of guarded) {
      const asked =
        method === 'GET'
          ? (ASKED[path] ?? ['']).map((query) => [query, undefined] as const)
          : (POSTED[path] ?? [{}]).map((body) => ['', body] as const);
      for (const [query, body] of asked) {
        const at = `${method} ${pathOf(path)}${query} ${JSON.stringify(body)}`;
        const answer = await board.ask(method, `${pathOf(path)}${query}`, { role: 'admin', body });
        const text = await textOf(answer);
        const isNarrowed = answer.status === 200 && narrow !== undefined;
        expect([at, isNarrowed || answer.status === 403]).toEqual([at, true]);
        narrowed += Number(isNarrowed);
        expect([at, text.includes(FOREIGN), ids.filter((id) => text.includes(id))]).toEqual([at, false, []]);
        seen += text;
      }
    }
    expect(narrowed).toBeGreaterThan(27);
    for (const own of ['letter.send', 'letter-daily', 'letter reason', '"queue":"mail"', 'no letter'])
      expect([own, seen.includes(own)]).toEqual([own, true]);
  });

  test('S14 sees of lists what it would see were there nothing else, without numbers of all', async () => {
    const board = open(onlyMail);
    await fillTwoQueues(board, redis.url);
    const read = async (path: string): Promise<Record<string, unknown>> =>
      (await (await board.ask('GET', `/api/${path}`, { role: 'viewer' })).json()) as Record<string, unknown>;
    const failed = await read('jobs?state=failed');
    expect(Object.keys(failed)).toEqual(['jobs']);
    expect(failed['jobs']).toMatchObject([1, 2, 3].map(() => ({ queue: 'mail', state: 'failed' })));
    expect(await read('errors')).toMatchObject({
      total: 3,
      lookedAt: 3,
      groups: [{ job: 'letter.send', count: 3, queue: 'mail', message: 'no letter' }],
    });
    const overview = await read('overview');
    expect(overview).not.toHaveProperty('oldest');
    expect(overview).toMatchObject({
      counts: { enqueued: 3 },
      totals: {},
      workers: [],
      alerts: [],
      queues: [{ name: 'mail', enqueued: 3 }],
      attention: [{ code: 'QUEUE_PAUSED', about: 'mail', count: 3 }],
    });
    expect(Object.keys(overview['counts'] as object)).toEqual(['enqueued']);
    expect(await read('queues')).toMatchObject({ queues: [{ name: 'mail', workers: 1 }] });
    expect(await read('queues')).toHaveProperty('queues.length', 1);
    const { recurring, ...rest } = await read('recurring');
    expect([recurring, rest]).toMatchObject([[{ id: 'letter-daily' }], {}]);
    const { operations } = await read('operations');
    expect(operations).toMatchObject([1, 2].map(() => ({ filter: { queue: 'mail' }, dryRun: true })));
    for (const operation of operations as object[]) expect(operation).not.toHaveProperty('total');
    expect(await read('contracts')).toMatchObject({ contracts: [{ name: 'letter.send' }] });
    const search = await (await board.ask('GET', '/api/search?q=queue:mail', { role: 'viewer' })).text();
    expect(JSON.parse(search.trim().split('\n').at(-1) ?? '')).toMatchObject({
      looked: 10,
      total: 10,
      done: true,
    });
  });

  test('S14 goes through pages that others fill, by cursors that are theirs, and of this list alone', async () => {
    const authorize: DashboardOptions['authorize'] = ({ headers }) => ({
      name: headers.get('x-name') ?? 'ada',
      role: 'viewer',
    });
    const secret = 'as many characters of chance as a key has';
    const board = openAny({ can: onlyMail, authorize, secret });
    const put = (queue: string, due: Duration, count: number) =>
      board.client.scheduleMany(
        work,
        Array.from({ length: count }, () => null),
        { in: due, queue },
      );
    await put('money', '1h', 60);
    const own = (await put('mail', '2h', 3)).map(({ id }) => id);
    await put('money', '3h', 60);
    const many = Array.from({ length: 250 }, () => null);
    await board.client.enqueueMany(work, many, { queue: 'mail', tags: ['mine'] });
    for (const id of 'abcde') {
      const queue = id < 'd' ? 'money' : 'mail';
      await board.client.recurring.upsert(id, work, null, { cron: '0 3 * * *', queue });
    }

    const ask = async (path: string, name = 'ada') => {
      const answer = await board.ask('GET', `/api/${path}`, { headers: { 'x-name': name } });
      const lines = (await answer.text()).trim().split('\n');
      const told = lines.map((line) => JSON.parse(line) as { readonly hits?: readonly object[] });
      return { ...told.at(-1), hits: told.flatMap(({ hits = [] }) => hits).length } as {
        readonly hits: number;
        readonly jobs?: readonly { readonly id: string }[];
        readonly recurring?: readonly { readonly id: string }[];
        readonly next?: string;
        readonly cursor?: string;
        readonly error?: { readonly code: string };
      };
    };
    const { jobs = [], next = '' } = await ask('jobs?state=scheduled&limit=2');
    const rest = await ask(`jobs?state=scheduled&limit=5&cursor=${next}`);
    expect([...jobs, ...(rest.jobs ?? [])].map(({ id }) => id)).toEqual(own);
    expect([next.length, rest.next]).toEqual([208, undefined]);
    const { hits, cursor: paused = '' } = await ask('search?q=name:work%20work');
    const { hits: more, ...ended } = await ask(`search?q=name:work%20work&cursor=${paused}`);
    // Where it pauses does not tell where a look of a hundred ends.
    expect([hits, more, ended]).toMatchObject([200, 53, { done: true, looked: 53 }]);
    const { recurring: [first] = [], cursor = '' } = await ask('recurring?limit=1');
    const last = await ask(`recurring?limit=2&cursor=${cursor}`);
    expect([first?.id, last.recurring?.map(({ id }) => id), last.cursor]).toEqual(['d', ['e'], undefined]);

    for (const path of [
      'jobs?state=scheduled&cursor=50',
      'jobs?state=scheduled&offset=1',
      `jobs?state=scheduled&cursor=${next.slice(0, -4)}AAAA`,
      `jobs?state=scheduled&cursor=${paused}`,
      `jobs?state=failed&cursor=${next}`,
      `jobs?state=scheduled&reverse=true&cursor=${next}`,
      `jobs?tag=mine&cursor=${next}`,
      `search?q=work&cursor=${next}`,
      `search?q=work&cursor=${paused}`,
      `recurring?cursor=${next}`,
      `recurring?text=d&cursor=${cursor}`,
      `recurring?state=paused&cursor=${cursor}`,
    ])
      expect([path, (await ask(path)).error?.code]).toEqual([path, 'INVALID_OPTION']);
    for (const path of [
      `jobs?state=scheduled&cursor=${next}`,
      `search?q=name:work%20work&cursor=${paused}`,
      `recurring?cursor=${cursor}`,
    ])
      expect([path, (await ask(path, 'bob')).error?.code]).toEqual([path, 'INVALID_OPTION']);
    // Of another process, with the same secret and with one of its own: nothing else that two of them know is the key.
    const { namespace } = board;
    const others = [{ secret }, {}].map((key) =>
      createDashboard({ redis: redis.url, namespace, authorize, can: onlyMail, ...key }),
    );
    const asked = new Request(`http://localhost/api/jobs?state=scheduled&cursor=${next}`);
    const answers = await Promise.all(others.map((other) => other.fetch(asked.clone())));
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(await answers[0]?.json()).toMatchObject({ jobs: own.slice(2).map((id) => ({ id })) });
    await Promise.all(others.map((other) => other.close()));
  });

  test('is told which pages and actions there are for them', async () => {
    const session = async (board: Board, role: Role): Promise<readonly string[]> => {
      const answer = await board.ask('GET', '/api/session', { role });
      return ((await answer.json()) as { readonly closed: readonly string[] }).closed;
    };
    const pages = ['history', 'batches', 'workers', 'limits', 'alerts', 'audit', 'redis'];
    const noPurge: Can = (user, action, resource) =>
      action !== 'queues.purge' && onlyMail(user, action, resource);
    const board = open(noPurge);
    await board.client.enqueue(work, null, { queue: 'aaa' });
    await board.client.enqueue(work, null, { queue: 'mail' });
    const closed = await session(board, 'admin');
    expect(closed).toEqual(expect.arrayContaining([...pages, 'queues.purge', 'workers.stop']));
    const ofQueues = ['jobs.requeue', 'queues.pause', 'bulk.create', 'queues.read', 'selections.create'];
    for (const action of ['new', 'jobs.create', ...ofQueues]) expect(closed).not.toContain(action);
    expect(await session(board, 'viewer')).toEqual(pages);
    expect(await session(openAny({}), 'viewer')).toEqual([]);
    const broken: Can = () => {
      throw new Error('the database is away');
    };
    expect(await session(open(broken), 'viewer')).toEqual([...pages, 'new']);
  });

  test('changes many of its own, and follows how far that is', async () => {
    const board = open(onlyMail);
    await board.client.enqueue(work, null, { queue: 'mail' });
    const body = { verb: 'cancel', filter: { state: 'enqueued', queue: 'mail' }, dryRun: true };
    const answer = await board.ask('POST', '/api/bulk', { role: 'operator', body });
    const { id } = (await answer.json()) as { readonly id: string };
    const read = await board.ask('GET', `/api/operations/${id}`, { role: 'operator' });
    expect(await read.json()).toMatchObject({ operation: { id, verb: 'cancel' } });
    const { id: others } = await board.client.bulk({
      verb: 'cancel',
      filter: { state: 'enqueued' },
      dryRun: true,
    });
    expect((await board.ask('GET', `/api/operations/${others}`, { role: 'operator' })).status).toBe(403);
  });
});
