import { Client, Monitor } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, outcome, startCli } from '../testing/run-cli.ts';

const JOBS = fileURLToPath(new URL('../testing/fixture-jobs.ts', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const store = await sharedRedis();
/** For what starts one process, or two. */
const STARTS = { timeoutMs: 30_000 };
let namespace: string;
let run: ReturnType<typeof cliFor>;
let env: Record<string, string>;
let children: ReturnType<typeof startCli>[];
beforeEach(() => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
  env = { LINSTOCK_REDIS_URL: store.url, LINSTOCK_NAMESPACE: namespace };
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(args: readonly string[], cwd?: string) {
  const child = startCli(args, cwd === undefined ? { env } : { env, cwd });
  children.push(child);
  return { child, ended: outcome(child) };
}

async function enqueue(name: string, input: string, queue = 'default'): Promise<string> {
  return (await run(['job', 'enqueue', name, input, '--queue', queue, '-o', 'id'])).stdout.trim();
}

async function state(id: string): Promise<unknown> {
  return jsonOf(await run(['job', 'get', id, '--json']))['state'];
}

/** Resolves when a job runs. Looked at from here: a command takes as long to start as some jobs to end. */
async function runs(id: string): Promise<void> {
  await using client = new Client({ redis: store.url, namespace });
  await eventually(async () => ((await client.get(id)) as { state?: string }).state === 'processing', STARTS);
}

async function workers(): Promise<{ info: { pid: number } | null }[]> {
  const { stdout } = await run(['status', '--json']);
  return (JSON.parse(stdout) as { workers: { info: { pid: number } | null }[] }).workers;
}

test('a job tells of itself while it runs, and its log can be read', async () => {
  const id = await enqueue('tell', 'null');
  expect(await run(['job', 'logs', id])).toMatchObject({ code: 0, stdout: '' });
  expect(await run(['worker', JOBS, '--once'])).toMatchObject({ code: 0 });
  expect(jsonOf(await run(['job', 'logs', id, '--json']))).toMatchObject({
    id,
    progress: { done: 1 },
    log: [{ level: 'info', message: 'copied', file: 'a.txt' }],
  });
  const shown = await run(['job', 'logs', id]);
  expect(shown.stdout).toContain('copied');
  expect(shown.stderr).toContain('progress {"done":1}');
  expect(await run(['job', 'logs', '01JZ7Q4N0W6F3V8Y2K5T9R1X00'])).toMatchObject({ code: 3 });
});

test('worker --once runs what waits, and ends', async () => {
  const [sum, refused] = [
    await enqueue('math.add', '{"a":1,"b":2}', 'math'),
    await enqueue('refuse', 'null'),
  ];
  // Its own attempts win over the contract's, which the command line does not load.
  expect(await run(['job', 'delete', refused])).toMatchObject({ code: 0 });
  const failing = (await run(['job', 'enqueue', 'refuse', '--max-attempts', '1', '-o', 'id'])).stdout.trim();
  const worked = await run(['worker', JOBS, '--once']);
  expect([worked.code, worked.stdout]).toEqual([0, '']);
  const waited = await run(['job', 'wait', sum, '--json']);
  expect([waited.code, jsonOf(waited)]).toEqual([
    0,
    { id: sum, outcome: 'succeeded', result: 3, reason: null },
  ]);
  const failed = await run(['job', 'wait', failing, '--json']);
  expect(failed.code).toBe(1);
  expect(jsonOf(failed)).toMatchObject({
    outcome: 'JOB_FAILED',
    reason: { message: 'out of \u001B[31mpaper' },
  });
  expect(failed.stderr).not.toContain('\u001B');
  expect(await run(['job', 'wait', sum, failing])).toMatchObject({ code: 6 });
});

test('SIGTERM lets a running job end', async () => {
  const id = await enqueue('sleep', '3000');
  const { child, ended } = start(['worker', JOBS]);
  await runs(id);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
  expect(await state(id)).toBe('succeeded');
});

test('a worker that is told to stop from elsewhere ends its process', async () => {
  const { ended } = start(['worker', JOBS]);
  await eventually(async () => (await workers()).length === 1, STARTS);
  const client = new Client({ redis: store.url, namespace });
  const monitor = new Monitor({ redis: store.url, namespace });
  try {
    await client.workers.stop((await monitor.workers())[0]?.id ?? '');
    expect(await ended).toMatchObject({ code: 0 });
    expect(await monitor.workers()).toEqual([]);
  } finally {
    await Promise.all([client.close(), monitor.close()]);
  }
});

test('a second signal gives running jobs back at once', async () => {
  const id = await enqueue('sleep', '60000');
  const { child, ended } = start(['worker', JOBS]);
  await runs(id);
  let stderr = '';
  child.stderr.on('data', (text: string) => (stderr += text));
  child.kill('SIGINT');
  await eventually(() => stderr.includes('worker stops'));
  child.kill('SIGINT');
  await ended;
  expect(await state(id)).toBe('enqueued');
});

test('of several processes, one that dies is started again, and all stop together', async () => {
  const { child, ended } = start(['worker', JOBS, '--processes', '2', '--log-level', 'warn']);
  const two = await eventually(async () => {
    const pids = (await workers()).map(({ info }) => info?.pid ?? 0);
    return pids.length === 2 && pids;
  }, STARTS);
  process.kill(two[0] ?? 0, 'SIGKILL');
  await eventually(async () => (await workers()).some(({ info }) => !two.includes(info?.pid ?? 0)), STARTS);
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining('is started again')]);
});

test('a module without handlers says what to export', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
  writeFileSync(path.join(folder, 'empty.mjs'), 'export const x = 1;');
  const refused = await run(['worker', 'empty.mjs'], { cwd: folder });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('defineHandler') });
  rmSync(folder, { recursive: true });
});

