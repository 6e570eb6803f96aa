import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineJob } from '../contract.ts';
import { shardOf } from '../job/job-id.ts';
import { ADA, BOB } from '../testing/cast.ts';
import { about, greet, WhyScene } from '../testing/why-scene.ts';

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

describe('a job that is not there', () => {
  test.each(['01JD3M5ZK8Q4XW7N2R6T000000', 'no id'])('%s is not found', async (id) => {
    expect(await scene.only(id)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('or whose record cannot be read, is said to be damaged', async () => {
    const id = await scene.enqueue();
    await scene.connection.redis.set(scene.key(id, `job:${id}`), 'no record');
    expect(await scene.only(id)).toMatchObject({ code: 'DAMAGED', quarantinedAt: undefined });
    await scene.register(ADA);
    await scene.claim();
    expect(await scene.only(id)).toMatchObject({
      code: 'DAMAGED',
      quarantinedAt: expect.any(Number) as number,
    });
  });

  test('because its key holds something else, is said to be damaged', async () => {
    const id = await scene.enqueue();
    await scene.connection.redis.del(scene.key(id, `job:${id}`));
    await scene.connection.redis.rpush(scene.key(id, `job:${id}`), 'a list');
    expect(await scene.only(id)).toMatchObject({ code: 'DAMAGED' });
  });
});

describe('a job that has ended', () => {
  beforeEach(() => scene.register(ADA));

  test('has succeeded', async () => {
    const id = await scene.enqueue();
    await scene.end(id, await scene.claim(), ['S', 'fine']);
    expect(await scene.only(id)).toMatchObject({ code: 'SUCCEEDED', endedAt: 2, worker: ADA });
  });

  test('has failed, with its error', async () => {
    const id = await scene.enqueue();
    await scene.end(id, await scene.claim(), ['F', { name: 'Error', message: 'no luck' }]);
    expect(await scene.only(id)).toMatchObject({
      code: 'FAILED',
      attempt: 1,
      isPoison: false,
      error: { message: 'no luck' },
      message: expect.stringContaining('no luck') as string,
    });
  });

  test('was cancelled by a person, with the reason', async () => {
    const id = await scene.enqueue();
    await scene.client.cancel(id, { by: 'eve', reason: 'wrong address' });
    expect(await scene.only(id)).toMatchObject({
      code: 'CANCELLED',
      cause: 'person',
      by: 'eve',
      why: 'wrong address',
    });
  });

  test('was cancelled by its handler', async () => {
    const id = await scene.enqueue();
    await scene.end(id, await scene.claim(), ['C', { by: 'handler', why: 'paid already' }]);
    expect(await scene.only(id)).toMatchObject({ code: 'CANCELLED', cause: 'handler', why: 'paid already' });
  });

  test('was cancelled because of its parent', async () => {
    const parent = await scene.enqueue();
    const child = await scene.client.continueWith(parent, greet, 2);
    await scene.client.cancel(parent);
    expect(await scene.only(child.id)).toMatchObject({ code: 'CANCELLED', cause: 'PARENT_ENDED', parent });
  });

  test('was cancelled because its deadline passed', async () => {
    const id = await scene.enqueue({ expireIn: 1 });
    await expect.poll(async () => (await scene.shardOf(id).jobs.expire(100)).ended).toBe(1);
    expect(await scene.only(id)).toMatchObject({ code: 'CANCELLED', cause: 'EXPIRED' });
  });
});

describe('a job that a worker has', () => {
  test('is running, on that worker', async () => {
    await scene.register(ADA, about());
    const id = await scene.enqueue();
    await scene.claim();
    // Other shards know a worker by other identities.
    const where = shardOf(id) === 0 ? { host: 'h1', pid: 42 } : { host: undefined, pid: undefined };
    const running = { code: 'RUNNING', worker: ADA, attempt: 1, isWorkerAlive: true, ...where };
    expect(await scene.only(id)).toMatchObject(running);
  });

  test('whose lease has ended, goes back soon', async () => {
    await scene.register(ADA, about());
    const id = await scene.enqueue();
    await scene.claim();
    await scene.expire(ADA);
    expect(await scene.only(id)).toMatchObject({
      code: 'RUNNING',
      isWorkerAlive: false,
      leaseEndedAt: expect.any(Number) as number,
      message: expect.stringMatching(/lease has ended at \d/) as string,
    });
  });

  test('without holding it, is no explanation', async () => {
    await scene.register(ADA, about());
    const id = await scene.enqueue();
    const number = await scene.claim();
    await scene.connection.redis.del(scene.key(id, `processing:${ADA}:${number}`));
    expect(await scene.only(id)).toMatchObject({ code: 'UNKNOWN', because: 'NOT_HELD', detail: ADA });
  });
});

describe('a scheduled job', () => {
  beforeEach(() => scene.register(ADA, about()));

  test('is due later', async () => {
    const { id } = await scene.client.schedule(greet, 1, { in: '10m' });
    const reason = await scene.only(id);
    expect(reason).toMatchObject({ code: 'SCHEDULED', because: 'DELAY', isOverdue: false });
    expect(reason.message).toMatch(/in (9 min 59 s|10 min)/);
  });

  test('was debounced', async () => {
    const id = await scene.enqueue({ debounce: { key: 'k', wait: '1h' } });
    expect(await scene.only(id)).toMatchObject({ code: 'SCHEDULED', because: 'DEBOUNCE' });
  });

  test('is retried after an error', async () => {
    const id = await scene.enqueue();
    await scene.end(id, await scene.claim(), ['R', { name: 'Error', message: 'busy' }]);
    expect(await scene.only(id)).toMatchObject({
      because: 'RETRY',
      error: { message: 'busy' },
      message: expect.stringContaining('its last attempt failed: busy') as string,
    });
  });

  test.each(['NEWER_VERSION', 'PAYLOAD_NOT_DECRYPTED', 'PAYLOAD_CODEC_UNKNOWN', 'SOMETHING_NEW'])(
    'was put off by %s',
    async (reason) => {
      const id = await scene.enqueue();
      await scene.end(id, await scene.claim(), ['D', { reason }]);
      expect(await scene.only(id)).toMatchObject({ code: 'SCHEDULED', because: reason });
    },
  );

  test('was put off by its handler, with the reason', async () => {
    const id = await scene.enqueue();
    await scene.end(id, await scene.claim(), ['D', { reason: 'SNOOZED', why: 'the bank is closed' }]);
    expect(await scene.only(id)).toMatchObject({ because: 'SNOOZED', why: 'the bank is closed' });
  });

  test('without a handler names that too, while nobody has one', async () => {
    const id = await scene.enqueue({}, defineJob<number>({ name: 'odd', queue: 'mail' }));
    await scene.end(id, await scene.claim(), ['D', { reason: 'NO_HANDLER' }]);
    expect(await scene.why(id)).toMatchObject([
      { code: 'SCHEDULED', because: 'NO_HANDLER' },
      { code: 'NO_HANDLER', name: 'odd', workers: 1 },
    ]);
    await scene.register(BOB, about({ jobs: ['odd'] }));
    expect(await scene.codes(id)).toEqual(['SCHEDULED']);
  });

  test('whose time has come says what stands behind', async () => {
    const { id } = await scene.client.schedule(greet, 1, { at: new Date(1000) });
    expect(await scene.only(id)).toMatchObject({ code: 'SCHEDULED', isOverdue: true });
    await scene.client.queue('mail').pause();
    expect(await scene.codes(id)).toEqual(['SCHEDULED', 'QUEUE_PAUSED']);
  });
});

describe('an awaiting job', () => {
  test('names its parents, and how they are', async () => {
    await scene.register(ADA, about());
    const key = { concurrency: { key: '{family}' } };
    const running = await scene.enqueue(key);
    await scene.claim();
    const failed = await scene.enqueue({ unique: { key: '{family}' } });
    await scene.end(failed, await scene.claim(), ['F', { name: 'Error', message: 'no luck' }]);
    const { id: later } = await scene.client.schedule(greet, 1, { in: '1h', ...key });
    const child = await scene.client.continueWith([running, failed, later], greet, 2);
    const reason = await scene.only(child.id);
    expect(reason).toMatchObject({ code: 'AWAITING_PARENTS', isDraft: false, inMs: undefined });
    expect('parents' in reason && reason.parents.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
      { id: running, state: 'processing', on: ['succeeded'] },
      { id: failed, state: 'failed' },
      { id: later, state: 'scheduled' },
    ]);
    expect(reason.message).toContain('requeue it');
  });

  test('tells how long it waits after them', async () => {
    const child = await scene.client.continueWith(await scene.enqueue(), greet, 2, {
      on: 'finished',
      in: '5m',
    });
    expect(await scene.only(child.id)).toMatchObject({
      inMs: 300_000,
      parents: [{ on: ['succeeded', 'failed', 'cancelled'] }],
    });
  });

  test('whose parent has just succeeded, and that is not told yet, says so', async () => {
    await scene.register(ADA, about());
    const parent = await scene.enqueue();
    const child = await scene.client.continueWith(parent, greet, 2, { on: 'failed' });
    // What a call with more children than it may look at leaves for later.
    await scene.connection.redis.del(scene.key(parent, `children:${parent}`));
    await scene.end(parent, await scene.claim(), ['S', 'x'.repeat(5000)]);
    expect(await scene.only(child.id)).toMatchObject({ parents: [{ id: parent, state: 'succeeded' }] });
  });

  test('whose parent is gone, or damaged, says so', async () => {
    const [gone, damaged] = [
      await scene.enqueue({ unique: { key: '{x}1' } }),
      await scene.enqueue({ unique: { key: '{x}2' } }),
    ];
    const child = await scene.client.continueWith([gone, damaged], greet, 2);
    const { prefix } = scene.shardOf(gone);
    await scene.connection.redis.del(`${prefix}job:${gone}`);
    await scene.connection.redis.set(`${prefix}job:${damaged}`, 'x'.repeat(100));
    const reason = await scene.only(child.id);
    expect('parents' in reason && reason.parents.map(({ state }) => state).toSorted()).toEqual([
      'damaged',
      'missing',
    ]);
  });

  test('of a batch says that it is not complete, and later how much of it is left', async () => {
    await scene.register(ADA, about());
    let member = '';
    const batch = await scene.client.batch(async (b) => {
      member = (await b.enqueue(greet, 1)).id;
      await b.enqueue(greet, 2);
      await b.flush();
      expect(await scene.only(member)).toMatchObject({
        code: 'AWAITING_PARENTS',
        isDraft: true,
        parents: [],
      });
    });
    expect(await scene.codes(member)).toEqual(['WAITS_FOR_SLOT']);
    const child = await scene.client.continueWith(batch.id, greet, 3);
    await scene.end(member, await scene.claim(), ['S', 1]);
    expect(await scene.only(child.id)).toMatchObject({
      isDraft: false,
      parents: [{ id: batch.id, state: 'batch', pending: 1, total: 2 }],
      message: expect.stringContaining('a batch, 1 of 2 jobs pending') as string,
    });
  });
});
