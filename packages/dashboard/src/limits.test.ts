import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Board } from './testing/board.ts';

const redis = await startRedis();
const boards: Board[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(() => redis.stop());

function open(): Board {
  const board = new Board(redis.url);
  boards.push(board);
  return board;
}

const remind = defineJob<null>({ name: 'remind', unique: { key: 'ada', for: '1h' } });
const ref = { job: 'remind', key: 'ada' };

async function ask(board: Board, path: string, body?: object): Promise<readonly [number, unknown]> {
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await board.ask(method, `/api/limits/${path}`, { role: 'operator', body });
  return [answer.status, await answer.json()];
}

test('a unique key is shown, is not freed while its job waits, and is freed afterwards', async () => {
  const board = open();
  const lookUp = `lock?${new URLSearchParams(ref)}`;
  expect(await ask(board, lookUp)).toEqual([200, { lock: null }]);
  const { id } = await board.client.enqueue(remind, null);
  expect(await ask(board, lookUp)).toMatchObject([200, { lock: { id, state: 'enqueued' } }]);
  expect(await ask(board, 'unlock', ref)).toMatchObject([409, { error: { code: 'LOCK_IN_USE' } }]);
  await board.client.cancel(id);
  expect(await ask(board, 'unlock', { ...ref, reason: 'a wrong bill' })).toEqual([200, { id }]);
  expect(await ask(board, 'unlock', ref)).toMatchObject([404, { error: { code: 'LOCK_NOT_FOUND' } }]);
  const answer = await board.ask('GET', '/api/audit', { role: 'viewer' });
  expect(await answer.json()).toMatchObject({
    entries: [{ actor: 'ada (dashboard)', action: 'unlock', reason: 'a wrong bill' }, {}],
  });
});

test('a limit that nobody holds has nothing to be released or reset', async () => {
  const board = open();
  const { id } = await board.client.enqueue(remind, null);
  expect(await ask(board, 'key?key=bank')).toMatchObject([200, { limit: { taken: 0, places: [] } }]);
  const release = { key: 'bank', id };
  expect(await ask(board, 'release', release)).toMatchObject([404, { error: { code: 'PLACE_NOT_FOUND' } }]);
  expect(await ask(board, 'reset', { key: 'bank' })).toEqual([200, { changed: false }]);
});

test.each([
  ['key', undefined, 'limits.get.key'],
  ['lock?key=k', undefined, 'limits.lock.job'],
  ['lock?job=remind', undefined, 'limits.lock.key'],
  ['lock?kind=other&job=remind&key=k', undefined, 'limits.lock.kind'],
  // The hash of an input: who may not see the input must not try what it is.
  ['lock?job=remind&key=0123456789abcdefghijkl', undefined, 'key'],
  ['reset', {}, 'limits.reset.key'],
  ['unlock', { job: 'remind' }, 'limits.unlock.key'],
  ['release', { key: ['k'], id: 'x' }, 'key'],
])('%s with %j names what is wrong', async (...[path, body, option]) => {
  expect(await ask(open(), path, body)).toMatchObject([400, { error: { code: 'INVALID_OPTION', option } }]);
});
