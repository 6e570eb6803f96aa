import { defineJob } from '@linstock/core';
import { Connection, describeContract, JobStore, shardPrefix, WorkerRegistry } from '@linstock/core/internal';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { escapeText } from '../escape.ts';
import { cliFor, jsonOf, linesOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
let namespace: string;
let run: ReturnType<typeof cliFor>;
beforeEach(() => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
});

async function enqueue(...args: string[]): Promise<string> {
  const { stdout } = await run(['job', 'enqueue', ...args, '-o', 'id']);
  return stdout.trim();
}

const FIELDS =
  'attempt batch createdAt damaged dueAt error history id input name options parents priority queue recoveries result startedAt state worker'.split(
    ' ',
  );
const UNKNOWN = '01JZ7Q4N0W6F3V8Y2K5T9R1X00';

test('an enqueued job can be read back with all its fields', async () => {
  const options = ['--queue', 'mail', '--priority', 'high', '--max-attempts', '3'];
  const enqueued = await run(['job', 'enqueue', 'mail.send', '{"to":"ada"}', ...options, '--json']);
  expect(enqueued).toMatchObject({ code: 0, stderr: '' });
  const { id, ...rest } = jsonOf<{ id: string }>(enqueued);
  expect(rest).toEqual({ name: 'mail.send', queue: 'mail', state: 'enqueued' });
  const job = jsonOf(await run(['job', 'get', id, '--json']));
  expect(Object.keys(job).toSorted()).toEqual(FIELDS);
  expect(job).toMatchObject({ id, input: { to: 'ada' }, priority: 'high', options: { maxAttempts: 3 } });
});

test('a job that workers have described goes to its queue, unless another one is named', async () => {
  const [connection, prefix] = [new Connection(store.url, 'commands'), shardPrefix(namespace, 0)];
  onTestFinished(() => connection.close());
  await connection.ready(5000);
  const contract = defineJob({ name: 'mail.send', queue: 'mail', priority: 'low', maxAttempts: 4 });
  await new WorkerRegistry(connection, prefix).describe([describeContract(contract)]);
  const [described, named] = [
    await enqueue('mail.send'),
    await enqueue('mail.send', '{}', '--queue', 'slow'),
  ];
  const [one, other] = await Promise.all([described, named].map((id) => run(['job', 'get', id, '--json'])));
  expect([one, other].map((result) => result && jsonOf(result))).toMatchObject([
    { queue: 'mail', priority: 'low', options: { maxAttempts: 4 } },
    { queue: 'slow', priority: 'low' },
  ]);
});

/** Takes the only job that waits, as a worker whose load says since when it runs. */
async function startJob(id: string, startedAt: number): Promise<void> {
  const [connection, prefix] = [new Connection(store.url, 'commands'), shardPrefix(namespace, 0)];
  onTestFinished(() => connection.close());
  await connection.ready(5000);
  const registry = new WorkerRegistry(connection, prefix);
  const [worker, leaseMs, queues] = ['AdaAdaAdaAda', 600_000, ['default']];
  await registry.register(worker, leaseMs, JSON.stringify({ host: 'box', pid: 7, queues, startedAt }));
  const claim = { claim: '000000000001', most: 1, wasIdle: false, suspects: 'one' } as const;
  await new JobStore(connection, prefix).claim({ ...claim, worker, leaseMs, queues });
  const load = JSON.stringify({ running: 1, longest: [[id, startedAt, 1]] });
  await registry.renew(worker, { leaseMs, sweepMs: 1000, load });
}

test('a job that runs says since when: itself, in lists, as a reason, and in the status', async () => {
  const id = await enqueue('slow', 'null');
  const startedAt = Date.now() - 185_000;
  await startJob(id, startedAt);
  const [list, one, json, why, status] = await Promise.all([
    run(['job', 'list', '--state', 'processing']),
    run(['job', 'get', id]),
    run(['job', 'get', id, '--json']),
    run(['job', 'why', id]),
    run(['status']),
  ]);
  const instant = new Date(startedAt).toISOString();
  expect(list.stdout).toMatch(/ on AdaAdaAdaAda for 3m \d+s/);
  expect(one.stdout).toContain(`${instant} (3m `);
  expect(jsonOf(json)).toMatchObject({ worker: 'AdaAdaAdaAda', startedAt });
  expect(why.stdout).toContain(`which began at ${instant} (3 min `);
  expect(status.stdout).toMatch(`, runs job ${id} for 3m `);
});

test('--in and --at schedule a job, and exclude each other', async () => {
  const id = await enqueue('later', '--in', '1h');
  expect(jsonOf(await run(['job', 'get', id, '--json']))).toMatchObject({ state: 'scheduled' });
  const at = await enqueue('later', '--at', '2090-01-31T09:00:00Z');
  const dueAt = Date.UTC(2090, 0, 31, 9);
  expect(jsonOf(await run(['job', 'get', at, '--json']))).toMatchObject({ state: 'scheduled', dueAt });
  const both = await run(['job', 'enqueue', 'x', '--in', '1h', '--at', '2090-01-31T09:00:00Z']);
  expect(both).toMatchObject({ code: 2, stdout: '' });
});

