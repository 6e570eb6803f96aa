import { defineJob } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { expect, test } from 'vitest';
import { bound, print, sized } from '../src/campaign.ts';
import { msBetween } from '../src/events.ts';
import { Stage } from '../src/stage.ts';

const redis = await sharedRedis();

function openStage(): Stage {
  return new Stage(redis.url, { namespace: redis.namespace() });
}

test('a cancelled job hears of it within 100 ms', async () => {
  await using stage = openStage();
  await stage.worker({ concurrency: 20 });
  const rounds = sized(10, 200);
  const took: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const id = await stage.enqueue({ ms: 30_000 });
    await expect.poll(() => stage.sightings().runsOf.has(id)).toBe(true);
    const at = process.hrtime.bigint();
    await stage.client.cancel(id);
    await expect.poll(() => stage.sightings().runsOf.get(id)?.[0]?.abort?.code).toBe('JOB_CANCELLED');
    took.push(msBetween(at, stage.sightings().runsOf.get(id)?.[0]?.abort?.ns ?? 0n));
  }
  const { problems } = await stage.audit();
  print('cancelled while running', { rounds, slowestMs: Math.max(...took) });
  expect(problems).toEqual([]);
  expect(Math.max(...took)).toBeLessThan(bound({ promised: 100, busy: 2500 }));
});

test('attempts that fail or take too long are retried, then the job has failed', async () => {
  await using stage = openStage();
  await stage.worker();
  const options = { maxAttempts: 3, retry: { fixed: 30 } };
  const thrice = await stage.enqueue({ failures: 3 }, options);
  const twice = await stage.enqueue({ failures: 2 }, options);
  const slow = await stage.enqueue({ ms: 10_000 }, { maxAttempts: 2, retry: { fixed: 30 }, timeout: 100 });
  await stage.drained();
  expect(await stage.monitor.job(thrice)).toMatchObject({ state: 'failed', attempt: 3 });
  expect(await stage.monitor.job(twice)).toMatchObject({ state: 'succeeded', attempt: 3 });
  expect(await stage.monitor.job(slow)).toMatchObject({
    state: 'failed',
    attempt: 2,
    error: { code: 'JOB_TIMEOUT' },
  });
  expect(
    stage
      .sightings()
      .runsOf.get(slow)
      ?.map(({ abort }) => abort?.code),
  ).toEqual(['JOB_TIMEOUT', 'JOB_TIMEOUT']);
  const { problems } = await stage.audit();
  expect(problems).toEqual([]);
});

test('a job that no worker handles waits visibly, and runs when one comes', async () => {
  await using stage = openStage();
  const wrong = await stage.worker();
  const right = await stage.worker({ jobs: ['act', 'rare'] });
  await right.quiet();
  const { id } = await stage.client.enqueue(defineJob({ name: 'rare' }), {});
  await expect
    .poll(async () => (await stage.monitor.job(id)) as { state?: string })
    .toMatchObject({
      state: 'scheduled',
      attempt: 1,
      history: [{ what: 'deferred', detail: { reason: 'NO_HANDLER', name: 'rare' } }],
    });
  // As long as both run, either may get it: each time it is the wrong one, it waits twice as long.
  await wrong.stop();
  right.say('resume');
  await expect.poll(() => stage.sightings().runsOf.has(id), { interval: 100 }).toBe(true);
  await stage.drained();
  const { problems } = await stage.audit({ alsoKnown: [id] });
  expect(problems).toEqual([]);
});

test('damaged records are set aside with their bytes and block nothing', async () => {
  await using stage = openStage();
  const connection = redis.connect();
  const ids = await stage.enqueueMany(Array.from({ length: 60 }, () => ({})));
  const key = (n: number): string => `{${stage.namespace}:0}:job:${ids[n] ?? ''}`;
  const mark = (await connection.get(key(0)))?.slice(0, 32) ?? '';
  await connection.set(key(5), '');
  await connection.set(key(10), 'nonsense');
  await connection.set(key(15), `${mark}act {"maxAttempts":\n{}`);
  await connection.set(key(20), `${mark}act\n{"ms":`);
  await connection.set(key(25), mark);
  await connection.set(key(30), `${mark}\n{}`);
  await connection.del(key(35));
  await connection.lpush(key(35), 'a list');
  await connection.del(key(40));
  await connection.hset(key(40), 'a', 'hash');
  await connection.set(key(45), Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x80]));
  const damaged = [5, 10, 15, 20, 25, 30, 35, 40, 45].map((n) => ids[n] ?? '');
  const worker = await stage.worker({ concurrency: 10 });
  await stage.drained();
  const aside = await stage.monitor.quarantined();
  expect(aside.map(({ id }) => id).toSorted()).toEqual(damaged.toSorted());
  expect(await connection.get(`{${stage.namespace}:0}:quarantine:${ids[20] ?? ''}`)).toMatch(
    /^[P].*act\n\{"ms":$/s,
  );
  expect(await connection.lrange(`{${stage.namespace}:0}:quarantine:${ids[35] ?? ''}`, 0, -1)).toEqual([
    'a list',
  ]);
  expect(worker.hasEnded).toBe(false);
  const { problems, counts } = await stage.audit({ gone: damaged });
  print('damaged records', { damaged: damaged.length, ...counts });
  expect(problems).toEqual([]);
  expect(counts['succeeded']).toBe(60 - damaged.length);
});

test('large payloads and results travel whole', async () => {
  await using stage = openStage();
  await stage.worker({ concurrency: 4 });
  const sizes = [1000, 60_000, 65_000, 65_536, 66_000, 200_000, 1_000_000];
  const ids = await stage.enqueueMany(
    sizes.map((size) => ({ pad: 'p'.repeat(size), out: Math.min(size, 1_000_000) })),
  );
  const failing = await stage.enqueue({ pad: 'q'.repeat(300_000), failures: 1 }, { retry: { fixed: 20 } });
  await stage.drained();
  for (const [i, id] of ids.entries()) {
    const job = await stage.monitor.job(id);
    expect(job).toMatchObject({ state: 'succeeded', result: { pad: 'x'.repeat(sizes[i] ?? 0) } });
  }
  expect(await stage.monitor.job(failing)).toMatchObject({ state: 'succeeded', attempt: 2 });
  const { problems } = await stage.audit();
  expect(problems).toEqual([]);
  await expect(stage.enqueue({ pad: 'p'.repeat(2 ** 20) })).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  });
});
