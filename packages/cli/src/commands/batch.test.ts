import { Client, defineJob } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
const resize = defineJob<number>({ name: 'resize' });
let run: ReturnType<typeof cliFor>;
let client: Client;
beforeEach(() => {
  const namespace = store.namespace();
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
});
afterEach(() => client.close());

test('batches are listed, shown and cancelled', async () => {
  const { id } = await client.batch((b) => b.enqueueMany(resize, [1, 2, 3]), { name: 'album' });
  expect(jsonOf(await run(['batch', 'list', '--json']))).toMatchObject({
    batches: [{ id, name: 'album', state: 'running', total: 3, pending: 3, outer: null }],
  });
  expect((await run(['batch', 'get', id])).stdout).toContain('0 of 3');
  expect(jsonOf(await run(['batch', 'cancel', id, '--reason', 'wrong one', '--json']))).toEqual({
    id,
    changed: true,
  });
  expect(jsonOf(await run(['batch', 'get', id, '--json']))).toMatchObject({
    state: 'cancelled',
    cancelled: 3,
    cancelledBy: { why: 'wrong one' },
  });
  expect(await run(['batch', 'get', 'none'])).toMatchObject({ code: 3, stdout: '' });
});

test('job why says what a job waits for', async () => {
  const { id } = await client.enqueue(resize, 1);
  expect(jsonOf(await run(['job', 'why', id, '--json']))).toMatchObject({
    id,
    reasons: [{ code: 'NO_WORKER' }],
  });
  expect((await run(['job', 'why', id])).stdout).toContain('NO_WORKER');
  expect(await run(['job', 'why', '01JZ7Q4N0W6F3V8Y2K5T9R1X00'])).toMatchObject({ code: 3 });
});
