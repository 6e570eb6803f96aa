import { Client, defineJob, Monitor } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { Worker } from '@linstock/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, linesOf } from '../testing/run-cli.ts';
import { silentLog } from '../testing/silent-log.ts';

const store = await sharedRedis();
const nap = defineJob<null>({ name: 'nap', queue: 'beds' });
let run: ReturnType<typeof cliFor>;
let client: Client;
let monitor: Monitor;
let worker: Worker;
beforeEach(async () => {
  const installation = { redis: store.url, namespace: store.namespace() };
  run = cliFor(store.url, installation.namespace);
  client = new Client(installation);
  monitor = new Monitor(installation);
  worker = new Worker({ ...installation, queues: ['beds'], concurrency: 3, leaseMs: 3000, log: silentLog });
});
afterEach(async () => {
  await worker.stop();
  await monitor.close();
  await client.close();
});

test('workers are listed, shown with what they run for longest, and steered', async () => {
  let awake: () => void = () => undefined;
  worker.handle(nap, () => new Promise<null>((resolve) => (awake = () => resolve(null))));
  await worker.start();
  const { id: job } = await client.enqueue(nap, null);
  const load = async () => (await monitor.workers())[0]?.load;
  await eventually(async () => (await load())?.longest?.[0]?.id === job);
  const [id = ''] = linesOf((await run(['workers', 'list', '--queue', 'beds', '-o', 'id'])).stdout);
  expect(jsonOf(await run(['worker-processes', 'get', id, '--json']))).toMatchObject({
    id,
    isLate: false,
    info: { queues: ['beds'], jobs: ['nap'], concurrency: 3 },
    load: { running: 1, longest: [{ id: job, startedAt: expect.any(Number) as number }] },
  });
  const { stdout } = await run(['workers', 'get', id]);
  expect(stdout).toMatch(new RegExp(`Longest runs +${job} for `));
  expect(stdout).toMatch(
    /Last beat .* ago\n.*\n?Lease until[^]*Memory +\d+ MiB\nEvent loop +blocked for \d+/,
  );

  const quiet = ['workers', 'quiet', '-', '--reason', 'a release', '--json'];
  expect(jsonOf(await run(quiet, { input: `${id}\n` }))).toEqual({ workers: [{ id, order: 'quiet' }] });
  await eventually(async () => (await load())?.isQuiet === true);
  expect((await run(['workers', 'list'])).stdout).toMatch(/quiet +1 of 3 +beds/);
  expect((await monitor.audit({ target: id }))[0]).toMatchObject({ action: 'quiet', reason: 'a release' });
  expect((await run(['workers', 'resume', id])).stdout).toMatch(/told to claim again/);
  expect(jsonOf(await run(['workers', 'concurrency', '7', id, '--json']))).toEqual({
    workers: [{ id, order: 'concurrency', slots: 7 }],
  });
  await eventually(async () => (await load())?.isQuiet === false && (await load())?.concurrency === 7);
  const stopped = new Promise<void>((resolve) => worker.events.once('stopped', () => resolve()));
  const stop = await run(['workers', 'stop', id, 'NONE', '--json']);
  expect(stop).toMatchObject({ code: 3, stderr: expect.stringContaining('WORKER_NOT_FOUND') });
  expect(jsonOf(stop)).toEqual({ workers: [{ id, order: 'stop' }] });
  awake();
  await stopped;
});

test('a worker that does not live is not found, and a number of jobs that cannot be is refused', async () => {
  expect(await run(['workers', 'get', 'NONE'])).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('linstock workers list'),
  });
  expect(await run(['workers', 'concurrency', '0', 'NONE'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('from 1 to 10000'),
  });
});
