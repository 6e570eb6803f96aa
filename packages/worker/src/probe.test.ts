import { defineJob } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { eventually } from '@linstock/test-kit/eventually';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Scene } from './testing/scene.ts';

const store = await sharedRedis();
const scenes: Scene[] = [];
const scene = (shards = 1, url = store.url) => { const s = new Scene({ url, namespace: store.namespace(), shards }); scenes.push(s); return s; };
afterEach(async () => { await Promise.all(scenes.splice(0).map((s) => s.close())); });
const job = defineJob<unknown, unknown>({ name: 'j' });

test('timeout of 30 days does not fire at once', async () => {
  const s = scene();
  const w = s.worker(); let reason: unknown;
  w.handle(job, async (_i, ctx) => { await delay(50); reason = ctx.signal.reason; });
  await w.start();
  const h = await s.client.enqueue(job, 1, { timeout: '30d' });
  await h.result({ timeoutMs: 8000 }).catch(() => 0);
  expect(reason).toBeUndefined();
});

test('large records keep all slots busy', async () => {
  const s = scene();
  const w = s.worker({ concurrency: 200 }); let n = 0;
  w.handle(job, async () => { n++; await delay(1); });
  await s.client.enqueueMany(job, Array.from({ length: 300 }, () => 'x'.repeat(60_000)));
  const t = performance.now();
  await w.start();
  await eventually(() => n === 300, { timeoutMs: 9000 });
  console.log('large', performance.now() - t);
  expect(performance.now() - t).toBeLessThan(3000);
});

test('stop now with claim in flight', async () => {
  const proxy = await startFlakyProxy({ targetPort: store.port });
  const s = scene(); 
  const w = s.worker({ redis: proxy.url }); let started = 0;
  w.handle(job, async () => { started++; await delay(3000); });
  await w.start();
  await eventually(async () => (await s.keys()).includes('idle:default'));
  proxy.delay(150);
  const h = await s.client.enqueue(job, 1);
  await eventually(async () => (await s.job(h.id)).state === 'processing');
  await w.stop({ now: true });
  console.log('started', started, (await s.job(h.id)).state, await s.leases());
  proxy.delay(0);
  await proxy.stop();
  expect((await s.job(h.id)).state).toBe('enqueued');
});

test('two suspects', async () => {
  const s = scene();
  const w = s.worker({ concurrency: 400 }); let most = 0, now = 0;
  const hs = await s.client.enqueueMany(job, [1, 2, 3]);
  for (const { id } of hs) {
    const key = `${s.prefix()}job:${id}`;
    await s.call('SETRANGE', key, '5', '2');
    await s.call('RPUSH', `${s.prefix()}suspects:default`, id);
  }
  w.handle(job, async () => { most = Math.max(most, ++now); await delay(300); now--; });
  await w.start();
  await Promise.all(hs.map((h) => h.result({timeoutMs: 9000})));
  expect(most).toBe(1);
});

test('shards fair', async () => {
  const s = scene(2);
  const order: string[] = [];
  const w = s.worker({ concurrency: 1 });
  w.handle(job, async (_i, ctx) => { order.push(ctx.id); await delay(1); });
  const hs = await s.client.enqueueMany(job, Array.from({ length: 2000 }, (_, i) => i));
  await w.start();
  await eventually(() => order.length >= 100, { timeoutMs: 15000 });
  console.log(new Set(order.slice(0,100).map((id) => id.slice(10,14))), order.slice(0, 20));
  await w.stop({ now: true });
  void hs;
});

test('bounce', async () => {
  const s = scene();
  const w = s.worker({ concurrency: 1 });
  w.handle(job, async (i) => { if (i === 'long') await delay(4000); });
  await w.start();
  await Promise.all((await s.client.enqueueMany(job, Array.from({ length: 500 }, () => 1))).map((h) => h.result()));
  await s.client.enqueue(job, 'long', { priority: 'critical' });
  await s.client.enqueue(job, 1);
  await delay(3500);
  console.log('released', await s.monitor.totals());
});

test('evil policy', async () => {
  const s = scene();
  const w = s.worker({ concurrency: 1 });
  w.handle(job, async () => { throw new Error('x'); });
  const h = await s.client.enqueue(job, 1, { retry: { fixed: 1000 } });
  const key = `${s.prefix()}job:${h.id}`;
  const record = (await s.call('GET', key)) as string;
  await s.call('SET', key, record.replace('"fixed":1000', '"fibonacci":1000'));
  await w.start();
  await eventually(async () => (await s.job(h.id)).state === 'scheduled');
});
