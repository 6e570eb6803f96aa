import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ADA, BOB } from '../testing/cast.ts';
import { about, greet, WhyScene } from '../testing/why-scene.ts';
import { WorkerRegistry } from './worker-registry.ts';

const store = await sharedRedis();

let scene: WhyScene;
beforeEach(async () => {
  scene = await WhyScene.open({
    redis: store.url,
    namespace: store.namespace(),
    shards: testShardCount(),
  });
});
afterEach(() => scene.close());

describe('a waiting job', () => {
  test('that nobody takes, says that no live worker has its queue', async () => {
    const id = await scene.enqueue();
    expect(await scene.only(id)).toMatchObject({
      code: 'NO_WORKER',
      queue: 'mail',
      workers: 0,
      undescribed: 0,
    });
    await scene.register(ADA, about({ queues: ['pics'] }));
    expect(await scene.only(id)).toMatchObject({ code: 'NO_WORKER', workers: 1 });
    await scene.register(BOB);
    expect(await scene.only(id)).toMatchObject({
      undescribed: 1,
      message: expect.stringContaining('1 live worker did not say') as string,
    });
  });

  test('does not count on a worker whose lease has ended', async () => {
    const id = await scene.enqueue();
    await scene.register(ADA, about());
    await scene.expire(ADA);
    expect(await scene.only(id)).toMatchObject({ code: 'NO_WORKER', workers: 0 });
  });

  test('without a handler says so, and who has one', async () => {
    const id = await scene.enqueue();
    await scene.register(ADA, about({ jobs: ['other'] }));
    await scene.register(BOB, about({ queues: ['pics'] }));
    expect(await scene.only(id)).toMatchObject({
      code: 'NO_HANDLER',
      name: 'greet',
      workers: 1,
      elsewhere: 1,
    });
  });

  test('waits for a free slot, behind others', async () => {
    await scene.register(ADA, about());
    await scene.enqueue();
    const unique = { key: '{q}' };
    const [id] = (await scene.client.enqueueMany(greet, [1], { unique })).map((handle) => handle.id);
    const { prefix } = scene.shardOf(id ?? '');
    await scene.connection.redis.lpush(`${prefix}ready:mail:2`, 'an entry before it');
    await scene.connection.redis.rpush(`${prefix}ready:mail:0`, 'an urgent one', 'another');
    const length = await scene.connection.redis.llen(`${prefix}ready:mail:2`);
    expect(await scene.only(id ?? '')).toMatchObject({
      code: 'WAITS_FOR_SLOT',
      position: length,
      waiting: length,
      urgent: 2,
      slots: 5,
      busy: undefined,
      workers: 1,
    });
    await scene.tellLoad(ADA, 5);
    expect(await scene.only(id ?? '')).toMatchObject({
      busy: 5,
      message: expect.stringMatching(
        /number \d of \d in its list, behind 2 jobs .* 5 of 5 slots busy/,
      ) as string,
    });
  });

  test('finds itself in a long list from both ends, and says when it does not', async () => {
    await scene.register(ADA, about());
    const id = await scene.enqueue();
    const key = scene.key(id, 'ready:mail:2');
    const others = Array.from({ length: 12_000 }, (_, n) => `before ${n}`);
    await scene.connection.redis.lpush(key, ...others);
    expect(await scene.only(id)).toMatchObject({ code: 'WAITS_FOR_SLOT', position: 12_001, waiting: 12_001 });
    await scene.connection.redis.rpush(key, ...others);
    expect(await scene.only(id)).toMatchObject({
      code: 'WAITS_FOR_SLOT',
      position: undefined,
      waiting: 24_001,
    });
  });

  test('in a group tells its place there', async () => {
    await scene.register(ADA, about());
    const group = '{g}';
    await scene.enqueue({ group });
    const id = await scene.enqueue({ group });
    expect(await scene.only(id)).toMatchObject({ code: 'WAITS_FOR_SLOT', group, position: 2, waiting: 2 });
  });

  test('that stands in no list is no explanation', async () => {
    await scene.register(ADA, about());
    const id = await scene.enqueue();
    await scene.connection.redis.del(scene.key(id, 'ready:mail:2'));
    expect(await scene.only(id)).toMatchObject({ code: 'UNKNOWN', because: 'UNLISTED' });
  });

  test('beside a key that holds something else is no explanation', async () => {
    const id = await scene.enqueue({ concurrency: { key: 'line' } });
    await scene.connection.redis.set(scene.key(id, 'holders:line'), 'damage');
    expect(await scene.only(id)).toMatchObject({
      code: 'UNKNOWN',
      because: 'UNREADABLE',
      detail: expect.stringContaining('WRONGTYPE') as string,
      message: expect.stringContaining('WRONGTYPE') as string,
    });
  });
});

