import { Client, defineJob, Monitor } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { Worker } from '@linstock/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf } from '../testing/run-cli.ts';
import { silentLog } from '../testing/silent-log.ts';

const store = await sharedRedis();
const redis = store.connect();
const call = defineJob<number>({
  name: 'bank.call',
  queue: 'bank',
  concurrency: { key: 'bank', limit: 1 },
  rateLimit: { key: 'bank', limit: 5, per: '1h' },
});
let namespace: string;
let run: ReturnType<typeof cliFor>;
let client: Client;
let monitor: Monitor;
let worker: Worker;
beforeEach(() => {
  namespace = store.namespace();
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
  monitor = new Monitor({ redis: store.url, namespace });
  worker = new Worker({ redis: store.url, namespace, queues: ['bank'], log: silentLog });
});
afterEach(async () => {
  await worker.stop();
  await monitor.close();
  await client.close();
});

test('limits are listed and shown; a place is taken only from who has no right to it; a rate begins anew', async () => {
  let end: () => void = () => undefined;
  worker.handle(call, () => new Promise<void>((resolve) => (end = resolve)));
  await worker.start();
  const jobs = await client.enqueueMany(call, [1, 2]);
  await eventually(async () => (await monitor.blocks()).some(({ running }) => running === 1));
  const limit = async (...args: string[]): Promise<unknown> =>
    jsonOf(await run(['limit', ...args, '--json']));
  const { places } = await client.limits.get('bank');
  const holder = places[0]?.job ?? '';
  expect(jobs.map(({ id }) => id)).toContain(holder);
  expect(await limit('list')).toMatchObject({
    blocks: [{ kind: 'limit', key: 'bank', waiting: 1, running: 1, holders: [holder] }],
  });
  expect(await limit('get', 'bank')).toMatchObject({
    key: 'bank',
    taken: 1,
    places: [{ job: holder, worker: expect.any(String) as string, right: 'runs' }],
    waiting: 1,
  });
  expect(await run(['limit', 'release', 'bank', holder])).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining('PLACE_IN_USE'),
  });
  expect(await limit('reset', 'bank', '--reason', 'raised')).toEqual({ key: 'bank', changed: true });
  expect((await monitor.audit({ target: 'bank' }))[0]).toMatchObject({ reason: 'raised' });
  end();
});

test('a place that a dead worker has left is released', async () => {
  await client.connect();
  const prefix = shardPrefix(namespace, 0);
  const { id } = await client.enqueue(call, 1, { queue: 'nobody' });
  await redis.sadd(`${prefix}${KEY.holders}bank`, `${'A'.repeat(12)}${'0'.repeat(12)}${id}`);
  expect((await run(['limit', 'get', 'bank'])).stdout).toContain(`${id} on worker`);
  const released = await run(['limit', 'release', 'bank', id, '--json']);
  expect(jsonOf(released)).toEqual({ key: 'bank', id, changed: true });
  expect((await client.limits.get('bank')).taken).toBe(0);
});
