import { defineJob } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, expect, test } from 'vitest';
import type { Board } from '../testing/board.ts';
import { useBoards } from '../testing/use-boards.ts';
import type { Rates } from './rates.ts';

const redis = await startRedis();
const connection = redis.connect();
const open = useBoards(redis.url);
afterAll(async () => {
  connection.disconnect();
  await redis.stop();
});

const work = defineJob<null>({ name: 'work' });
const MINUTE = 60_000;

interface Told {
  readonly at: number;
  readonly rates: readonly Rates[];
}

/** Somebody who looks: what each pulse tells them. */
async function listen(board: Board) {
  const answer = await board.ask('GET', '/api/live', { role: 'viewer' });
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<Told> => {
    for (;;) {
      const found = /event: pulse\ndata: (.*)\n\n/.exec(text);
      if (found !== null) {
        text = text.slice(found.index + found[0].length);
        return JSON.parse(found[1] ?? '') as Told;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream has ended');
      text += decoder.decode(value, { stream: true });
    }
  };
  return { next, close: () => reader.cancel() };
}

/** A worker that lives, and what happened in each of the last minutes. */
async function fill(board: Board, succeeded: number): Promise<void> {
  const prefix = shardPrefix(board.namespace, 0);
  const now = Date.now();
  await connection.zadd(prefix + KEY.leases, now + 10 * MINUTE, 'Ada');
  for (let back = -1; back < 6; back++)
    await connection.hset(
      `${prefix}${KEY.tally}60:${Math.floor(now / MINUTE) - back}`,
      'succeeded',
      succeeded,
    );
}

test('whoever comes later, or comes again, is told the last minutes; then each is told the newest', async () => {
  const board = open();
  const first = await listen(board);
  const before = await first.next();
  expect(before.rates).toEqual([]);
  await board.client.enqueue(work, null);
  let seen: readonly Rates[] = [];
  while (!seen.some(({ enqueued }) => enqueued > 0)) {
    const { at, rates } = await first.next();
    expect(rates.at(-1)?.at).toBe(at);
    expect(rates.length).toBeLessThanOrEqual(2);
    seen = [...seen.filter((one) => one.at < (rates[0]?.at ?? 0)), ...rates];
  }
  const second = await listen(board);
  expect((await second.next()).rates.slice(0, seen.length)).toEqual(seen);
  expect((await second.next()).rates).toHaveLength(2);
  await first.close();
  await second.close();
  const again = await listen(board);
  expect((await again.next()).rates.slice(0, seen.length)).toEqual(seen);
  await again.close();
  const answer = await board.ask('GET', '/api/overview', { role: 'viewer' });
  expect(((await answer.json()) as Told).rates.slice(0, seen.length)).toEqual(seen);
});

test('whoever comes first is told what the history has, by the minute', async () => {
  const board = open();
  await fill(board, 120);
  const viewer = await listen(board);
  const { at, rates } = await viewer.next();
  expect(rates.slice(0, 2).map(({ succeeded }) => succeeded)).toEqual([2, 2]);
  expect(rates.at(-1)?.at).toBe(at);
  // The beginning of the chart, and not more.
  expect(at - (rates[0]?.at ?? 0)).toBeLessThan(5 * MINUTE);
  await viewer.close();
});

test('where no worker lives, whoever comes first is told nothing of what was before', async () => {
  const board = open();
  await fill(board, 120);
  await connection.del(shardPrefix(board.namespace, 0) + KEY.leases);
  const viewer = await listen(board);
  expect((await viewer.next()).rates).toEqual([]);
  await viewer.close();
});

test('S14 whoever may see some queues is told no rates, whoever else looks', async () => {
  const board = open({ can: (user, _, { queue }) => user.role === 'admin' || queue === 'mail' });
  await fill(board, 120);
  for (const queue of ['mail', 'money']) await board.client.enqueue(work, null, { queue });
  const all = (await (await board.ask('GET', '/api/overview', { role: 'admin' })).json()) as Told;
  expect(all.rates).not.toEqual([]);
  const viewer = await listen(board);
  expect((await viewer.next()).rates).toEqual([]);
  expect((await viewer.next()).rates).toEqual([]);
  await viewer.close();
  const own = (await (await board.ask('GET', '/api/overview', { role: 'viewer' })).json()) as Told;
  expect(own.rates).toEqual([]);
});
