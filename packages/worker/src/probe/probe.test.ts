import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { ReadFamily } from '@linstock/test-kit/read-metrics';
import { metric, readMetrics } from '@linstock/test-kit/read-metrics';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import { Gate, Stage } from '../testing/stage.ts';
import type { Worker } from '../worker.ts';
import type { Probe } from './probe.ts';
import { createProbe } from './probe.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await stage.closeAll();
  await Promise.all(closers.splice(0).map((close) => close()));
});

const add = defineJob<{ n: number }>({ name: 'math.add', queue: 'math', aliases: ['add'] });
const flaky = defineJob({ name: 'flaky', maxAttempts: 2, retry: { fixed: 0 } });
const unknown = defineJob({ name: 'unknown' });

/** Status and first line of an answer. */
async function ask(probe: Probe, path: string, method = 'GET'): Promise<readonly [number, string]> {
  const answer = await probe.fetch(new Request(`http://localhost/probe${path}`, { method }));
  return [answer.status, (await answer.text()).trim()];
}

async function scrape(probe: Probe): Promise<Map<string, ReadFamily>> {
  const answer = await probe.fetch(new Request('http://localhost/metrics'));
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readMetrics(await answer.text());
}

const GUIDE = readFileSync(new URL('../../../../docs/observability.md', import.meta.url), 'utf8');

