import { Client, defineJob, Monitor } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { Worker } from '@linstock/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, runCli } from '../testing/run-cli.ts';
import { silentLog } from '../testing/silent-log.ts';

const store = await sharedRedis();
let namespace: string;
let run: ReturnType<typeof cliFor>;
let client: Client;
beforeEach(() => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
});
afterEach(() => client.close());

test('a recurring job is added once, and replaced only when that is said', async () => {
  const add = ['recurring', 'add', 'daily', 'report', '-', '--json', '--reason', 'asked for'];
  const berlin = [
    '--cron',
    '0 3 * * *',
    '--time-zone',
    'Europe/Berlin',
    '--overlap',
    'skip',
    '--queue',
    'slow',
  ];
  const added = jsonOf<{ next: number[] }>(await run([...add, ...berlin], { input: '{"kind":"daily"}' }));
  expect(added).toMatchObject({ id: 'daily', outcome: 'created' });
  expect(await client.recurring.get('daily')).toMatchObject({
    schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    policy: { misfire: 'once', overlap: 'skip' },
    job: { name: 'report', queue: 'slow' },
    nextAt: added.next[0],
  });
  const again = await run(['recurring', 'add', 'daily', 'report', '--every', '90s']);
  expect(again).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('--replace') });
  const replaced = await run(['recurring', 'add', 'daily', 'report', '--every', '90s', '--replace']);
  expect(replaced.stdout).toMatch(/Recurring +daily changed\nJob +report in queue default\nNext +\d{4}-/);
  const next = await run(['recurring', 'next', 'daily', '--count', '7', '-o', 'ndjson']);
  expect(next.stdout.trim().split('\n')).toHaveLength(7);
  expect(JSON.parse(next.stdout.split('\n', 1)[0] ?? '')).toEqual({
    at: (await client.recurring.get('daily'))?.nextAt,
    clock: null,
  });
});

test('its jobs wait where workers have said that they belong', async () => {
  const worker = new Worker({ redis: store.url, namespace, queues: ['slow'], log: silentLog });
  worker.handle(defineJob<null>({ name: 'report', queue: 'slow' }), () => null);
  await worker.start();
  const monitor = new Monitor({ redis: store.url, namespace });
  await eventually(async () => (await monitor.contract('report')) !== undefined);
  await monitor.close();
  await worker.stop();
  const added = await run(['recurring', 'add', 'daily', 'report', '--cron', '@daily', '-o', 'id']);
  expect(added).toMatchObject({ code: 0, stdout: 'daily\n' });
  expect((await client.recurring.get('daily'))?.job.queue).toBe('slow');
});

test('the next runs of a schedule need no Redis, and tell what a change of the clock does to them', async () => {
  // Summer time begins in the night of one of these days in about every second year.
  const schedule = ['--cron', '30 2 29-31 3 *', '--time-zone', 'Europe/Berlin'];
  const { code, stdout } = await runCli(['recurring', 'next', ...schedule, '--count', '100', '--json']);
  const { next, clock } = JSON.parse(stdout) as { next: number[]; clock: Record<string, object> };
  expect([code, next.length]).toEqual([0, 100]);
  const leap = Object.entries(clock)[0];
  expect(leap?.[1]).toMatchObject({ kind: 'leap', meant: expect.stringMatching(/-03-\d\dT02:30:00$/) });
  expect(new Date(Number(leap?.[0])).toISOString()).toContain('T01:00:00.000Z');
  const shown = await runCli(['recurring', 'next', ...schedule, '--count', '60']);
  expect(shown.stdout).toMatch(/EUROPE\/BERLIN +RUN +CLOCK\n/);
  expect(shown.stdout).toMatch(/-03-\d\d 03:00:00 .*the clock leaps over 02:30, it runs right after/);
});

test('a schedule is valid, or a usage error that says why', async () => {
  const valid = await runCli(['recurring', 'validate', '--every', '90s', '--json']);
  expect([valid.code, jsonOf(valid)]).toMatchObject([0, { valid: true, clock: {} }]);
  const wrong = await runCli(['recurring', 'validate', '--cron', '61 * * * *']);
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error INVALID_OPTION: schedule\.cron: .*61/),
  });
});

test.each([
  ['validate', ['--cron', '@daily', '--time-zone', 'Europe/Berln'], 'Europe/Berln'],
  ['next', ['daily', '--cron', '@daily'], 'either a recurring job, or a schedule'],
  ['next', ['--time-zone', 'UTC'], 'either --cron'],
])('recurring %s %j is a usage error', async (verb, args, message) => {
  const wrong = await runCli(['recurring', verb, ...args]);
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
});
