import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, linesOf, outcome, startCli } from '../testing/run-cli.ts';

const store = await sharedRedis();
let run: ReturnType<typeof cliFor>;
beforeEach(async () => {
  run = cliFor(store.url, store.namespace());
  await run(['job', 'enqueue', 'mail.send', '-', '--queue', 'mail'], { input: '1\n2\n3\n' });
});

const MAIL = { name: 'mail', enqueued: 3, suspects: 0, paused: null, workers: 0 };

test('list and get show queues', async () => {
  const byPriority = { critical: 0, high: 0, normal: 3, low: 0 };
  const listed = jsonOf(await run(['queue', 'list', '--json']));
  expect(listed).toEqual({ queues: [{ ...MAIL, byPriority }] });
  expect(jsonOf(await run(['queue', 'get', 'mail', '--json']))).toEqual({ ...MAIL, byPriority });
  expect(await run(['queue', 'list', '-o', 'id'])).toMatchObject({ code: 0, stdout: 'mail\n' });
  expect(await run(['queue', 'get', 'none'])).toMatchObject({ code: 3, stdout: '' });
});

test('pause and resume may be asked for twice', async () => {
  const pause = ['queue', 'pause', 'mail', '--reason', 'a test', '--json'];
  expect(jsonOf(await run(pause))).toEqual({ queues: [{ name: 'mail', paused: true, changed: true }] });
  expect(jsonOf(await run(pause))).toEqual({ queues: [{ name: 'mail', paused: true, changed: false }] });
  const paused = jsonOf(await run(['queue', 'get', 'mail', '--json']));
  expect(paused).toMatchObject({ paused: { why: 'a test' } });
  const resumed = await run(['queue', 'resume', '-', '--json'], { input: 'mail\n' });
  expect(jsonOf(resumed)).toEqual({ queues: [{ name: 'mail', paused: false, changed: true }] });
});

test('purge needs --yes where no terminal is, and can only count', async () => {
  expect(await run(['queue', 'purge', 'mail'])).toMatchObject({ code: 2, stdout: '' });
  const dry = jsonOf(await run(['queue', 'purge', 'mail', '--dry-run', '--json']));
  expect(dry).toEqual({ queue: 'mail', deleted: 3, dryRun: true });
  const real = jsonOf(await run(['queue', 'purge', 'mail', '--yes', '--json']));
  expect(real).toEqual({ queue: 'mail', deleted: 3, dryRun: false });
  expect(jsonOf(await run(['queue', 'get', 'mail', '--json']))).toMatchObject({ enqueued: 0 });
  expect(await run(['queue', 'purge', 'none', '--yes'])).toMatchObject({ code: 3 });
});

test('status shows everything, and fails for the conditions that hold', async () => {
  const now = await run([
    'status',
    '--json',
    '--fail-on',
    'no-workers,failed>0,enqueued>=3,oldest>1d,oldest<1d',
  ]);
  expect(now.code).toBe(1);
  const json = jsonOf<{ counts: object }>(now);
  expect(json).toMatchObject({
    failing: ['no-workers', 'enqueued>=3', 'oldest<1d'],
    workers: [],
    quarantined: 0,
    oldest: { queue: 'mail', ageMs: expect.any(Number) as number },
  });
  expect(Object.keys(json)).toEqual([
    'namespace',
    'counts',
    'totals',
    'queues',
    'workers',
    'quarantined',
    'oldest',
    'failing',
  ]);
  expect(await run(['status', '--fail-on', 'failed>0'])).toMatchObject({ code: 0 });
  const person = await run(['status']);
  expect(person.stderr).toContain('3 jobs wait for "mail": no worker handles it');
});

test('a condition that cannot be checked is a usage error', async () => {
  const bare = await run(['status', '--fail-on', 'oldest>5']);
  expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining('such as 30s, 5m or 1h30m') });
  const typo = await run(['status', '--fail-on', 'faild>0']);
  expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean failed') });
});

test('--watch prints JSON again and again, a line each, until it is interrupted', async () => {
  const child = startCli(['status', '--watch', '--interval', '1s', '--json', '--redis', store.url]);
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  const ended = outcome(child);
  await eventually(() => linesOf(stdout).length >= 2);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130 });
  for (const line of linesOf(stdout)) expect(JSON.parse(line)).toMatchObject({ namespace: 'ls' });
  expect(await run(['status', '--watch', '--interval', '10ms'])).toMatchObject({ code: 2 });
});
