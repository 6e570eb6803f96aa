import { setTimeout as delay } from 'node:timers/promises';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { msBetween } from '../src/events.ts';
import type { ProducerPlan } from '../src/stage.ts';
import { Stage } from '../src/stage.ts';

/** Of workers that see no Redis for longer. */
const LEASE_MS = 2000;
const LOAD: ProducerPlan = {
  jobs: 1e9,
  inputs: [{}, { ms: 3 }, { ms: 20 }, { failures: 1 }],
  batch: 20,
  pauseMs: 25,
  options: { retry: { fixed: 20 } },
};

/** How long after an instant the next run began, ms. */
function nextStartMs(stage: Stage, at: bigint): number {
  const next = stage.sightings().runs.find(({ startNs }) => startNs > at);
  return next === undefined ? Infinity : msBetween(at, next.startNs);
}

test(
  'scripts that are flushed and a Redis that restarts cost nothing but time',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis({ appendonly: 'everysec' }));
    await using stage = new Stage(redis.url);
    await stage.worker({ leaseMs: 3000 });
    await stage.worker({ leaseMs: 3000 });
    const producer = stage.producer(LOAD);
    await producer.ready;
    const flushing = setInterval(
      () =>
        void redis
          .connect()
          .call('SCRIPT', 'FLUSH')
          .catch(() => undefined),
      200,
    );
    const restarts = sized(2, 20);
    const backAt: bigint[] = [];
    for (let i = 0; i < restarts; i++) {
      await delay(600);
      await redis.restart();
      backAt.push(process.hrtime.bigint());
      await delay(900);
    }
    clearInterval(flushing);
    producer.say('finish');
    await producer.exited;
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    const slowestMs = Math.max(...backAt.map((at) => nextStartMs(stage, at)));
    print('flushed scripts and restarts', { restarts, ...counts, workAgainMs: slowestMs });
    expect(problems).toEqual([]);
    expect([counts['rescued'], counts['failed']]).toEqual([0, 0]);
    expect(slowestMs).toBeLessThan(bound({ promised: 3000, busy: 9000 }));
  },
);

test(
  'a Redis that is killed and comes back with its log has lost nothing',
  { timeout: TEST_MS },
  async () => {
    // Not `everysec`: while a sync to a slow disk is under way, Redis answers before it has written.
    await using redis = disposable(await startRedis({ appendonly: 'always' }));
    await using stage = new Stage(redis.url);
    await stage.worker({ leaseMs: 3000 });
    await stage.worker({ leaseMs: 3000 });
    const producer = stage.producer(LOAD);
    await producer.ready;
    const kills = sized(2, 50);
    for (let i = 0; i < kills; i++) {
      await delay(400 + Math.random() * 400);
      await redis.kill();
      await delay(Math.random() * 500);
      await redis.restart();
    }
    await delay(500);
    producer.say('finish');
    await producer.exited;
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    print('killed Redis', { kills, ...counts });
    expect(problems).toEqual([]);
    expect([counts['rescued'], counts['failed']]).toEqual([0, 0]);
  },
);

test(
  'a Redis that is away for longer than a call may take: enqueues wait for it',
  { timeout: TEST_MS },
  async () => {
    // It is killed: not `everysec`, for the same reason.
    await using redis = disposable(await startRedis({ appendonly: 'always' }));
    await using stage = new Stage(redis.url);
    const plan = { leaseMs: LEASE_MS, commandTimeout: 400 };
    await stage.worker(plan);
    const producer = stage.producer({ ...LOAD, commandTimeout: 400 });
    await producer.ready;
    for (let i = 0; i < sized(1, 5); i++) {
      await delay(500);
      await redis.kill();
      await delay(LEASE_MS + 500);
      await redis.restart();
    }
    await delay(2000);
    producer.say('finish');
    await producer.exited;
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    print('Redis away', { ...counts });
    expect(problems).toEqual([]);
    expect([counts['refused'], counts['rescued'], counts['failed']]).toEqual([0, 0, 0]);
  },
);

test(
  'a wedged Redis: no call hangs, no worker counts as dead, and work goes on',
  { timeout: TEST_MS },
  async () => {
    const wedgesMs =
      sized(0, 1) === 1
        ? [1000, 8000, 2000, 3000, 6000, 1500, 500, 8000, 4000, 1000]
        : [LEASE_MS + 200, 5500];
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const plan = { leaseMs: LEASE_MS, commandTimeout: 1000 };
    await stage.worker(plan);
    await stage.worker(plan);
    const producer = stage.producer({
      ...LOAD,
      inputs: [{ ms: 1200 }, ...Array.from({ length: 79 }, (_, i) => ({ ms: i % 20 }))],
    });
    await producer.ready;
    await delay(500);
    let slowestMs = 0;
    for (const ms of wedgesMs) {
      await wedge(redis, ms);
      const at = process.hrtime.bigint();
      await delay(2500);
      slowestMs = Math.max(slowestMs, nextStartMs(stage, at));
    }
    producer.say('finish');
    await producer.exited;
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    const slowestAckMs = Math.max(
      ...stage
        .sightings()
        .of('ack')
        .map(({ fields }) => Number(fields[1])),
    );
    print('wedged Redis', { wedges: wedgesMs.length, ...counts, workAgainMs: slowestMs, slowestAckMs });
    expect(problems).toEqual([]);
    expect([counts['rescued'], counts['failed'], counts['refused']]).toEqual([0, 0, 0]);
    expect(slowestMs).toBeLessThan(bound({ promised: 2500, busy: 8000 }));
    expect(slowestAckMs).toBeLessThan(Math.max(...wedgesMs) + 5000 + bound({ promised: 2000, busy: 8000 }));
  },
);

async function wedge(redis: TestRedis, ms: number): Promise<void> {
  redis.pause();
  await delay(ms);
  redis.resume();
}
