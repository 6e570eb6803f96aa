import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob({ name: 'work' });
/** Sooner than the safety poll, ms: a wake-up or a timer has brought it. How soon is measured by the bench. */
const SOON_MS = 4000;

async function redisNow(scene: Scene): Promise<number> {
  const [seconds, micros] = (await scene.call('TIME')) as [string, string];
  return Number(seconds) * 1000 + Number(micros) / 1000;
}

/** Marks waiting jobs as if workers had died with them, and puts them where such jobs wait. */
async function makeSuspects(scene: Scene, ids: readonly string[], flags = '20'): Promise<void> {
  for (const id of ids) {
    await scene.call('SETRANGE', `${scene.prefix()}job:${id}`, '5', flags);
    await scene.call('LREM', `${scene.prefix()}ready:default:2`, '0', id);
    await scene.call('RPUSH', `${scene.prefix()}suspects:default`, id);
  }
}

describe('two workers', () => {
  test('share the jobs, and each job runs once', async () => {
    const scene = stage.open();
    const runs: [string, number][] = [];
    for (const n of [1, 2]) {
      const worker = scene.worker({ concurrency: 3 });
      worker.handle(work, async (_input, ctx) => {
        runs.push([ctx.id, n]);
        await delay(5);
      });
      await worker.start();
    }
    const handles = await scene.client.enqueueMany(
      work,
      Array.from({ length: 200 }, (_, n) => n),
    );
    await Promise.all(handles.map((handle) => handle.result()));
    expect(new Set(runs.map(([id]) => id)).size).toBe(200);
    expect(runs).toHaveLength(200);
    for (const n of [1, 2]) expect(runs.filter(([, worker]) => worker === n).length).toBeGreaterThan(40);
  });

  test('are both seen by the monitor, with what they do', async () => {
    const scene = stage.open({ shards: 1 });
    for (const concurrency of [3, 4]) {
      const worker = scene.worker({ concurrency, queues: ['mail', 'default'], leaseMs: 2000 });
      worker.handle(work, () => 1);
      await worker.start();
    }
    await eventually(async () => {
      const views = await scene.monitor.workers();
      expect(views.map(({ info }) => info?.concurrency).toSorted((a = 0, b = 0) => a - b)).toEqual([3, 4]);
      expect(views[0]?.info).toMatchObject({ pid: process.pid, queues: ['mail', 'default'], jobs: ['work'] });
      expect(views.map(({ info, beatAgeMs }) => [info?.leaseMs, typeof beatAgeMs])).toEqual([
        [2000, 'number'],
        [2000, 'number'],
      ]);
      expect(views.every(({ load }) => load?.running === 0)).toBe(true);
    });
  });
});

describe('an idle worker', () => {
  test('starts a new job at once, without polling', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, () => performance.now());
    await worker.start();
    for (let n = 0; n < 10; n++) {
      await eventually(
        async () =>
          (await scene.keys()).filter((key) => key === 'idle:default').length === scene.target.shards,
      );
      const enqueuedAt = performance.now();
      const handle = await scene.client.enqueue(work, n);
      expect(Number(await handle.result()) - enqueuedAt).toBeLessThan(SOON_MS);
    }
  });

  test('starts what waits as soon as its queue is resumed', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(work, () => performance.now());
    await worker.start();
    await scene.client.queue('default').pause();
    const handles = await scene.client.enqueueMany(work, [1, 2, 3]);
    await eventually(async () => (await scene.keys()).includes('idle:default'));
    expect((await scene.monitor.counts()).enqueued).toBe(3);
    const resumedAt = performance.now();
    await scene.client.queue('default').resume();
    const startedAt = await Promise.all(handles.map((handle) => handle.result()));
    expect(Math.max(...startedAt.map(Number)) - resumedAt).toBeLessThan(SOON_MS);
  });

  test('gets the job for which a busy worker was woken', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const busy = scene.worker({ concurrency: 1 });
    busy.handle(work, (input) => (input === 'long' ? gate.opened : 'busy'));
    await busy.start();
    await scene.client.enqueue(work, 'long');
    await eventually(() => busy.running === 1);
    const idle = scene.worker({ concurrency: 1 });
    idle.handle(work, () => 'idle');
    await idle.start();
    for (let n = 0; n < 8; n++) {
      const handle = await scene.client.enqueue(work, n);
      expect(await handle.result({ timeoutMs: SOON_MS })).toBe('idle');
    }
    gate.open();
  });
});

