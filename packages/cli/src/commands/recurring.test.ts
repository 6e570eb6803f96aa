import { Client, defineJob } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
const redis = store.connect();
const report = defineJob<null>({ name: 'report' });
let run: ReturnType<typeof cliFor>;
let client: Client;
let namespace: string;
beforeEach(async () => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
  await client.recurring.upsert('daily', report, null, { cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
});
afterEach(() => client.close());

test('recurring jobs are listed, shown, run by hand, and their audit is kept', async () => {
  expect(jsonOf(await run(['recurring', 'list', '--json']))).toMatchObject({
    recurring: [{ id: 'daily', name: 'report', misfire: 'once', paused: null }],
  });
  const shown = jsonOf<{ nextAt: number; next: number[] }>(
    await run(['recurring', 'get', 'daily', '--json']),
  );
  expect(shown.next).toHaveLength(5);
  expect(shown.next[0]).toBe(shown.nextAt);
  expect((await run(['recurring', 'list'])).stdout).toContain('0 3 * * * Europe/Berlin');
  const triggered = await run(['recurring', 'trigger', 'daily', '--reason', 'late', '-o', 'id']);
  expect(await client.get(triggered.stdout.trim())).toMatchObject({ name: 'report', state: 'enqueued' });
  expect(
    jsonOf(await run(['audit', 'list', '--target', 'daily', '--action', 'trigger', '--json'])),
  ).toMatchObject({
    entries: [{ action: 'trigger', target: 'daily', reason: 'late' }],
  });
  expect(await run(['recurring', 'get', 'none'])).toMatchObject({ code: 3, stdout: '' });
});

test('recurring jobs are paused, resumed, passed over once, and removed', async () => {
  const change = async (...args: string[]): Promise<unknown> =>
    jsonOf(await run(['recurring', ...args, '--json']));
  expect(await change('pause', 'daily')).toEqual({ recurring: [{ id: 'daily', changed: true }] });
  expect(await change('pause', 'daily')).toEqual({ recurring: [{ id: 'daily', changed: false }] });
  expect((await client.recurring.get('daily'))?.paused).toBeDefined();
  expect(await change('resume', 'daily')).toEqual({ recurring: [{ id: 'daily', changed: true }] });
  const before = (await client.recurring.get('daily'))?.nextAt ?? 0;
  expect(await change('skip', 'daily')).toEqual({ recurring: [{ id: 'daily', changed: true }] });
  expect((await client.recurring.get('daily'))?.nextAt).toBeGreaterThan(before);
  expect(await change('remove', 'daily')).toEqual({ recurring: [{ id: 'daily', changed: true }] });
  expect((await run(['recurring', 'list'])).stderr).toContain('No recurring job is defined.');
});

test('what was left out while a run goes on is shown with the job that goes on', async () => {
  const get = async (): Promise<unknown> => jsonOf(await run(['recurring', 'get', 'daily', '--json']));
  expect(await get()).toMatchObject({ leftOut: null });
  const job = await client.recurring.trigger('daily');
  const entry = { tick: Date.now(), at: Date.now(), skipped: 'overlap', count: 2 };
  await redis.lpush(`${shardPrefix(namespace, 0)}${KEY.history}daily`, JSON.stringify(entry));
  expect(await get()).toMatchObject({ leftOut: { count: 2, job, state: 'enqueued' } });
  expect((await run(['recurring', 'get', 'daily'])).stdout).toMatch(
    new RegExp(`Left out +2 runs: the one of .+ had not ended \\(job ${job}, enqueued\\)`),
  );
  await client.delete(job);
  expect((await run(['recurring', 'get', 'daily'])).stdout).toContain(`(job ${job}, deleted)`);
});
