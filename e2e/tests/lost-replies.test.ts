import { setTimeout as delay } from 'node:timers/promises';
import type { CaughtRequest, FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { runs } from '../src/script-calls.ts';
import { Stage } from '../src/stage.ts';

interface Scene extends AsyncDisposable {
  readonly redis: TestRedis;
  readonly proxy: FlakyProxy;
  readonly stage: Stage;
}

async function openScene(): Promise<Scene> {
  const redis = await startRedis();
  const proxy = await startFlakyProxy({ targetPort: redis.port });
  const stage = new Stage(redis.url);
  const close = async (): Promise<void> => {
    await stage.close();
    await proxy.stop();
    await redis.stop();
  };
  return { redis, proxy, stage, [Symbol.asyncDispose]: close };
}

/** Delivers it again, twice: now, and after later calls. */
async function again(caught: CaughtRequest): Promise<string> {
  const first = await caught.deliver();
  await delay(20);
  return `${first.toString().trim()} ${(await caught.deliver()).toString().trim()}`;
}

const OUTCOMES = [
  ['succeed', {}],
  ['retry', { failures: 1 }],
  ['fail', { failures: 3 }],
] as const;

test.each(OUTCOMES)(
  'a lost reply of "%s": one accepted outcome, no claim stays open',
  { timeout: TEST_MS },
  async (script, input) => {
    await using scene = await openScene();
    const { proxy, stage } = scene;
    await stage.worker({ redis: proxy.url, leaseMs: 3000 });
    const options = { retry: { fixed: 10 }, maxAttempts: script === 'fail' ? 3 : 10 };
    // The scripts must be known to Redis: a trap waits for the call by its name.
    await stage.enqueue(input, options);
    await stage.drained();
    const rounds = sized(5, 100);
    for (let i = 0; i < rounds; i++) {
      const caught = proxy.cutAfterNextRequest(runs(script));
      await stage.enqueueMany([input, input, input], options);
      const early = (await caught).deliver();
      await stage.drained();
      await early;
      await again(await caught);
      await stage.enqueue(input, options);
      await stage.drained();
      await (await caught).deliver();
    }
    const { problems, counts } = await stage.audit();
    print(`lost replies of ${script}`, { rounds, ...counts });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
    expect(counts[script === 'fail' ? 'failed' : 'succeeded']).toBe(1 + 4 * rounds);
  },
);

test(
  'a lost reply of a claim: what it took runs once, soon, and a late copy takes nothing',
  { timeout: TEST_MS },
  async () => {
    await using scene = await openScene();
    const { proxy, stage } = scene;
    const worker = await stage.worker({ redis: proxy.url, leaseMs: 3000 });
    await stage.enqueue({});
    await stage.drained();
    const rounds = sized(5, 100);
    let slowestMs = 0;
    for (let i = 0; i < rounds; i++) {
      await worker.quiet();
      await stage.enqueueMany([{}, { ms: 5 }, {}]);
      const caught = proxy.cutAfterNextRequest(runs('claim'));
      worker.say('resume');
      await caught;
      const cutAt = performance.now();
      await stage.drained();
      slowestMs = Math.max(slowestMs, performance.now() - cutAt);
      await stage.enqueue({ ms: 30 });
      expect(await again(await caught)).toContain('STALE');
      await stage.drained();
    }
    const { problems, counts } = await stage.audit();
    print('lost replies of claim', { rounds, ...counts, slowestMs });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
    expect(counts['starts']).toBe(1 + 4 * rounds);
    expect(slowestMs).toBeLessThan(bound({ promised: 3000, busy: 9000 }));
  },
);

test('a lost reply of a release at a stop: the job runs elsewhere, once', { timeout: TEST_MS }, async () => {
  await using scene = await openScene();
  const { proxy, stage } = scene;
  const rounds = sized(3, 30);
  for (let i = 0; i < rounds; i++) {
    const leaving = await stage.worker({
      redis: proxy.url,
      leaseMs: 3000,
      shutdownTimeout: 0,
      concurrency: 3,
    });
    // Up before the jobs begin: a process may take longer to start than they take to end.
    const staying = await stage.worker({ leaseMs: 3000 });
    await staying.quiet();
    const ids = await stage.enqueueMany([{ ms: 2000 }, { ms: 2000 }, { ms: 2000, deaf: true }]);
    await leaving.tells('start', 3);
    staying.say('resume');
    // The first one stores the script, by EVAL.
    const caught = i === 0 ? undefined : proxy.cutAfterNextRequest(runs('release'));
    expect({ ...(await leaving.stop()), told: leaving.stderr }).toEqual({ code: 0, signal: null, told: '' });
    if (caught !== undefined) await (await caught).deliver();
    await stage.drained();
    if (caught !== undefined) await again(await caught);
    await stage.drained();
    expect(stage.sightings().runs.filter(({ id }) => ids.includes(id))).toHaveLength(6);
    await staying.stop();
  }
  await stage.worker();
  const { problems, counts } = await stage.audit({ mostExtraStarts: 3 * rounds });
  print('lost replies of release', { rounds, ...counts });
  expect(problems).toEqual([]);
  expect(counts['rescued']).toBe(0);
});

test('lost replies of enqueue and schedule: one copy each', { timeout: TEST_MS }, async () => {
  await using scene = await openScene();
  const { proxy, stage } = scene;
  await stage.worker({ leaseMs: 3000 });
  const producer = stage.producer({
    redis: proxy.url,
    jobs: 1e9,
    inputs: [{}, {}, { in: 5 }],
    batch: 6,
    pauseMs: 2,
  });
  await producer.ready;
  const cuts = sized(25, 300);
  const caught: CaughtRequest[] = [];
  for (let i = 0; i < cuts; i++) {
    const one = await proxy.cutAfterNextRequest(runs(i % 3 === 2 ? 'schedule' : 'enqueue'));
    caught.push(one);
    await one.deliver();
    await delay(60);
    // An older one, after many later calls of its lane.
    await caught[Math.floor(Math.random() * caught.length)]?.deliver();
  }
  producer.say('finish');
  await producer.exited;
  await stage.drained();
  for (const one of caught) await one.deliver();
  await stage.drained();
  const { problems, counts } = await stage.audit({ mostTrimmed: sized(0, 1e6) });
  print('lost replies of enqueue', { cuts, ...counts });
  expect(problems).toEqual([]);
  // On a busy machine a call that is sent again may be the next one that is cut.
  expect(counts['acknowledged']).toBeGreaterThan(cuts);
  expect(counts['starts']).toBe(counts['acknowledged']);
});

test(
  'connections cut at random under load: nothing lost, nothing twice, nothing left open',
  { timeout: TEST_MS },
  async () => {
    await using scene = await openScene();
    const { proxy, stage } = scene;
    await stage.worker({ redis: proxy.url, leaseMs: 3000 });
    await stage.worker({ redis: proxy.url, leaseMs: 3000 });
    const inputs = [{}, { ms: 2 }, { failures: 1 }, { ms: 10, talk: true }];
    const producer = stage.producer({
      redis: proxy.url,
      jobs: 1e9,
      inputs,
      batch: 20,
      pauseMs: 25,
      options: { retry: { fixed: 20 } },
    });
    await producer.ready;
    const scripts = ['claim', 'succeed', 'retry', 'enqueue', 'renew', 'reconcile', 'progress'] as const;
    const cuts = sized(25, 400);
    const caught: CaughtRequest[] = [];
    for (let i = 0; i < cuts; i++) {
      const script = scripts[Math.floor(Math.random() * scripts.length)] ?? 'claim';
      const one = await Promise.race([proxy.cutAfterNextRequest(runs(script)), delay(500, undefined)]);
      if (one !== undefined) caught.push(one);
      if (Math.random() < 0.2) proxy.cutAll();
      if (Math.random() < 0.7) await caught[Math.floor(Math.random() * caught.length)]?.deliver();
      await delay(Math.random() * 50);
    }
    producer.say('finish');
    await producer.exited;
    await stage.drained();
    for (const one of caught) await one.deliver();
    await delay(200);
    await stage.drained();
    const { problems, counts } = await stage.audit({ mostExtraStarts: 1e9, mostTrimmed: sized(0, 1e6) });
    print('connections cut at random', { cuts, ...counts });
    expect(problems).toEqual([]);
    expect(counts['rescued']).toBe(0);
  },
);
