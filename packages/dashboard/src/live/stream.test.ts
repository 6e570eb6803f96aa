import { createHash } from 'node:crypto';
import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Board } from '../testing/board.ts';
import { useBoards } from '../testing/use-boards.ts';

const redis = await startRedis();
const open = useBoards(redis.url);
afterAll(() => redis.stop());

const work = defineJob<null>({ name: 'work' });
const RENEW_MS = 5000;

// Of all timers only those by which a stream asks again: Redis is read as always.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

async function listen(board: Board, headers: Record<string, string>) {
  const answer = await board.ask('GET', '/api/live', { headers });
  expect(answer.status).toBe(200);
  const [reader, decoder] = [
    (answer.body ?? new ReadableStream<Uint8Array>()).getReader(),
    new TextDecoder(),
  ];
  /** What is told, up to a pulse with this, or to the end. */
  const until = async (word: string | undefined): Promise<string> => {
    for (let text = ''; ;) {
      const { value, done } = await reader.read();
      if (done) return `${text}(end)`;
      text += decoder.decode(value);
      if (word !== undefined && text.includes('event: pulse') && text.includes(word)) return text;
    }
  };
  return { until, close: () => reader.cancel() };
}

const viewer = { 'x-role': 'viewer' };

test('S14 a stream that began when all was allowed ends when it no longer is, and another one is narrowed', async () => {
  let isAll = true;
  const board = open({ can: (_, __, { queue }) => isAll || queue === 'mail' });
  for (const queue of ['mail', 'money']) await board.client.enqueue(work, null, { queue });
  const stream = await listen(board, viewer);
  await stream.until('money');
  await vi.advanceTimersByTimeAsync(RENEW_MS);
  await stream.until('money');
  isAll = false;
  await vi.advanceTimersByTimeAsync(RENEW_MS);
  expect(await stream.until(undefined)).toContain('(end)');
  const next = await listen(board, viewer);
  expect(await next.until('mail')).not.toContain('money');
  await next.close();
});

test('S14 a stream that is narrowed follows what is allowed, and ends when nobody can say it', async () => {
  let [own, isBroken] = ['mail', false];
  const board = open({
    can: (_, __, { queue }) => {
      if (isBroken) throw new Error('the database is away');
      return queue === own;
    },
  });
  for (const queue of ['mail', 'money']) await board.client.enqueue(work, null, { queue });
  const stream = await listen(board, viewer);
  expect(await stream.until('mail')).not.toContain('money');
  own = 'money';
  await vi.advanceTimersByTimeAsync(RENEW_MS);
  await stream.until('money');
  expect(await stream.until('money')).not.toContain('mail');
  isBroken = true;
  await vi.advanceTimersByTimeAsync(RENEW_MS);
  expect(await stream.until(undefined)).toContain('(end)');
});

test('S13 S14 a stream ends when who listens is nobody, or somebody else, or when that is never answered', async () => {
  const token = 'a token of sixteen characters'.replaceAll(' ', '-');
  const sha256 = createHash('sha256').update(token).digest('hex');
  let user: unknown;
  const board = open({
    authorize: () => user as never,
    tokens: [{ name: 'ci', sha256, role: 'viewer' }],
  });
  const byToken = await listen(board, { authorization: `Bearer ${token}` });
  await byToken.until('queues');
  board.dashboard.setAccess({});
  await vi.advanceTimersByTimeAsync(RENEW_MS);
  expect(await byToken.until(undefined)).toContain('(end)');
  const never = new Promise(() => undefined);
  for (const next of [null, { name: 'bob', role: 'viewer' }, { name: 'ada', role: 'admin' }, never]) {
    user = { name: 'ada', role: 'viewer' };
    const stream = await listen(board, {});
    await stream.until('queues');
    user = next;
    await vi.advanceTimersByTimeAsync(2 * RENEW_MS);
    expect(await stream.until(undefined)).toContain('(end)');
  }
});
