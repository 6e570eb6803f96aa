import { Connection, Histogram, shardPrefix, WorkerRegistry } from '@linstock/core/internal';
import { defineJob, Monitor } from '@linstock/core';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Stage } from '../testing/stage.ts';
import { HistoryKeeper } from './history-keeper.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob<string>({ name: 'work', maxAttempts: 2, retry: { fixed: 0 } });

describe('the history of what workers did', () => {
  test('has their outcomes, how long jobs waited, and how long they ran', async () => {
    const scene = stage.open();
    const worker = scene.worker({ concurrency: 4 });
    worker.handle(work, (input) => {
      if (input === 'bad') throw new Error('bad');
      return 'done';
    });
    await worker.start();
    const good = await scene.client.enqueueMany(work, ['a', 'b', 'c']);
    const bad = await scene.client.enqueue(work, 'bad');
    const later = await scene.client.schedule(work, 'd', { in: 50 });
    await Promise.all([...good, later].map((handle) => handle.result()));
    await expect(bad.result()).rejects.toThrow('bad');
    await worker.stop();
    const { total } = await scene.monitor.history({ last: '1h' });
    expect(total).toMatchObject({ enqueued: 4, scheduled: 1, succeeded: 4, retried: 1, failed: 1 });
    // A job that was delayed, and a second attempt, waited only since they could run.
    expect(total.wait?.count).toBe(6);
    expect(total.run?.count).toBe(6);
    expect(total.wait?.p99).toBeLessThan(10_000);
  });
});

describe('what a worker has measured', () => {
  test('counts once, also when the answer of Redis was lost', async () => {
    const proxy = await startFlakyProxy({ targetPort: store.port });
    const namespace = store.namespace();
    const connection = new Connection(proxy.url, 'commands');
    const monitor = new Monitor({ redis: store.url, namespace, shards: 1 });
    try {
      await connection.ready(5000);
      const measured = { waits: new Histogram(), runs: new Histogram() };
      const registry = new WorkerRegistry(connection, shardPrefix(namespace, 0));
      const failures: unknown[] = [];
      const keeper = new HistoryKeeper(
        measured,
        () => [{ registry }],
        (error) => failures.push(error),
      );
      // Redis knows the script from here on.
      await keeper.record();
      measured.runs.add(100);
      const cut = proxy.cutAfterNextRequest('60 10800');
      await Promise.all([cut, keeper.record()]);
      expect(failures).toHaveLength(1);
      measured.runs.add(100);
      await connection.ready(5000);
      await keeper.record();
      expect(failures).toHaveLength(1);
      expect((await monitor.history({ last: '1h' })).total.run?.count).toBe(2);
    } finally {
      connection.close();
      await monitor.close();
      await proxy.stop();
    }
  });

  test('is told seldom when nothing was measured', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker();
    worker.handle(work, () => 1);
    await worker.start();
    await worker.stop();
    const told = await scene.call('KEYS', `${scene.prefix()}told:*`);
    const number = await scene.call('GET', (told as string[])[0] ?? '');
    expect(number).toBe('1');
  });
});
