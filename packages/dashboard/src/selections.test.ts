import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Board } from './testing/board.ts';
import { useBoards } from './testing/use-boards.ts';

const redis = await startRedis();
const open = useBoards(redis.url);
afterAll(() => redis.stop());

const work = defineJob<{ n: number }>({ name: 'work', queue: 'mail' });

interface Line {
  readonly looked: number;
  readonly total: number;
  readonly found: number;
  readonly selection?: string;
  readonly query?: string;
  readonly queue?: string;
  readonly states?: Record<string, number>;
  readonly isFull?: boolean;
}

let board: Board;
beforeEach(async () => {
  board = open();
  await board.client.enqueueMany(
    work,
    Array.from({ length: 300 }, (_, i) => ({ n: i % 3 })),
  );
  await board.client.schedule(work, { n: 1 }, { in: '1h' });
});

async function select(q: string, asked = board): Promise<Line[]> {
  const answer = await asked.ask('POST', '/api/selections', { role: 'operator', body: { q } });
  const text = await answer.text();
  expect([answer.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function bulk(body: object): Promise<Response> {
  return board.ask('POST', '/api/bulk', { role: 'operator', body });
}

async function ended(answer: Response): Promise<{ matched: number; changed: number }> {
  const { id = '', error } = (await answer.json()) as { id?: string; error?: object };
  expect(error).toBeUndefined();
  await expect.poll(async () => (await board.client.operations.get(id))?.state).toBe('done');
  const { matched = 0, changed = 0 } = (await board.client.operations.get(id)) ?? {};
  return { matched, changed };
}

test('all that a search finds is counted and changed, whatever it searches by', async () => {
  const lines = await select('input.n:1');
  expect(lines.length).toBeGreaterThan(2);
  const last = lines.at(-1);
  expect(last).toMatchObject({ looked: 301, total: 301, found: 101, query: 'input.n:1', isFull: false });
  expect(last?.states).toEqual({ enqueued: 100, scheduled: 1 });
  const filter = { state: 'enqueued', selection: last?.selection, query: last?.query };
  expect(await ended(await bulk({ verb: 'cancel', filter, dryRun: true }))).toEqual({
    matched: 100,
    changed: 0,
  });
  expect(await ended(await bulk({ verb: 'cancel', filter }))).toEqual({ matched: 100, changed: 100 });
  expect((await board.client.queue('mail').counts()).enqueued).toBe(200);
  const [begun] = (await board.client.operations.list()).filter(({ dryRun }) => !dryRun);
  expect(begun?.filter).toEqual(filter);
  const again = await bulk({ verb: 'cancel', filter });
  expect([again.status, await again.json()]).toEqual([
    404,
    { error: expect.objectContaining({ code: 'SELECTION_NOT_FOUND' }) as unknown },
  ]);
});

test('S56 its jobs are deleted only after a count, and once', async () => {
  const { selection } = (await select('input.n:2')).at(-1) ?? {};
  const remove = (body: object): Promise<Response> =>
    board.ask('POST', '/api/bulk/delete', { role: 'admin', body });
  const filter = { state: 'enqueued', selection };
  const { id: counted } = (await (await remove({ filter, dryRun: true })).json()) as { id: string };
  await expect.poll(async () => (await board.client.operations.get(counted))?.state).toBe('done');
  expect(await ended(await remove({ counted, confirm: 100 }))).toEqual({ matched: 100, changed: 100 });
  expect((await remove({ counted, confirm: 100 })).status).toBe(404);
});

test('S56 what has come into the state since it was counted stays', async () => {
  const { selection } = (await select('input.n:2')).at(-1) ?? {};
  const found = await board.client.operations.list({ most: 1 });
  expect(found).toEqual([]);
  const remove = (body: object): Promise<Response> =>
    board.ask('POST', '/api/bulk/delete', { role: 'admin', body });
  const cancelled = { state: 'cancelled', selection };
  const { id: counted } = (await (await remove({ filter: cancelled, dryRun: true })).json()) as {
    id: string;
  };
  await expect.poll(async () => (await board.client.operations.get(counted))?.state).toBe('done');
  const { createdAt = 0 } = (await board.client.operations.get(counted)) ?? {};
  while (Date.now() <= createdAt + 1) await delay(1);
  const cancelling = { verb: 'cancel', filter: { state: 'enqueued', queue: 'mail' } };
  expect(await ended(await bulk(cancelling))).toEqual({ matched: 300, changed: 300 });
  expect(await ended(await remove({ counted, confirm: 0 }))).toEqual({ matched: 0, changed: 0 });
});

test('what is searched for must be said', async () => {
  for (const body of [{}, { q: '' }, { q: 'nonsense:1' }, { q: 'x'.repeat(1001) }]) {
    const answer = await board.ask('POST', '/api/selections', { role: 'operator', body });
    expect([body, answer.status]).toEqual([body, 400]);
  }
});

test('S14 whoever has one queue selects in it alone', async () => {
  const limited = open({ can: (_, __, { queue }) => queue === 'mail' });
  await limited.client.enqueue(work, { n: 1 }, { queue: 'money' });
  const ask = async (q: string): Promise<number> =>
    (await limited.ask('POST', '/api/selections', { role: 'operator', body: { q } })).status;
  expect([await ask('input.n:1'), await ask('queue:money'), await ask('"queue:mail"')]).toEqual([
    403, 403, 403,
  ]);
  await limited.client.enqueue(work, { n: 1 });
  expect((await select('queue:mail input.n:1', limited)).at(-1)).toMatchObject({ found: 1, queue: 'mail' });
});

test('S14 whoever has one queue counts nothing of others by a selection, and selects none of them', async () => {
  const limited = open({ can: (_, __, { queue }) => queue === 'mail' });
  const put = (queue: string, count: number, tags: string[]) =>
    limited.client.enqueueMany(
      work,
      Array.from({ length: count }, () => ({ n: 1 })),
      { queue, tags },
    );
  await put('mail', 3, ['both']);
  const asked = ['queue:mail', 'queue:mail tag:both', 'queue:mail tag:theirs', 'queue:mail queue:mail work'];
  const found = async () => {
    const last = [];
    for (const q of asked) {
      const lines = await select(q, limited);
      for (const { looked, total, found: all } of lines) expect([looked, total]).toEqual([all, all]);
      last.push({ ...lines.at(-1), selection: '' });
    }
    return last;
  };
  const alone = await found();
  expect(alone.map(({ states }) => states)).toEqual([{ enqueued: 3 }, { enqueued: 3 }, {}, { enqueued: 3 }]);
  await put('money', 357, ['both', 'theirs']);
  expect(await found()).toEqual(alone);
});
