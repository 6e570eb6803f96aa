import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Stage } from '../src/stage.ts';

test('a full Redis refuses new jobs, keeps leases, and drains by itself', { timeout: TEST_MS }, async () => {
  const leaseMs = 2000;
  await using redis = disposable(await startRedis({ maxmemory: '64mb' }));
  await using stage = new Stage(redis.url);
  const workers = [
    await stage.worker({ leaseMs, concurrency: 4 }),
    await stage.worker({ leaseMs, concurrency: 4 }),
  ];
  const fullMs = sized(3000, 60_000);
  await stage.enqueueMany(Array.from({ length: 4 }, () => ({ ms: fullMs + 4000 })));
  await expect.poll(() => stage.sightings().runs.length).toBe(4);
  await Promise.all(workers.map((worker) => worker.quiet()));
  const inputs = [
    { pad: 'x'.repeat(40_000) },
    { failures: 1, pad: 'y'.repeat(20_000), out: 2000 },
    { in: 500, pad: 'z'.repeat(60_000) },
  ];
  const producer = stage.producer({ jobs: 1e9, inputs, batch: 60, options: { retry: { fixed: 50 } } });
  await producer.ready;
  await expect.poll(() => stage.sightings().of('refused').length, { timeout: 60_000 }).toBeGreaterThan(50);
  await delay(fullMs);
  const codes = new Set(
    stage
      .sightings()
      .of('refused')
      .map(({ fields }) => fields[0]),
  );
  expect([...codes]).toEqual(['REDIS_FULL']);
  for (const worker of workers) worker.say('resume');
  await delay(1000);
  producer.say('finish');
  await producer.exited;
  await stage.drained(60_000);
  const used = /used_memory:(\d+)/.exec(await redis.connect().info('memory'))?.[1];
  const { problems, counts } = await stage.audit();
  print('memory full', { ...counts, megabytesAtTheEnd: Number(used) / 2 ** 20 });
  expect(problems).toEqual([]);
  expect([counts['rescued'], counts['failed'], counts['extraStarts']]).toEqual([0, 0, 0]);
});