test('the input may come from a file; what is no JSON is a usage error', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
  writeFileSync(path.join(folder, 'input.json'), '{"n":7}');
  const { stdout } = await run(['job', 'enqueue', 'x', '@input.json', '-o', 'id'], { cwd: folder });
  expect(jsonOf(await run(['job', 'get', stdout.trim(), '--json']))).toMatchObject({ input: { n: 7 } });
  expect(await run(['job', 'enqueue', 'x', '{'])).toMatchObject({ code: 2 });
  expect(await run(['job', 'enqueue', 'x', '@none.json'], { cwd: folder })).toMatchObject({ code: 2 });
  rmSync(folder, { recursive: true });
});

test('lines of standard input become jobs, and their ids a pipe', async () => {
  const input = Array.from({ length: 2500 }, (_, n) => `{"n":${n}}`).join('\n');
  const all = await run(['job', 'enqueue', 'x', '-', '--json'], { input });
  expect([all.code, jsonOf(all)]).toEqual([0, { enqueued: 2500 }]);
  const ids = (await run(['job', 'enqueue', 'y', '-', '-o', 'id'], { input: '1\n\n2\r\n3' })).stdout;
  expect(linesOf(ids)).toHaveLength(3);
  const got = await run(['job', 'get', '-', '-o', 'ndjson'], { input: ids });
  const inputs = linesOf(got.stdout).map((line) => (JSON.parse(line) as { input: number }).input);
  expect(inputs).toEqual([1, 2, 3]);
});

test('a line that is no JSON ends the stream, and tells how far it came', async () => {
  const some = await run(['job', 'enqueue', 'x', '-'], { input: '1\n2\n{bad\n4\n' });
  expect(some.code).toBe(6);
  expect(some.stderr).toContain('line 3 of standard input is not JSON');
  expect(some.stderr).toContain('2 jobs are enqueued, up to line 2');
  expect(jsonOf(await run(['job', 'list', '--json']))).toMatchObject({ total: 2 });
  expect(await run(['job', 'enqueue', 'x', '-'], { input: '{bad\n' })).toMatchObject({ code: 2 });
});

test('cancel, requeue and delete change jobs, and say why where not', async () => {
  const id = await enqueue('x');
  expect(await run(['job', 'cancel', id, '--reason', 'a test'])).toMatchObject({ code: 0 });
  const conflict = await run(['job', 'cancel', id, '--json']);
  expect(conflict).toMatchObject({ code: 5, stderr: expect.stringContaining('it is cancelled') });
  const refusal = { id, code: 'STATE_CONFLICT', state: 'cancelled' };
  expect(jsonOf(conflict)).toEqual({ changed: 0, refused: [refusal] });
  expect(await run(['job', 'requeue', '-'], { input: `${id}\n` })).toMatchObject({ code: 0 });
  expect(await run(['job', 'delete', id, UNKNOWN])).toMatchObject({ code: 6 });
  expect(await run(['job', 'delete', id])).toMatchObject({ code: 3 });
  expect(await run(['job', 'delete', '-'], { input: '' })).toMatchObject({ code: 2 });
});

test('a job that does not exist is exit code 3', async () => {
  for (const args of [
    ['get', UNKNOWN],
    ['get', 'nonsense'],
    ['wait', UNKNOWN],
    ['requeue', UNKNOWN],
  ]) {
    const missing = await run(['job', ...args]);
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringMatching(/^error JOB_NOT_FOUND: .*\n$/) });
  }
});

test('waiting longer than --timeout is exit code 8', async () => {
  const id = await enqueue('x');
  const waited = await run(['job', 'wait', id, '--timeout', '200ms', '--json']);
  expect([waited.code, jsonOf(waited)]).toEqual([8, { id, outcome: 'TIMEOUT', result: null, reason: null }]);
});

test('control characters in data reach no terminal, and JSON stays one value on one line', async () => {
  const nasty = '\u001B[2J\r\n\u009B31m\u2028\u202E\u0000';
  const id = await enqueue('x', JSON.stringify({ nasty }));
  const outputs = [
    await run(['job', 'get', id]),
    await run(['job', 'list', '-o', 'wide']),
    await run(['job', 'list', '-o', 'ndjson']),
  ];
  for (const { stdout } of outputs) {
    const shown = stdout.replaceAll('\n', '');
    expect(escapeText(shown)).toBe(shown);
  }
  const line = outputs[2]?.stdout ?? '';
  expect(JSON.parse(line)).toMatchObject({ input: { nasty } });
  const error = await run(['job', 'get', '\u001B[31m\u2028x']);
  expect(error.stderr).toContain(String.raw`\u001b[31m`);
});
