import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { QueueView } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { metricsText } from '@linstock/core/internal';
import { metric, readMetrics } from '@linstock/test-kit/read-metrics';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { expect, test } from 'vitest';
import { useBoards } from '../testing/use-boards.ts';
import { installationMetrics } from './installation-metrics.ts';

const redis = await sharedRedis();
const open = useBoards(redis.url);

const work = defineJob({ name: 'work', queue: 'mail' });
const TOKEN = 'a-token-of-prometheus';
const tokens = [{ name: 'prometheus', sha256: createHash('sha256').update(TOKEN).digest('hex') }];
const headers = { authorization: `Bearer ${TOKEN}` };

test('the dashboard tells Prometheus of the installation, below any mount, to whoever has a token', async () => {
  const board = open({ tokens, readOnly: true });
  const [first] = await board.client.enqueueMany(work, [null, null, null]);
  await board.client.cancel(first?.id ?? '');
  await board.client.enqueue(work, null, { queue: 'default' });
  await board.client.schedule(work, null, { in: '1h' });
  expect([(await board.ask('GET', '/metrics')).status, (await board.ask('POST', '/metrics')).status]).toEqual(
    [401, 401],
  );
  const answer = await board.ask('GET', '/jobs/metrics', { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const text = await answer.text();
  const read = readMetrics(text);
  const guide = await readFile(new URL('../../../../docs/observability.md', import.meta.url), 'utf8');
  const part = guide.split('## Metrics of the installation\n')[1]?.split('\n## ')[0] ?? '';
  expect([...part.matchAll(/^\| `(linstock_\w+)` \|/gm)].map(([, name]) => name)).toEqual([...read.keys()]);
  expect(metric(read, 'linstock_jobs', { state: 'enqueued' })).toBe(3);
  expect(metric(read, 'linstock_jobs', { state: 'scheduled' })).toBe(1);
  expect(metric(read, 'linstock_queue_depth', { queue: 'mail', state: 'waiting' })).toBe(2);
  expect(metric(read, 'linstock_queue_depth', { queue: 'mail', state: 'blocked' })).toBe(0);
  for (const queue of ['mail', 'default'])
    expect(metric(read, 'linstock_queue_oldest_age_seconds', { queue })).toBeLessThan(60);
  expect(metric(read, 'linstock_workers')).toBe(0);
  expect(metric(read, 'linstock_jobs_enqueued_total')).toBe(5);
  expect(metric(read, 'linstock_jobs_finished_total', { outcome: 'cancelled' })).toBe(1);
  expect(metric(read, 'linstock_jobs_finished_total', { outcome: 'succeeded' })).toBe(0);
  expect(metric(read, 'linstock_recurring_overdue')).toBe(0);
  // Whoever asks again soon is told the same, and Redis is not asked.
  await board.client.enqueue(work, null);
  const connection = redis.connect();
  const calls = async (): Promise<string | undefined> =>
    /total_commands_processed:(\d+)/.exec(await connection.info('stats'))?.[1];
  const before = Number(await calls());
  const again = await Promise.all(
    Array.from({ length: 50 }, async () => (await board.ask('GET', '/metrics', { headers })).text()),
  );
  expect(new Set(again)).toEqual(new Set([text]));
  expect(Number(await calls()) - before).toBeLessThan(5);
});

test('whoever may not see all of an installation is told no metric of it', async () => {
  const board = open({ can: (_, action, { queue }) => action !== 'metrics.read' || queue === 'mail' });
  expect((await board.ask('GET', '/metrics', { role: 'admin' })).status).toBe(403);
  expect((await board.ask('GET', '/api/metrics', { role: 'admin' })).status).toBe(404);
});

test('of more than a thousand queues the deepest are told', () => {
  const queues = Array.from({ length: 3000 }, (_, i) => ({
    name: `q${i}`,
    enqueued: i,
    blocked: i > 10 ? 4 : 0,
    suspects: i > 10 ? 1 : 0,
  })) as unknown as QueueView[];
  const counts = {
    scheduled: 0,
    enqueued: 1,
    awaiting: 0,
    processing: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
  };
  const rest = { at: 5000, totals: {}, oldest: [{ queue: 'q1', since: 3000 }], workers: 0, overdue: 0 };
  const read = readMetrics(metricsText(installationMetrics({ counts, queues, ...rest })));
  const depths = read.get('linstock_queue_depth')?.samples ?? [];
  expect(new Set(depths.map(({ labels }) => labels['queue'])).size).toBe(1000);
  expect(metric(read, 'linstock_queue_depth', { queue: 'q2999', state: 'waiting' })).toBe(2994);
  expect(metric(read, 'linstock_queue_depth', { queue: 'q1999', state: 'waiting' })).toBeUndefined();
  expect(metric(read, 'linstock_queue_oldest_age_seconds', { queue: 'q1' })).toBe(2);
});
