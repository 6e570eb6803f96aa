import { Client, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, linesOf, outcome, startCli } from '../testing/run-cli.ts';

const store = await sharedRedis();
const mail = defineJob<{ user: number }>({ name: 'mail.send', queue: 'mail' });
const report = defineJob<null>({ name: 'report.build' });
let run: ReturnType<typeof cliFor>;
let client: Client;
let namespace: string;
beforeEach(() => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
});
afterEach(() => client.close());

/** Leaves three mails and a report, all of them scheduled. */
async function scheduled(): Promise<string[]> {
  const due = { in: '1h' } as const;
  const mails = await client.scheduleMany(mail, [{ user: 1 }, { user: 2 }, { user: 3 }], due);
  const other = await client.schedule(report, null, due);
  return [...mails, other].map(({ id }) => id);
}

async function statesOf(ids: readonly string[]): Promise<(string | undefined)[]> {
  const jobs = await Promise.all(ids.map((id) => client.get(id)));
  return jobs.map((job) => (job !== undefined && 'state' in job ? job.state : undefined));
}

test('a change by filters counts, needs to be confirmed, and is one operation', async () => {
  const ids = await scheduled();
  const filters = ['--state', 'scheduled', '--name', 'mail.send', '--since', '1h'];
  const unsure = await run(['job', 'cancel', ...filters]);
  expect(unsure).toMatchObject({ code: 2, stdout: '' });
  expect(unsure.stderr).toContain('count them with --dry-run, then add --yes');
  const count = await run(['job', 'cancel', ...filters, '--dry-run', '--json']);
  expect([count.code, count.stderr]).toEqual([0, '']);
  expect(jsonOf(count)).toMatchObject({ verb: 'cancel', dryRun: true, matched: 3, changed: 0 });
  expect(await statesOf(ids)).toEqual(['scheduled', 'scheduled', 'scheduled', 'scheduled']);
  const real = await run(['job', 'cancel', ...filters, '--yes', '--reason', 'a test']);
  expect(real).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Cancelled {2}3 jobs\nOperation +\S+\n$/),
  });
  expect(await statesOf(ids)).toEqual(['cancelled', 'cancelled', 'cancelled', 'scheduled']);
  const [operation] = await client.operations.list();
  expect(operation).toMatchObject({ state: 'done', reason: 'a test', filter: { name: 'mail.send' } });
});

test('what no filter of an operation says is looked for, and put together', async () => {
  const ids = await scheduled();
  const filters = ['--state', 'scheduled', '--name', 'mail.*', '--where', 'input.user!=2'];
  const moved = await run([
    'job',
    'move',
    ...filters,
    '--from-queue',
    'mail',
    '--queue',
    'slow',
    '--priority',
    'low',
    '--yes',
    '--json',
  ]);
  expect(jsonOf(moved)).toMatchObject({
    verb: 'move',
    matched: 2,
    changed: 2,
    filter: {
      state: 'scheduled',
      query: 'state:scheduled queue:mail name:mail.* input.user!=2',
      queue: 'mail',
    },
  });
  const queues = await Promise.all(ids.map(async (id) => (await client.get(id)) as { queue?: string }));
  expect(queues.map(({ queue }) => queue)).toEqual(['slow', 'mail', 'slow', 'default']);
  const none = await run([
    'job',
    'delete',
    '--state',
    'scheduled',
    '--where',
    'input.user=9',
    '--yes',
    '--json',
  ]);
  expect([none.code, jsonOf(none)]).toEqual([0, expect.objectContaining({ matched: 0, changed: 0 })]);
});

test('where some could not be changed, that is exit code 6', async () => {
  const unique = { unique: { key: 'k' } } as const;
  const first = await client.enqueue(report, null, unique);
  await client.cancel(first.id);
  await client.enqueue(report, null, unique);
  const partly = await run(['job', 'requeue', '--state', 'cancelled', '--yes', '--json']);
  expect([partly.code, jsonOf(partly)]).toEqual([6, expect.objectContaining({ matched: 1, failed: 1 })]);
  expect(partly.stderr).toContain('BULK_PARTLY_FAILED: 1 of 1 jobs could not be changed');
});

test('whoever stops waiting is told how to go on; operations are listed, shown and cancelled', async () => {
  await scheduled();
  const env = { LINSTOCK_REDIS_URL: store.url, LINSTOCK_NAMESPACE: namespace };
  const child = startCli(['job', 'cancel', '--state', 'scheduled', '--rate', '0.1', '--yes'], { env });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const ended = outcome(child);
  await eventually(() => said.includes('has begun'));
  child.kill('SIGINT');
  const { code, stderr, stdout } = await ended;
  expect([code, stdout]).toEqual([130, '']);
  const [, id = ''] = /linstock bulk get (\S+) --watch, or linstock bulk cancel \S+\n$/.exec(stderr) ?? [];
  const [listed, shown] = await Promise.all([run(['bulk', 'list', '--json']), run(['bulk', 'get', id])]);
  expect(jsonOf(listed)).toMatchObject({
    operations: [{ id, verb: 'cancel', state: 'running', endedAt: null }],
  });
  expect(shown.stdout).toMatch(/^Id +\S+\nVerb +cancel\nState +running\nJobs +state:scheduled\n/);
  expect(shown.stdout).toContain('0.1 a second');
  const cancel = ['bulk', 'cancel', id, '--reason', 'too slow', '--json'];
  expect(jsonOf(await run(cancel))).toEqual({ id, changed: true });
  expect(jsonOf(await run(cancel))).toEqual({ id, changed: false });
  expect(await run(['bulk', 'get', 'none'])).toMatchObject({ code: 3, stdout: '' });
});

test('jobs are rescheduled and moved by their ids', async () => {
  const [first = '', second = '', third = ''] = await scheduled();
  await client.cancel(third);
  const at = '2090-01-31T09:00:00Z';
  const due = await run(['job', 'reschedule', '-', '--at', at, '-o', 'id'], {
    input: `${first}\n${second}\n`,
  });
  expect([due.code, linesOf(due.stdout)]).toEqual([0, [first, second]]);
  expect(await client.get(second)).toMatchObject({ dueAt: Date.parse(at) });
  const moved = await run(['job', 'move', first, third, '--queue', 'slow', '--json']);
  expect([moved.code, jsonOf(moved)]).toEqual([
    6,
    { changed: 1, refused: [{ id: third, code: 'STATE_CONFLICT', state: 'cancelled' }] },
  ]);
  expect(await client.get(first)).toMatchObject({ queue: 'slow' });
});

test('a job is copied, whole or with another input, queue and time', async () => {
  const input = { user: 1, token: 'hidden' };
  const { id } = await client.enqueue(mail, input, { tags: ['north'] });
  const like = jsonOf<{ id: string; like: string }>(await run(['job', 'copy', id, '--json']));
  expect(like.like).toBe(id);
  expect(await client.get(like.id)).toMatchObject({ input, tags: ['north'], queue: 'mail' });
  const changed = await run(['job', 'copy', id, '{"user":2}', '--queue', 'slow', '--in', '1h', '-o', 'id']);
  expect(await client.get(changed.stdout.trim())).toMatchObject({
    input: { user: 2 },
    queue: 'slow',
    state: 'scheduled',
  });
  expect(await run(['job', 'copy', '01JZ7Q4N0W6F3V8Y2K5T9R1X00'])).toMatchObject({ code: 3, stdout: '' });
});