describe('a pause', () => {
  beforeEach(() => scene.register(ADA, about()));
  const who = { by: 'eve', reason: 'maintenance' };

  test('of its queue, its name and everything: each is named, with who and why', async () => {
    const id = await scene.enqueue();
    await scene.client.pause(who);
    await scene.client.queue('mail').pause(who);
    await scene.client.pause({ job: greet, ...who });
    const said = { by: 'eve', why: 'maintenance', at: expect.any(Number) as number };
    expect(await scene.why(id)).toMatchObject([
      { code: 'EVERYTHING_PAUSED', ...said },
      { code: 'QUEUE_PAUSED', queue: 'mail', ...said },
      { code: 'NAME_PAUSED', name: 'greet', ...said },
    ]);
    await scene.client.resume();
    await scene.client.queue('mail').resume();
    expect(await scene.codes(id)).toEqual(['NAME_PAUSED']);
  });

  test('of its name still holds a job that was set apart for it, and lets it go', async () => {
    const id = await scene.enqueue();
    await scene.client.pause({ job: greet, ...who });
    await scene.claim();
    expect(await scene.codes(id)).toEqual(['NAME_PAUSED']);
    await scene.client.resume({ job: 'greet' });
    expect(await scene.only(id)).toMatchObject({ code: 'BLOCKED', by: 'name', key: 'greet', position: 1 });
  });

  test('by a handler lets the queue rest', async () => {
    const first = await scene.enqueue({ unique: { key: '{r}' } });
    const number = await scene.claim();
    const registry = new WorkerRegistry(scene.connection, scene.shardOf(first).prefix);
    await registry.rest({ worker: ADA, claim: number, id: first }, 60_000);
    const id = await scene.enqueue({ unique: { key: '{r}2' } });
    expect(await scene.only(id)).toMatchObject({
      code: 'QUEUE_RESTS',
      queue: 'mail',
      until: expect.any(Number) as number,
    });
  });
});

describe('a limit', () => {
  beforeEach(() => scene.register(ADA, about()));

  test('of its key says who has it, and how many wait before', async () => {
    const concurrency = { key: 'line' };
    const first = await scene.enqueue({ concurrency });
    await scene.claim();
    const second = await scene.enqueue({ concurrency });
    const held = {
      key: 'line',
      limit: 1,
      running: 1,
      holders: [{ job: first, worker: ADA, isWorkerAlive: true, isStopping: false }],
    };
    expect(await scene.only(second)).toMatchObject({ code: 'LIMIT', position: undefined, ...held });
    await scene.claim();
    const third = await scene.enqueue({ concurrency });
    await scene.claim();
    expect(await scene.only(third)).toMatchObject({ code: 'LIMIT', position: 2, ...held });
    await scene.client.cancel(first);
    expect(await scene.only(second)).toMatchObject({
      position: 1,
      holders: [{ job: first, isStopping: true }],
    });
  });

  test('of its group is one of a key', async () => {
    const group = { key: 'tenant', limit: 1 };
    const first = await scene.enqueue({ group });
    await scene.claim();
    const second = await scene.enqueue({ group });
    await scene.claim();
    expect(await scene.only(second)).toMatchObject({
      code: 'LIMIT',
      key: 'group:tenant',
      limit: 1,
      holders: [{ job: first, worker: ADA }],
    });
  });

  test('of its key is kept for the one whose turn has come', async () => {
    const concurrency = { key: 'line' };
    const first = await scene.enqueue({ concurrency });
    const claim = await scene.claim();
    const second = await scene.enqueue({ concurrency });
    const third = await scene.enqueue({ concurrency });
    await scene.claim();
    await scene.end(first, claim, ['S', {}]);
    expect(await scene.only(second)).toMatchObject({ code: 'WAITS_FOR_SLOT' });
    expect(await scene.only(third)).toMatchObject({
      code: 'LIMIT',
      running: 1,
      holders: [{ job: second, worker: undefined }],
    });
  });

  test('that is free again lets the job go soon', async () => {
    const concurrency = { key: 'line' };
    const first = await scene.enqueue({ concurrency });
    await scene.claim();
    const second = await scene.enqueue({ concurrency });
    await scene.claim();
    // What a lost release leaves behind.
    await scene.connection.redis.del(scene.key(first, 'holders:line'));
    expect(await scene.only(second)).toMatchObject({
      code: 'BLOCKED',
      by: 'limit',
      key: 'line',
      position: 1,
    });
  });

  test('names each limit that is full, and none that has room', async () => {
    await scene.enqueue({ concurrency: [{ key: '{c}1' }, { key: '{c}2', limit: 5 }] });
    await scene.enqueue({ concurrency: { key: '{c}3' } });
    await scene.claim();
    const id = await scene.enqueue({
      concurrency: [{ key: '{c}1' }, { key: '{c}2', limit: 5 }, { key: '{c}3' }],
    });
    expect(await scene.why(id)).toMatchObject([
      { code: 'LIMIT', key: '{c}1' },
      { code: 'LIMIT', key: '{c}3' },
    ]);
  });

  test('of its queue', async () => {
    await scene.client.queue('mail').configure({ limit: 1 });
    const first = await scene.enqueue({ unique: { key: '{mail}1' } });
    await scene.claim();
    const id = await scene.enqueue({ unique: { key: '{mail}2' } });
    expect(await scene.only(id)).toMatchObject({
      code: 'QUEUE_LIMIT',
      limit: 1,
      running: 1,
      holders: [{ job: first }],
    });
  });

  test('whose holder died names the lease that has ended', async () => {
    const concurrency = { key: 'line' };
    await scene.enqueue({ concurrency });
    await scene.claim();
    await scene.expire(ADA);
    await scene.register(BOB, about());
    const id = await scene.enqueue({ concurrency });
    expect(await scene.why(id)).toMatchObject([{ code: 'LIMIT', holders: [{ isWorkerAlive: false }] }]);
  });
});

