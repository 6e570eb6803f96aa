import { setTimeout as delay } from 'node:timers/promises';
import type { BatchBuilder } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

interface Order {
  readonly customer: string;
  readonly n: number;
}

const ship = defineJob<Order, number>({
  name: 'ship',
  concurrency: { key: ({ customer }: Order) => `customer:${customer}`, limit: 2 },
});
const call = defineJob<{ n: number }>({ name: 'call' });

const names = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** Nothing is held and nothing is blocked any more, in any shard. */
async function expectNothingHeld(scene: Scene): Promise<void> {
  const keys = (await scene.call('KEYS', '*')) as string[];
  const left = keys.filter(
    (key) =>
      key.startsWith(`{${scene.target.namespace}:`) && /:(holders|blocked|parked|lock:[ud]):?/.test(key),
  );
  expect(left).toEqual([]);
}

describe('a limit of a key', () => {
  test('holds over several workers, and nothing is left behind', async () => {
    const scene = stage.open();
    const running = new Map<string, number>();
    const most = new Map<string, number>();
    for (const _ of [1, 2]) {
      const worker = scene.worker({ concurrency: 10 });
      worker.handle(ship, async ({ customer, n }) => {
        const now = (running.get(customer) ?? 0) + 1;
        running.set(customer, now);
        most.set(customer, Math.max(most.get(customer) ?? 0, now));
        await delay(3);
        running.set(customer, now - 1 - (now - (running.get(customer) ?? now)));
        return n;
      });
      await worker.start();
    }
    const handles = await scene.client.enqueueMany(
      ship,
      names(150).map((n) => ({ customer: `c${n % 3}`, n })),
    );
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.toSorted((a, b) => a - b)).toEqual(names(150));
    expect([...most.values()]).toEqual([2, 2, 2]);
    await expectNothingHeld(scene);
  });

  test('is not held for a job that was cancelled between its claim and its start', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, ({ n }) => delay(n % 4));
    worker.handle(ship, ({ n }) => delay(n % 4, n));
    await worker.start();
    for (const round of names(100)) {
      const key = `{c${round}}`;
      const build = async (batch: BatchBuilder): Promise<void> => {
        await batch.enqueueMany(
          call,
          names(60).map((n) => ({ n })),
        );
        await batch.enqueueMany(
          ship,
          names(12).map((n) => ({ customer: key, n })),
        );
      };
      const { id } = await scene.client.batch(build, { key });
      // Jobs are claimed ahead of their slots: at some moment of these, some of them wait for theirs.
      await delay(round % 20);
      await scene.client.batches.cancel(id);
    }
    await eventually(() => expectNothingHeld(scene));
  });

  test('keeps the order of the jobs of a key', async () => {
    const scene = stage.open();
    const order: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, async ({ n }) => {
      order.push(n);
      await delay(1);
    });
    const handles = [];
    for (const n of names(30))
      handles.push(await scene.client.enqueue(call, { n }, { concurrency: { key: 'one' } }));
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    expect(order).toEqual(names(30));
  });

  test('is free while a job waits for its next attempt', async () => {
    const scene = stage.open();
    const runs: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, ({ n }, ctx) => {
      runs.push(n);
      if (n === 0 && ctx.attempt === 1) throw new Error('again, later');
    });
    await worker.start();
    const options = { concurrency: { key: 'one' }, retry: { fixed: 4000 } };
    const first = await scene.client.enqueue(call, { n: 0 }, options);
    const second = await scene.client.enqueue(call, { n: 1 }, options);
    await second.result();
    expect((await scene.client.get(first.id)) as object).toMatchObject({ state: 'scheduled' });
    await first.result();
    expect(runs).toEqual([0, 1, 0]);
  });

  test('is not free before the handler of a cancelled job has ended', async () => {
    const scene = stage.open();
    const [started, gate] = [new Gate(), new Gate()];
    const runs: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, async ({ n }) => {
      runs.push(n);
      if (n > 0) return;
      started.open();
      await gate.opened;
    });
    await worker.start();
    const options = { concurrency: { key: 'one' } };
    const first = await scene.client.enqueue(call, { n: 0 }, options);
    await started.opened;
    const second = await scene.client.enqueue(call, { n: 1 }, options);
    await scene.client.cancel(first.id);
    await eventually(async () =>
      expect((await scene.client.get(second.id)) as object).toMatchObject({
        isBlocked: true,
        state: 'enqueued',
      }),
    );
    expect(runs).toEqual([0]);
    gate.open();
    await second.result();
    await expectNothingHeld(scene);
  });
});

