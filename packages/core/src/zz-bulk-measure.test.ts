import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { SHA1 } from './redis/script.ts';

const server = await startRedis();
const redis = server.connect();
await redis.config('SET', 'slowlog-log-slower-than', '500');
await redis.config('SET', 'slowlog-max-len', '100000');
let n = 0;
const open = () => new Client({ redis: server.url, namespace: `m${n++}` });
afterAll(async () => { await server.stop(); });
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

async function report(label: string, wallMs: number) {
  const log = (await redis.slowlog('GET', 100000)) as [number, number, number, string[]][];
  const of = (name: keyof typeof SHA1) => log.filter((e) => e[3][1] === SHA1[name]).map((e) => e[2]).sort((a, b) => a - b);
  for (const name of ['step', 'operate', 'requeue', 'cancel', 'delete'] as const) {
    const t = of(name);
    if (t.length) console.log(label, name, 'calls', t.length, 'median', t[t.length >> 1], 'us p99', t[Math.floor(t.length * 0.99)], 'max', t.at(-1), 'us; wall', Math.round(wallMs), 'ms');
  }
  await redis.slowlog('RESET');
}
async function bulk(c: Client, label: string, req: any) {
  await redis.slowlog('RESET');
  const t = performance.now();
  const v = await (await c.bulk(req)).done({ timeoutMs: 100000 });
  await report(`${label} (${v.changed}/${v.matched}/${v.looked})`, performance.now() - t);
}
const N = 50_000;
const many = Array.from({ length: N }, (_, i) => i);

test('plain', { timeout: 600000 }, async () => {
  const c = open();
  await c.enqueueMany(greet, many);
  await bulk(c, 'dry enqueued by name', { verb: 'cancel', filter: { state: 'enqueued', name: 'greet' }, dryRun: true });
  await bulk(c, 'move plain', { verb: 'move', to: { queue: 'slow' }, filter: { state: 'enqueued', name: 'greet' } });
  await bulk(c, 'cancel plain', { verb: 'cancel', filter: { state: 'enqueued', name: 'greet' } });
  await bulk(c, 'requeue plain', { verb: 'requeue', filter: { state: 'cancelled', queue: 'slow' } });
  await bulk(c, 'reschedule plain', { verb: 'reschedule', due: { in: '1h' }, filter: { state: 'enqueued' } });
  await bulk(c, 'reschedule scheduled', { verb: 'reschedule', due: { in: '2h' }, filter: { state: 'scheduled' } });
  await bulk(c, 'delete scheduled', { verb: 'delete', filter: { state: 'scheduled' } });
  await c.close();
});
test('tied', { timeout: 600000 }, async () => {
  const c = open();
  const tied = defineJob<number>({ name: 'tied', queue: 'mail', unique: { key: (i: number) => `{k}${i}` }, concurrency: { key: '{k}c', limit: 5 }, tags: ['a', 'b', 'c'], expireIn: '3d' } as never);
  await c.enqueueMany(tied, many.slice(0, 20000));
  await bulk(c, 'dry tied by tag', { verb: 'cancel', filter: { state: 'enqueued', tag: 'c' }, dryRun: true });
  await bulk(c, 'move tied', { verb: 'move', to: { queue: 'slow' }, filter: { state: 'enqueued' } });
  await bulk(c, 'cancel tied', { verb: 'cancel', filter: { state: 'enqueued' } });
  await bulk(c, 'requeue tied', { verb: 'requeue', filter: { state: 'cancelled' } });
  await bulk(c, 'delete tied', { verb: 'delete', filter: { state: 'enqueued' } });
  const fam = defineJob<number>({ name: 'fam', queue: 'fam', group: (i: number) => `{k}${i}` } as never);
  await c.enqueueMany(fam, many.slice(0, 20000));
  await bulk(c, 'cancel grouped, 20000 groups', { verb: 'cancel', filter: { state: 'enqueued' } });
  await c.close();
});
test('family', { timeout: 600000 }, async () => {
  const c = open();
  const parents = await c.enqueueMany(greet, many.slice(0, 1000));
  for (let i = 0; i < parents.length; i += 1) { const p = parents[i]!; await Promise.all(many.slice(0, 10).map((k) => c.continueWith(p, greet, k, { queue: 'kids' }))); }
  await bulk(c, 'cancel 1000 parents with 10 children', { verb: 'cancel', filter: { state: 'enqueued' } });
  await c.close();
});
test('errors', { timeout: 600000 }, async () => {
  const c = open();
  await c.enqueue(greet, 1);
  const p = `{m${n - 1}:0}:`;
  const { createIdSource } = await import('./job/job-id.ts');
  const { recordText } = await import('./testing/records.ts');
  const nextId = createIdSource({ now: Date.now, randomBytes: (b) => b.fill(7) });
  for (const [size, count] of [[1000, 50000], [60000, 3000]] as const) {
    const tail = [`F Worker000000 000000000001 10 1 2 ${JSON.stringify({ name: 'E', message: 'no ink', stack: 'at x.y (z)\n'.repeat(size / 12) })}`];
    for (let f = 0; f < count; f += 500) {
      const ids = many.slice(0, 500).map(() => nextId(0));
      await redis.mset(ids.flatMap((id) => [`${p}job:${id}`, recordText({ state: 'F', tail })]));
      await redis.zadd(`${p}failed`, ...ids.flatMap((id) => [Date.now() - 1000, id]));
    }
    await bulk(c, `dry error text at the end, ${size} B`, { verb: 'requeue', dryRun: true, filter: { state: 'failed', errorContains: 'no such text' } });
    await bulk(c, `requeue by error, ${size} B`, { verb: 'requeue', filter: { state: 'failed', errorContains: 'no ink' } });
    await bulk(c, `clean`, { verb: 'delete', filter: { state: 'enqueued' } });
  }
  // results of up to 100 KB, succeeded
  const tail = [`S Worker000000 000000000001 1 1 ${Date.now()} ${JSON.stringify('x'.repeat(100000))}`];
  for (let f = 0; f < 2000; f += 100) {
    const ids = many.slice(0, 100).map(() => nextId(0));
    await redis.mset(ids.flatMap((id) => [`${p}job:${id}`, recordText({ state: 'P', owner: 'Worker000000000000000001', tail })]));
    await redis.rpush(`${p}succeeded`, ...ids);
  }
  await bulk(c, 'dry succeeded 100 KB by age', { verb: 'requeue', dryRun: true, filter: { state: 'succeeded', newerThan: '1h' } });
  await bulk(c, 'requeue succeeded 100 KB', { verb: 'requeue', filter: { state: 'succeeded' } });
  await c.close();
});
test('queues', { timeout: 600000 }, async () => {
  const c = open();
  await Promise.all(many.slice(0, 5000).map((i) => c.enqueue(greet, i, { queue: `q${i}` })));
  await bulk(c, 'cancel in 5000 queues', { verb: 'cancel', filter: { state: 'enqueued' } });
  await c.close();
});
