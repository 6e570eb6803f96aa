import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

interface Task {
  readonly tenant: string;
  readonly n: number;
}

const work = defineJob<Task>({ name: 'work' });

const tasks = (tenant: string, count: number): Task[] =>
  Array.from({ length: count }, (_, n) => ({ tenant, n }));

/** Turns are taken within a shard: with a common part in braces groups lie together. */
const together = (tenant: string): string => `{all}:${tenant}`;
const group = ({ tenant }: Task): string => together(tenant);

describe.each([1, 4])('groups, with %i shards,', (shards) => {
  test('share the slots fairly, however much one of them has enqueued', async () => {
    const scene = stage.open({ shards });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, ({ tenant }) => void order.push(tenant));
    const flood = await scene.client.enqueueMany(work, tasks('flood', 300), { group });
    const quiet = await scene.client.enqueueMany(work, tasks('quiet', 10), { group });
    await worker.start();
    await Promise.all([...flood, ...quiet].map((handle) => handle.result()));
    expect(order).toHaveLength(310);
    // Turn by turn from the start on: the 10 of the quiet one are through after 20.
    expect(order.lastIndexOf('quiet')).toBeLessThan(25);
    expect(await scene.client.queue('default').counts()).toMatchObject({ enqueued: 0, entries: 0 });
  });

  test('of weight 3 get three turns of four', async () => {
    const scene = stage.open({ shards });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(work, ({ tenant }) => void order.push(tenant));
    const heavy = { group: { key: together('a'), weight: 3 } };
    const handles = [
      ...(await scene.client.enqueueMany(work, tasks('a', 90), heavy)),
      ...(await scene.client.enqueueMany(work, tasks('b', 90), { group })),
    ];
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    const early = order.slice(0, 80).filter((tenant) => tenant === 'a').length;
    expect(early).toBeGreaterThanOrEqual(55);
    expect(early).toBeLessThanOrEqual(65);
  });

  test('keep the order of their jobs, and their limit', async () => {
    const scene = stage.open({ shards });
    const order: number[] = [];
    let [running, most] = [0, 0];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, async ({ n }) => {
      most = Math.max(most, ++running);
      order.push(n);
      await delay(1);
      running--;
    });
    const one = { key: 'a', limit: 1 };
    const handles = [];
    for (const task of tasks('a', 30)) handles.push(await scene.client.enqueue(work, task, { group: one }));
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    expect([most, order]).toEqual([1, tasks('a', 30).map(({ n }) => n)]);
  });

  test('keep each its own limit over all workers, wherever they lie', async () => {
    const scene = stage.open({ shards });
    const running = new Map<string, number>();
    const most = new Map<string, number>();
    for (const _ of [1, 2]) {
      const worker = scene.worker({ concurrency: 20 });
      worker.handle(work, async ({ tenant }) => {
        const now = (running.get(tenant) ?? 0) + 1;
        running.set(tenant, now);
        most.set(tenant, Math.max(most.get(tenant) ?? 0, now));
        await delay(3);
        running.set(tenant, (running.get(tenant) ?? 0) - 1);
      });
      await worker.start();
    }
    const limits = { a: 1, b: 2, c: 3, d: 2 };
    const stored = Object.entries(limits).map(([key, limit]) =>
      scene.client.enqueueMany(work, tasks(key, 40), { group: { key, limit } }),
    );
    const handles = (await Promise.all(stored)).flat();
    await Promise.all(handles.map((handle) => handle.result()));
    expect(Object.fromEntries(most)).toEqual(limits);
    // These four lie in as many shards as there are.
    expect(new Set(handles.map(({ id }) => shardOf(id))).size).toBe(shards);
  });

  test('leave half of the slots to jobs without a group', async () => {
    const scene = stage.open({ shards });
    const order: string[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(work, async ({ tenant }) => {
      order.push(tenant);
      await delay(1);
    });
    // Jobs without any key go round the shards.
    const beside = shards === 1 ? {} : { key: ({ n }: Task) => together(`plain ${n}`) };
    const handles = [
      ...(await scene.client.enqueueMany(work, tasks('grouped', 100), { group })),
      ...(await scene.client.enqueueMany(work, tasks('plain', 100), beside)),
    ];
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    const early = order.slice(0, 100).filter((tenant) => tenant === 'plain').length;
    expect(early).toBeGreaterThan(30);
    expect(early).toBeLessThan(70);
  });

  test('survive retries, cancels, delays and a purge', async () => {
    const scene = stage.open({ shards });
    const [first, second, third] = await scene.client.enqueueMany(work, tasks('a', 3), { group });
    await scene.client.schedule(work, { tenant: 'a', n: 3 }, { in: 1, group });
    await scene.client.cancel(first?.id ?? '');
    expect((await scene.client.queue('default').counts()).enqueued).toBe(2);
    await scene.client.requeue(first?.id ?? '');
    expect(await scene.client.queue('default').purge()).toBe(3);
    const worker = scene.worker({ concurrency: 2 });
    const runs: number[] = [];
    worker.handle(work, ({ n }, ctx) => {
      runs.push(n);
      if (ctx.attempt === 1) throw new Error('again');
    });
    await worker.start();
    const retried = await scene.client.enqueue(work, { tenant: 'a', n: 4 }, { group, retry: { fixed: 1 } });
    await retried.result();
    await eventually(() => runs.filter((n) => n === 3).length > 0);
    expect(runs.filter((n) => n === 4)).toHaveLength(2);
    for (const gone of [second, third]) expect(await scene.client.get(gone?.id ?? '')).toBeUndefined();
  });
});