describe('a delayed job', () => {
  test('runs when it is due: never early, and soon', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker();
    worker.handle(work, () => redisNow(scene));
    await worker.start();
    const late: number[] = [];
    for (const inMs of [80, 150, 220, 300]) {
      const handle = await scene.client.schedule(work, inMs, { in: inMs });
      const { dueAt } = await scene.job(handle.id);
      late.push(Number(await handle.result()) - Number(dueAt));
    }
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(SOON_MS);
  });

  test('that is scheduled behind others and due before them is not late', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker();
    worker.handle(work, () => redisNow(scene));
    await worker.start();
    await scene.client.schedule(work, 'later', { in: '1h' });
    const handle = await scene.client.schedule(work, 'sooner', { in: 200 });
    const { dueAt } = await scene.job(handle.id);
    const late = Number(await handle.result()) - Number(dueAt);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(SOON_MS);
  });

  test('reaches an idle worker although the one that keeps the time is busy', async () => {
    const scene = stage.open({ shards: 1 });
    const gate = new Gate();
    const busy = scene.worker({ concurrency: 1 });
    busy.handle(work, (input) => (input === 'long' ? gate.opened : 1));
    await busy.start();
    await scene.client.schedule(work, 'far', { in: '1h' });
    await (await scene.client.enqueue(work, 'short')).result();
    await eventually(async () => (await scene.keys()).includes('timekeeper'));
    await scene.client.enqueue(work, 'long');
    await eventually(() => busy.running === 1);
    const idle = scene.worker({ concurrency: 1 });
    idle.handle(work, () => redisNow(scene));
    await idle.start();
    const handle = await scene.client.schedule(work, 'now', { in: 200 });
    const { dueAt } = await scene.job(handle.id);
    expect(Number(await handle.result()) - Number(dueAt)).toBeLessThan(SOON_MS);
    gate.open();
  });

  test('of which many are due at one instant all run', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 20 });
    worker.handle(work, () => 1);
    await worker.start();
    const handles = await scene.client.scheduleMany(
      work,
      Array.from({ length: 700 }, (_, n) => n),
      { in: 100 },
    );
    await Promise.all(handles.map((handle) => handle.result({ timeoutMs: 6000 })));
  });
});

describe('suspects', () => {
  test('run one at a time in a worker, beside other jobs', async () => {
    const scene = stage.open({ shards: 1 });
    const handles = await scene.client.enqueueMany(work, [1, 2, 3]);
    await makeSuspects(
      scene,
      handles.map(({ id }) => id),
    );
    const others = await scene.client.enqueueMany(
      work,
      Array.from({ length: 300 }, () => 'other'),
    );
    // So many slots that two claims are under way at once.
    const worker = scene.worker({ concurrency: 400 });
    let now = 0;
    let most = 0;
    worker.handle(work, async (input) => {
      if (input === 'other') return;
      most = Math.max(most, ++now);
      await delay(50);
      now--;
    });
    await worker.start();
    await Promise.all([...handles, ...others].map((handle) => handle.result()));
    expect(most).toBe(1);
  });

  test('also run one at a time when they are of different shards', async () => {
    const scene = stage.open({ shards: 2 });
    const handles = await scene.client.enqueueMany(
      work,
      Array.from({ length: 2 }, () => 1),
    );
    const second = await scene.client.enqueueMany(work, [2, 2]);
    await makeSuspectsEverywhere(
      scene,
      [...handles, ...second].map(({ id }) => id),
    );
    const worker = scene.worker({ concurrency: 50 });
    let now = 0;
    let most = 0;
    worker.handle(work, async () => {
      most = Math.max(most, ++now);
      await delay(50);
      now--;
    });
    await worker.start();
    await Promise.all([...handles, ...second].map((handle) => handle.result()));
    expect(most).toBe(1);
  });

  test('that were blamed three times run alone, and the worker serves others afterwards', async () => {
    const scene = stage.open({ shards: 1 });
    const [handle] = await scene.client.enqueueMany(work, ['last chance']);
    await makeSuspects(scene, [handle?.id ?? ''], '43');
    const worker = scene.worker({ concurrency: 10 });
    let beside = 0;
    worker.handle(work, async (input) => {
      if (input === 'last chance') {
        await delay(100);
        beside = worker.running - 1;
      }
    });
    const others = await scene.client.enqueueMany(
      work,
      Array.from({ length: 30 }, (_, n) => n),
    );
    await worker.start();
    await Promise.all([...others, ...(handle ? [handle] : [])].map((one) => one.result()));
    expect(beside).toBe(0);
  });
});

/** As {@link makeSuspects}, in whichever shard each job is. */
async function makeSuspectsEverywhere(scene: Scene, ids: readonly string[]): Promise<void> {
  for (let shard = 0; shard < scene.target.shards; shard++) {
    for (const id of ids) {
      const removed = await scene.call('LREM', `${scene.prefix(shard)}ready:default:2`, '0', id);
      if (removed === 0) continue;
      await scene.call('SETRANGE', `${scene.prefix(shard)}job:${id}`, '5', '20');
      await scene.call('RPUSH', `${scene.prefix(shard)}suspects:default`, id);
    }
  }
}