/** Names in the table of a part of docs/observability.md. */
function documented(heading: string): string[] {
  const part = GUIDE.split(`${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...part.matchAll(/^\| `(linstock_\w+)` \|/gm)].map(([, name]) => name ?? '');
}

const processed = (
  families: ReadonlyMap<string, ReadFamily>,
  [queue, name, outcome]: readonly [string, string, string],
): number | undefined => metric(families, 'linstock_jobs_processed_total', { queue, name, outcome });

test('what a worker runs is counted by queue, name and outcome, with how long it waited and ran', async () => {
  const scene = stage.open();
  const worker = scene.worker({ queues: ['math', 'default'], concurrency: 3 });
  const probe = createProbe(worker);
  worker.handle(add, ({ n }) => n + 1);
  worker.handle(flaky, () => Promise.reject(new Error('no')));
  const jobs = await scene.client.enqueueMany(add, [{ n: 1 }, { n: 2 }]);
  const alias = await scene.client.enqueue(defineJob<{ n: number }>({ name: 'add', queue: 'math' }), {
    n: 3,
  });
  const failing = await scene.client.enqueue(flaky, null);
  await scene.client.enqueue(unknown, null);
  await worker.start();
  await Promise.all([...jobs, alias].map((job) => job.result()));
  await failing.result().catch(() => undefined);
  const read = await eventually(async () => {
    const found = await scrape(probe);
    // The last answers may be on their way, and names of queues are asked for.
    return processed(found, ['default', 'flaky', 'failed']) === 1 &&
      processed(found, ['default', 'other', 'deferred']) === 1 &&
      processed(found, ['math', 'math.add', 'succeeded']) === 3
      ? found
      : false;
  });
  expect(processed(read, ['default', 'flaky', 'retried'])).toBe(1);
  expect(processed(read, ['math', 'math.add', 'failed'])).toBe(0);
  expect(metric(read, 'linstock_job_run_seconds_count', { queue: 'math' })).toBe(3);
  expect(metric(read, 'linstock_job_run_seconds_count', { queue: 'default' })).toBe(2);
  expect(metric(read, 'linstock_job_wait_seconds_count', { queue: 'math' })).toBe(3);
  expect(metric(read, 'linstock_worker_slots', { state: 'free' })).toBe(3);
  expect(metric(read, 'linstock_lease_lost_total')).toBe(0);
  expect(metric(read, 'linstock_redis_command_seconds_count')).toBeGreaterThan(5);
  expect([...read.keys()]).toEqual(documented('## Metrics of a worker'));
});

test('a worker is ready while it takes jobs, and lives until its end', async () => {
  const scene = stage.open();
  const worker = scene.worker();
  const [probe, begun, gate] = [createProbe(worker), new Gate(), new Gate()];
  worker.handle(flaky, () => (begun.open(), gate.opened));
  expect(await ask(probe, '/readyz')).toEqual([503, 'not started']);
  const starting = worker.start();
  expect(await ask(probe, '/readyz')).toEqual([503, 'starting']);
  await starting;
  const server = await probe.listen({ port: 0 });
  closers.push(() => server.close());
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
  expect([await status('/readyz?verbose'), await status('/livez'), await status('/')]).toEqual([
    200, 200, 404,
  ]);
  expect(await ask(probe, '/readyz', 'POST')).toEqual([405, 'only GET and HEAD']);
  expect(await ask(probe, '/readyz', 'HEAD')).toEqual([200, '']);
  worker.quiet();
  expect((await ask(probe, '/readyz'))[1]).toContain('quiet');
  worker.resume();
  expect(await status('/readyz')).toBe(200);
  await scene.client.enqueue(flaky, null);
  await begun.opened;
  const stopped = worker.stop();
  expect([await status('/readyz'), await status('/livez')]).toEqual([503, 200]);
  expect(metric(await scrape(probe), 'linstock_worker_slots', { state: 'busy' })).toBe(1);
  gate.open();
  await stopped;
  expect([await ask(probe, '/readyz'), await ask(probe, '/livez')]).toEqual([
    [503, 'stopped'],
    [200, 'ok'],
  ]);
});

test('a worker that has lost Redis is not ready until it has it again, and still answers', async () => {
  const proxy = await startFlakyProxy({ targetPort: store.port });
  closers.push(() => proxy.stop());
  const scene = stage.open();
  const worker = scene.worker({ redis: proxy.url, leaseMs: 2000, commandTimeout: 400 });
  const probe = createProbe(worker);
  await worker.start();
  expect(await ask(probe, '/readyz')).toEqual([200, 'ok']);
  proxy.blackhole(true);
  await eventually(async () => (await ask(probe, '/readyz'))[1].includes('Redis'));
  expect(await ask(probe, '/livez')).toEqual([200, 'ok']);
  expect((await scrape(probe)).size).toBe(6);
  proxy.blackhole(false);
  proxy.cutAll();
  await eventually(async () => (await ask(probe, '/readyz'))[0] === 200);
});

test('a lost lease is counted', async () => {
  const scene = stage.open();
  const worker = scene.worker({ leaseMs: 1000 });
  const probe = createProbe(worker);
  await worker.start();
  await scene.call('DEL', `${scene.prefix()}leases`);
  await eventually(async () => metric(await scrape(probe), 'linstock_lease_lost_total') === 1);
  await eventually(async () => (await ask(probe, '/readyz'))[0] === 200);
});

test('a probe that is made later counts from then on; without one, nobody listens', async () => {
  const scene = stage.open();
  const worker: Worker = scene.worker({ queues: ['math'] }).handle(add, ({ n }) => n);
  await worker.start();
  await (await scene.client.enqueue(add, { n: 1 })).result();
  expect(worker.events.listenerCount('succeeded')).toBe(0);
  const probe = createProbe(worker);
  await (await scene.client.enqueue(add, { n: 1 })).result();
  await eventually(async () => processed(await scrape(probe), ['math', 'math.add', 'succeeded']) === 1);
  // A second one tells of the same.
  expect(processed(await scrape(createProbe(worker)), ['math', 'math.add', 'succeeded'])).toBe(1);
});

test('a port that is taken is refused, with what to do', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => taken.close(() => resolve())));
  const { port } = taken.address() as { port: number };
  await expect(createProbe(stage.open().worker()).listen({ port })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
    message: expect.stringMatching(new RegExp(`${port}.*another one`)) as string,
  });
});

test('the rules of docs/observability.md ask for metrics that there are', () => {
  const all = [...documented('## Metrics of a worker'), ...documented('## Metrics of the installation')];
  const asked = [...(GUIDE.split('## Prometheus')[1] ?? '').matchAll(/linstock_\w+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );
  expect(asked.length).toBeGreaterThan(6);
  expect(asked.filter((name) => !all.includes(name))).toEqual([]);
});