describe('a rate of a key', () => {
  test('lets no more than its burst start at once, and the rest in time', async () => {
    const scene = stage.open();
    const starts: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, () => void starts.push(performance.now()));
    await worker.start();
    const rateLimit = { key: 'api', limit: 10, per: 1000, burst: 2 };
    const begun = performance.now();
    const handles = await Promise.all(names(8).map((n) => scene.client.enqueue(call, { n }, { rateLimit })));
    await Promise.all(handles.map((handle) => handle.result()));
    // The i-th of them may start when (i - 1) tokens have come, and none was claimed before.
    starts.forEach((start, i) => expect(start - begun).toBeGreaterThanOrEqual((i - 1) * 100 - 5));
  });

  test('with a window lets no more than the limit start within any time that long', async () => {
    const scene = stage.open();
    const starts: number[] = [];
    const worker = scene.worker({ concurrency: 10 });
    worker.handle(call, () => void starts.push(performance.now()));
    await worker.start();
    const rateLimit = { key: 'api', limit: 3, per: 400, burst: 'window' } as const;
    const begun = performance.now();
    const handles = await Promise.all(names(9).map((n) => scene.client.enqueue(call, { n }, { rateLimit })));
    await Promise.all(handles.map((handle) => handle.result()));
    starts.forEach((start, i) => expect(start - begun).toBeGreaterThanOrEqual(Math.floor(i / 3) * 400 - 5));
  });
});

describe('a unique job', () => {
  test('gives the same job until it has ended', async () => {
    const scene = stage.open();
    const [started, gate] = [new Gate(), new Gate()];
    const worker = scene.worker({});
    worker.handle(call, async () => {
      started.open();
      await gate.opened;
    });
    const first = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    const second = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    const other = await scene.client.enqueue(call, { n: 2 }, { unique: true });
    await worker.start();
    await started.opened;
    const third = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    expect([first.status, second.status, third.status, other.status]).toEqual([
      'stored',
      'existing',
      'existing',
      'stored',
    ]);
    expect([second.id, third.id]).toEqual([first.id, first.id]);
    gate.open();
    await Promise.all([first.result(), other.result()]);
    await expectNothingHeld(scene);
    const next = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    expect(next.status).toBe('stored');
  });

  test('until it starts, lets another one wait beside the one that runs', async () => {
    const scene = stage.open();
    const [started, gate] = [new Gate(), new Gate()];
    const worker = scene.worker({ concurrency: 1 });
    worker.handle(call, async () => {
      started.open();
      await gate.opened;
    });
    await worker.start();
    const unique = { key: 'k', until: 'started' } as const;
    await scene.client.enqueue(call, { n: 1 }, { unique });
    await started.opened;
    const statuses = [];
    for (const n of [2, 3]) statuses.push((await scene.client.enqueue(call, { n }, { unique })).status);
    expect(statuses).toEqual(['stored', 'existing']);
    gate.open();
  });

  test('can be replaced while it waits: input and time are the new ones', async () => {
    const scene = stage.open();
    const unique = { key: 'k', onConflict: 'replace' } as const;
    const first = await scene.client.schedule(call, { n: 1 }, { in: '1h', unique });
    const second = await scene.client.enqueue(call, { n: 2 }, { unique });
    expect(second).toMatchObject({ id: first.id, status: 'replaced' });
    expect(await scene.client.get(first.id)).toMatchObject({ state: 'enqueued', input: { n: 2 } });
    const inputs: unknown[] = [];
    const worker = scene.worker({});
    worker.handle(call, (input) => void inputs.push(input));
    await worker.start();
    await second.result();
    expect(inputs).toEqual([{ n: 2 }]);
    await expectNothingHeld(scene);
  });

  test('can be refused', async () => {
    const scene = stage.open();
    const unique = { key: 'k', onConflict: 'refuse' } as const;
    const first = await scene.client.enqueue(call, { n: 1 }, { unique });
    await expect(scene.client.enqueue(call, { n: 2 }, { unique })).rejects.toMatchObject({
      code: 'JOB_EXISTS',
      fields: { id: first.id },
    });
  });

  test.each(['cancel', 'delete', 'purge'] as const)('leaves its key free after %s', async (verb) => {
    const scene = stage.open();
    const first = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    if (verb === 'purge') await scene.client.queue('default').purge();
    else await scene.client[verb](first.id);
    const second = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    expect(second.status).toBe('stored');
  });

  test('that has ended is not run again beside another one with its key', async () => {
    const scene = stage.open();
    const first = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    await scene.client.cancel(first.id);
    const second = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    await expect(scene.client.requeue(first.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await scene.client.cancel(second.id);
    await scene.client.requeue(first.id);
    const third = await scene.client.enqueue(call, { n: 1 }, { unique: true });
    expect(third).toMatchObject({ id: first.id, status: 'existing' });
  });
});

test('a limit without a key counts all jobs of the name', async () => {
  const scene = stage.open();
  const worker = scene.worker({ concurrency: 20 });
  const gate = new Gate();
  let running = 0;
  let most = 0;
  const limited = defineJob<number>({
    name: 'limited',
    concurrency: { limit: 3 },
    rateLimit: { limit: 100, per: 1000 },
  });
  worker.handle(limited, async () => {
    most = Math.max(most, ++running);
    await gate.opened;
    running--;
  });
  const jobs = await scene.client.enqueueMany(limited, names(9));
  await worker.start();
  await eventually(() => running === 3);
  gate.open();
  await Promise.all(jobs.map((job) => job.result()));
  expect(most).toBe(3);
});

test('keys of one job that lie apart are refused', async () => {
  const scene = stage.open();
  const options = { key: 'a', concurrency: { key: 'b' } };
  await expect(scene.client.enqueue(call, { n: 1 }, options)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
  await scene.client.enqueue(call, { n: 1 }, { key: '{b}a', concurrency: { key: 'b' } });
});
