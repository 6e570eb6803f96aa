import { defineJob } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Board } from './testing/board.ts';

const redis = await startRedis();
const boards: Board[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(() => redis.stop());

const work = defineJob<null>({ name: 'work' });

function open(): Board {
  const board = new Board(redis.url);
  boards.push(board);
  return board;
}

async function read(board: Board, path: string): Promise<Record<string, unknown>> {
  const answer = await board.ask('GET', `/api/${path}`, { role: 'viewer' });
  return (await answer.json()) as Record<string, unknown>;
}

async function idsOf(board: Board, query: string): Promise<string[]> {
  const { recurring } = await read(board, `recurring?${query}`);
  return (recurring as { id: string }[]).map(({ id }) => id);
}

describe('the list of recurring jobs', () => {
  test('comes in pages, and is narrowed by text and state', async () => {
    const board = open();
    for (let n = 0; n < 60; n++)
      await board.client.recurring.upsert(`job-${n}`, work, null, { cron: '@daily' });
    await board.client.recurring.pause('job-7');
    const first = await read(board, 'recurring');
    expect([(first['recurring'] as []).length, first['total'], first['next']]).toEqual([50, 60, 50]);
    expect((await idsOf(board, 'offset=50')).length).toBe(10);
    expect(await idsOf(board, 'state=paused')).toEqual(['job-7']);
    expect((await idsOf(board, 'text=B-5')).toSorted()).toEqual(
      ['job-5', ...Array.from({ length: 10 }, (_, n) => `job-5${n}`)].toSorted(),
    );
  });

  test('tells the last run, and the schedule in parts that become words', async () => {
    const board = open();
    await board.client.recurring.upsert('r', work, null, { cron: '30 3 * * 1', timeZone: 'Europe/Berlin' });
    const job = await board.client.recurring.trigger('r');
    expect(await read(board, 'recurring')).toMatchObject({
      recurring: [
        { id: 'r', words: { kind: 'weekly', at: 210, days: [1] }, last: { job, state: 'enqueued' } },
      ],
    });
  });

  test('tells what was left out since the last run, and shows those alone', async () => {
    const board = open();
    for (const id of ['mirror', 'well'])
      await board.client.recurring.upsert(id, work, null, { cron: '@daily', overlap: 'skip' });
    const job = await board.client.recurring.trigger('mirror');
    const entry = { tick: Date.now(), at: Date.now(), skipped: 'overlap', count: 3 };
    const connection = redis.connect();
    await connection.lpush(`${shardPrefix(board.namespace, 0)}${KEY.history}mirror`, JSON.stringify(entry));
    connection.disconnect();
    const leftOut = { job, count: 3, state: 'enqueued' };
    expect(await read(board, 'recurring?state=overlap')).toMatchObject({
      recurring: [{ id: 'mirror', last: entry, leftOut }],
    });
    expect(await read(board, 'recurring/mirror')).toMatchObject({ recurring: { leftOut } });
    expect((await read(board, 'recurring/well'))['recurring']).not.toHaveProperty('leftOut');
  });

  test.each(['state=gone', 'limit=1000', 'offset=-1'])('%s is refused', async (query) => {
    expect(await read(open(), `recurring?${query}`)).toMatchObject({ error: { code: 'INVALID_OPTION' } });
  });
});

describe('the next runs', () => {
  test('tell what a change of the clock does to them', async () => {
    const board = open();
    // Each year on the last Sundays of March and October, where the clock is put forward and back.
    const spring = new URLSearchParams({ cron: '30 2 * 3 SUNL', timeZone: 'Europe/Berlin' });
    const autumn = new URLSearchParams({ cron: '30 2 * 10 SUNL', timeZone: 'Europe/Berlin' });
    const leaps = await read(board, `schedule?${spring}`);
    expect(Object.keys(leaps['clock'] as object)).toEqual((leaps['next'] as number[]).map(String));
    expect(Object.values(leaps['clock'] as object)[0]).toMatchObject({
      kind: 'leap',
      meant: expect.stringMatching(/-03-\d\dT02:30:00$/),
    });
    const twice = await read(board, `schedule?${autumn}`);
    expect(Object.values(twice['clock'] as object)).toEqual(
      Array.from({ length: 5 }, () => ({ kind: 'once' })),
    );
    await board.client.recurring.upsert('r', work, null, {
      cron: '30 2 * 3 SUNL',
      timeZone: 'Europe/Berlin',
    });
    expect((await read(board, 'recurring/r'))['clock']).toEqual(leaps['clock']);
  });

  test('of a schedule that knows no clock are told without', async () => {
    expect((await read(open(), 'schedule?every=1h'))['clock']).toEqual({});
  });
});
