import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Board } from './testing/board.ts';
import { useBoards } from './testing/use-boards.ts';

const redis = await startRedis();
const open = useBoards(redis.url);
afterAll(() => redis.stop());

const work = defineJob({ name: 'work', queue: 'mail' });
const filter = { state: 'enqueued', queue: 'mail' };

describe('S56: many jobs are deleted', () => {
  let board: Board;
  beforeEach(async () => {
    board = open();
    await board.client.enqueueMany(work, [{}, {}, {}]);
  });

  const ask = (body: object): Promise<Response> =>
    board.ask('POST', '/api/bulk/delete', { role: 'admin', body });
  const codeOf = async (body: object): Promise<unknown> => {
    const { error } = (await (await ask(body)).json()) as { error: { code: string; option?: string } };
    return error.option;
  };
  const left = async (): Promise<number> => (await board.client.queue('mail').counts()).enqueued;

  /** Counts, and waits until that has ended. */
  async function count(): Promise<string> {
    const { id } = (await (await ask({ filter, dryRun: true })).json()) as { id: string };
    await expect.poll(async () => (await board.client.operations.get(id))?.state).toBe('done');
    return id;
  }

  test('only when they were counted, and whoever asks says how many they are', async () => {
    expect(await codeOf({})).toBe('counted');
    expect(await codeOf({ filter })).toBe('filter');
    expect(await codeOf({ counted: 'nothing', confirm: 3 })).toBe('counted');
    const counted = await count();
    expect(await codeOf({ counted })).toBe('confirm');
    expect(await codeOf({ counted, confirm: 2 })).toBe('confirm');
    expect(await codeOf({ counted, confirm: '3' })).toBe('confirm');
    expect(await left()).toBe(3);
    expect(await codeOf({ counted, confirm: 3, filter })).toBe('filter');
    expect(await codeOf({ counted, filter, dryRun: true })).toBe('counted');
    expect((await ask({ counted, confirm: 3, reason: 'a test' })).status).toBe(200);
    await expect.poll(left).toBe(0);
  });

  test('not by what counted something else', async () => {
    const steer = { role: 'admin', body: { verb: 'cancel', filter, dryRun: true } } as const;
    const { id } = (await (await board.ask('POST', '/api/bulk', steer)).json()) as { id: string };
    await expect.poll(async () => (await board.client.operations.get(id))?.state).toBe('done');
    expect(await codeOf({ counted: id, confirm: 3 })).toBe('counted');
    expect(await left()).toBe(3);
  });

  test('and not those that have come since', async () => {
    const counted = await count();
    // Ids tell milliseconds.
    const madeAt = Date.now();
    while (Date.now() <= madeAt + 1) await delay(1);
    await board.client.enqueueMany(work, [{}, {}]);
    expect((await ask({ counted, confirm: 3 })).status).toBe(200);
    await expect.poll(left).toBe(2);
  });

  test('of no other queue than whoever asks may change, by no detour', async () => {
    await board.client.enqueueMany(work, [{}], { queue: 'money' });
    const narrow = open({ namespace: board.namespace, can: (_user, _action, { queue }) => queue === 'mail' });
    const post = async (body: object): Promise<Response> =>
      narrow.ask('POST', '/api/bulk/delete', { role: 'admin', body });
    const mine = await post({ filter, dryRun: true });
    expect(mine.status).toBe(200);
    const { id } = (await mine.json()) as { id: string };
    await expect.poll(async () => (await board.client.operations.get(id))?.state).toBe('done');
    const all = { state: 'enqueued' };
    expect((await post({ filter: all, dryRun: true })).status).toBe(403);
    expect((await post({ filter: all, dryRun: true, counted: id })).status).toBe(400);
    // Somebody else may count them all.
    const counted = (await (await ask({ filter: all, dryRun: true })).json()) as { id: string };
    await expect.poll(async () => (await board.client.operations.get(counted.id))?.state).toBe('done');
    expect((await post({ counted: counted.id, confirm: 4 })).status).toBe(403);
    expect((await post({ counted: counted.id, confirm: 4, filter })).status).toBe(403);
    expect(await left()).toBe(3);
    expect((await board.client.queue('money').counts()).enqueued).toBe(1);
  });

  test('of the queue that was counted, by whoever may do that', async () => {
    const counted = await count();
    const narrow = open({
      namespace: board.namespace,
      can: (_user, _action, { queue }) => queue === 'other',
    });
    const body = { counted, confirm: 3 };
    expect((await narrow.ask('POST', '/api/bulk/delete', { role: 'admin', body })).status).toBe(403);
    expect(await left()).toBe(3);
  });
});
