import type { JobContract } from '@linstock/core';
import { Client, Monitor } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import type { ReadFamily } from '@linstock/test-kit/read-metrics';
import { metric, readMetrics } from '@linstock/test-kit/read-metrics';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { add, others } from '../testing/fixture-jobs.ts';
import { cliFor, outcome, startCli } from '../testing/run-cli.ts';

const JOBS = fileURLToPath(new URL('../testing/fixture-jobs.ts', import.meta.url));
const store = await sharedRedis();
let client: Client;
let monitor: Monitor;
let run: ReturnType<typeof cliFor>;
let env: Record<string, string>;
let children: ReturnType<typeof startCli>[];
beforeEach(() => {
  const namespace = store.namespace();
  client = new Client({ redis: store.url, namespace });
  monitor = new Monitor({ redis: store.url, namespace });
  run = cliFor(store.url, namespace);
  env = { LINSTOCK_REDIS_URL: store.url, LINSTOCK_NAMESPACE: namespace };
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([client.close(), monitor.close()]);
});

/** Starts workers with a probe on a free port; resolves when that answers. */
async function probed(...args: readonly string[]) {
  const child = startCli(['worker', JOBS, '--probe-port', '0', '--log-level', 'warn', ...args], { env });
  children.push(child);
  const ended = outcome(child);
  let said = '';
  child.stderr.on('data', (text: string) => (said += text));
  const port = await eventually(() => /port (\d+) of 127\.0\.0\.1/.exec(said)?.[1] ?? false);
  const ask = async (path: string): Promise<readonly [number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return [answer.status, await answer.text()];
  };
  const scrape = async (): Promise<Map<string, ReadFamily>> => readMetrics((await ask('/metrics'))[1]);
  return { child, ended, port, ask, scrape, said: () => said };
}

const SUMS = { queue: 'math', name: 'math.add', outcome: 'succeeded' };
const added = (families: ReadonlyMap<string, ReadFamily>): number =>
  metric(families, 'linstock_jobs_processed_total', SUMS) ?? 0;

async function runSums(count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, n) => ({ a: n, b: 1 }));
  const jobs = await client.enqueueMany(add.contract as JobContract<{ a: number; b: number }>, inputs);
  await Promise.all(jobs.map((job) => job.result()));
}

test('a worker that is told to stop is not ready at once, lives on while a job runs, and tells what it ran', async () => {
  const { child, ended, port, ask, scrape } = await probed();
  await eventually(async () => (await ask('/readyz'))[0] === 200);
  await runSums(3);
  await eventually(async () => added(await scrape()) === 3);
  await client.enqueue(others.sleep.contract, 600_000);
  await eventually(async () => metric(await scrape(), 'linstock_worker_slots', { state: 'busy' }) === 1);
  const [taken, portless] = await Promise.all([
    run(['worker', JOBS, '--probe-port', port]),
    run(['worker', JOBS, '--probe-host', '0.0.0.0']),
  ]);
  expect([taken.code, taken.stdout]).toEqual([1, '']);
  expect(taken.stderr).toMatch(new RegExp(`port ${port} of 127\\.0\\.0\\.1 cannot be used.*another one`));
  expect(portless).toMatchObject({ code: 2, stderr: expect.stringContaining('--probe-port') as string });
  child.kill('SIGTERM');
  await eventually(async () => (await ask('/readyz'))[0] === 503);
  expect(await ask('/readyz')).toEqual([503, 'stopping: it takes no more jobs\n']);
  expect(await ask('/livez')).toEqual([200, 'ok\n']);
  expect(metric(await scrape(), 'linstock_worker_slots', { state: 'busy' })).toBe(1);
  child.kill('SIGTERM');
  await ended;
});

test('of several processes one port tells the sum, which does not fall when one is started again', async () => {
  const { child, ended, ask, scrape, said } = await probed('--processes', '2', '--concurrency', '3');
  await eventually(async () => (await ask('/readyz'))[0] === 200);
  await runSums(20);
  const before = await eventually(async () => {
    const found = await scrape();
    return added(found) === 20 && found;
  });
  expect(metric(before, 'linstock_worker_slots', { state: 'free' })).toBe(6);
  expect(metric(before, 'linstock_job_run_seconds_count', { queue: 'math' })).toBe(20);
  const [victim] = await monitor.workers();
  process.kill(victim?.info?.pid ?? 0, 'SIGKILL');
  await eventually(() => said().includes('is started again'));
  expect(await ask('/livez')).toEqual([200, 'ok\n']);
  expect(added(await scrape())).toBe(20);
  await eventually(async () => (await ask('/readyz'))[0] === 200);
  expect(added(await scrape())).toBe(20);
  await client.enqueue(others.sleep.contract, 600_000);
  await eventually(async () => metric(await scrape(), 'linstock_worker_slots', { state: 'busy' }) === 1);
  child.kill('SIGTERM');
  await eventually(async () => (await ask('/readyz'))[1].startsWith('stopping'));
  expect(await ask('/livez')).toEqual([200, 'ok\n']);
  child.kill('SIGTERM');
  await ended;
});