describe('a rate', () => {
  beforeEach(() => scene.register(ADA, about()));

  test.each([[{ burst: 2 }], [{ burst: 'window' as const }]])(
    'of its key (%j) says when the next may start',
    async (own) => {
      const rateLimit = { key: 'api', limit: 2, per: '1h', ...own };
      for (const _ of [1, 2]) await scene.enqueue({ rateLimit });
      const before = await scene.home.recurring.now();
      await scene.claim();
      const id = await scene.enqueue({ rateLimit });
      const reason = await scene.only(id);
      expect(reason).toMatchObject({ code: 'RATE', key: 'api', position: undefined });
      const wait = ('startsAt' in reason ? reason.startsAt : 0) - before;
      const expected = 'burst' in own && own.burst === 'window' ? 3_600_000 : 1_800_000;
      expect(wait).toBeGreaterThanOrEqual(expected);
      expect(wait).toBeLessThan(expected + 10_000);
      await scene.claim();
      expect(await scene.only(id)).toMatchObject({ code: 'RATE', position: 1 });
    },
  );

  test('of its queue', async () => {
    await scene.client.queue('mail').configure({ rate: { limit: 1, per: '1h' } });
    await scene.enqueue({ unique: { key: '{mail}1' } });
    await scene.claim();
    const id = await scene.enqueue({ unique: { key: '{mail}2' } });
    expect(await scene.only(id)).toMatchObject({
      code: 'QUEUE_RATE',
      queue: 'mail',
      startsAt: expect.any(Number) as number,
    });
  });
});

test('a deadline that has passed comes first', async () => {
  await scene.register(ADA, about());
  const id = await scene.enqueue({ expireIn: 1 });
  await expect.poll(() => scene.codes(id)).toEqual(['DEADLINE_PASSED']);
  await scene.claim();
  expect(await scene.codes(id)).toEqual(['DEADLINE_PASSED']);
});

describe('a suspect', () => {
  const CRASHES = ['Crasher----1', 'Crasher----2', 'Crasher----3', 'Crasher----4', 'Crasher----5'];

  async function crash(times: number): Promise<string> {
    const id = await scene.enqueue();
    for (const worker of CRASHES.slice(0, times)) {
      await scene.register(worker, about());
      await scene.claim(worker);
      await scene.die(worker);
    }
    await scene.register(ADA, about());
    return id;
  }

  test('is taken one at a time', async () => {
    expect(await scene.only(await crash(2))).toMatchObject({
      code: 'SUSPECT',
      crashes: 2,
      runsAlone: false,
      position: 1,
    });
  });

  test('that was blamed three times waits to run alone', async () => {
    const id = await crash(5);
    expect(await scene.only(id)).toMatchObject({
      code: 'SUSPECT',
      crashes: 5,
      runsAlone: true,
      reservedBy: undefined,
    });
    await scene.claim(ADA);
    expect(await scene.only(id)).toMatchObject({ reservedBy: ADA });
    await scene.claim(ADA, 'alone');
    await scene.die(ADA);
    expect(await scene.only(id)).toMatchObject({ code: 'FAILED', isPoison: true });
  });
});
