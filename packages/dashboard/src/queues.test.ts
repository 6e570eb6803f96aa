import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, expect, test } from 'vitest';
import type { Board } from './testing/board.ts';
import { useBoards } from './testing/use-boards.ts';

const redis = await startRedis();
const open = useBoards(redis.url);
afterAll(() => redis.stop());

async function isKnown(board: Board, name: string): Promise<unknown> {
  const answer = await board.ask('GET', `/api/queues/${name}`, { role: 'viewer' });
  return ((await answer.json()) as { queue: { isKnown: unknown } }).queue.isKnown;
}

test('one queue tells whether there is any such queue', async () => {
  const board = open();
  expect(await isKnown(board, 'mial')).toBe(false);
  await board.client.enqueue(defineJob({ name: 'work', queue: 'mail' }), {});
  expect(await isKnown(board, 'mail')).toBe(true);
  await board.client.queue('later').pause();
  expect(await isKnown(board, 'later')).toBe(true);
  await board.client.queue('limited').configure({ limit: 2 });
  expect(await isKnown(board, 'limited')).toBe(true);
  expect(await isKnown(board, 'mial')).toBe(false);
});