test('dev restarts its worker when a source changes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
  symlinkSync(MODULES, path.join(folder, 'node_modules'));
  const file = path.join(folder, 'jobs.ts');
  cpSync(JOBS, file);
  const { child, ended } = start(['dev', 'jobs.ts'], folder);
  let stderr = '';
  child.stderr.on('data', (text: string) => (stderr += text));
  await eventually(() => /worker {3}pid/.test(stderr), STARTS);
  writeFileSync(
    file,
    `import { defineJob } from '@linstock/core';
    export const again = { contract: defineJob({ name: 'again' }), handler: () => 'here' };`,
  );
  await eventually(() => /jobs again\n/.test(stderr), STARTS);
  const id = await enqueue('again', 'null');
  expect(await run(['job', 'wait', id])).toMatchObject({ code: 0, stdout: '"here"\n' });
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0 });
  rmSync(folder, { recursive: true });
});

test('dev restarts its worker also when a source changes while it starts', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
  symlinkSync(MODULES, path.join(folder, 'node_modules'));
  const file = path.join(folder, 'jobs.mjs');
  const source = (name: string): string => `import { defineJob } from '@linstock/core';
    export const job = { contract: defineJob({ name: '${name}' }), handler: () => 'here' };`;
  const [loading, goOn] = [path.join(folder, 'loading'), path.join(folder, 'go-on')];
  const slow = `import { existsSync, writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(loading)}, '');
    while (!existsSync(${JSON.stringify(goOn)})) await new Promise((resolve) => setTimeout(resolve, 10));`;
  writeFileSync(file, `${slow}\n${source('old')}`);
  const { child, ended } = start(['dev', 'jobs.mjs'], folder);
  let stderr = '';
  child.stderr.on('data', (text: string) => (stderr += text));
  await eventually(() => existsSync(loading), STARTS);
  writeFileSync(file, source('new'));
  writeFileSync(goOn, '');
  await eventually(() => /jobs new\n/.test(stderr), STARTS);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0 });
  rmSync(folder, { recursive: true });
});

test('dev without a module runs a sample on the store that it starts, and says when nothing is kept', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
  env = {};
  const { child, ended } = start(['dev', '--embedded'], folder);
  let stderr = '';
  child.stderr.on('data', (text: string) => (stderr += text));
  await eventually(() => /sample {3}it succeeded/.test(stderr), STARTS);
  expect(stderr).toContain('NOTHING IS KEPT ON DISK');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
  rmSync(folder, { recursive: true });
});
