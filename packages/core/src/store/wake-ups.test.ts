import type { Redis } from 'ioredis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { eventually } from '@linstock/test-kit/eventually';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { A, ADA, B, BOB, EVE, no } from '../testing/cast.ts';
import { readable } from '../testing/readable.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import { LEASE_MS, SWEEP_MS } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
let listener: Redis;
let heard: string[];
beforeEach(async () => {
  shard = await shards.next();
  listener = store.connect();
  heard = [];
  listener.on('pmessage', (_pattern: string, channel: string, message: string) => {
    heard.push(readable(`${channel.slice(shard.prefix.length)} ${message}`));
  });
  await listener.psubscribe(`${shard.prefix}*`);
});

/** What was published by the calls until now, in order. */
async function messages(): Promise<string[]> {
  await shard.redis.publish(`${shard.prefix}end`, 'of test');
  await eventually(() => heard.includes('end of test'));
  return heard.slice(0, -1);
}

describe('one idle worker is woken', () => {
  test('for each enqueue, the freshest first', async () => {
    await shard.idle(ADA);
    shard.clock.advance(1);
    await shard.idle(BOB);
    await shard.enqueue([A]);
    await shard.enqueue([B]);
    expect(await messages()).toEqual(['wake:Bob ready', 'wake:Ada ready']);
  });

  test('but none whose lease has expired', async () => {
    await shard.idle(ADA);
    shard.clock.advance(LEASE_MS);
    await shard.idle(BOB);
    await shard.enqueue([A]);
    await shard.enqueue([B]);
    expect(await messages()).toEqual(['wake:Bob ready']);
  });

  test('when a job is released, and when a queue is resumed', async () => {
    await shard.process([A]);
    await shard.queues.pause('mail', EVE);
    await shard.idle(BOB);
    await shard.jobs.release(ADA, [{ claim: no(1), id: A, line: '' }]);
    await shard.idle(BOB);
    await shard.queues.resume('mail', EVE);
    expect(await messages()).toEqual(['wake:Bob ready', 'wake:Bob ready']);
  });

  test('by a claim that left jobs behind', async () => {
    await shard.enqueue([A, B]);
    await shard.register(BOB);
    await shard.redis.zadd(`${shard.prefix}idle:mail`, shard.clock.nowMs, BOB);
    await shard.register(ADA);
    await shard.claimNext(ADA, { most: 1 });
    expect(await messages()).toEqual(['wake:Bob ready']);
  });

  test('by one that was woken and cannot serve', async () => {
    await shard.enqueue([A]);
    await shard.register(BOB);
    await shard.redis.zadd(`${shard.prefix}idle:mail`, shard.clock.nowMs, BOB);
    await shard.workers.nudge(ADA, ['mail']);
    expect(await messages()).toEqual(['wake:Bob ready']);
  });
});

test('the timekeeper is told when a job is due earlier than it knows, and not when later', async () => {
  await shard.schedule([A], 60_000);
  await shard.idle(BOB);
  await shard.schedule([B], 30_000);
  await shard.schedule(['later'], 45_000);
  expect(await messages()).toEqual(['wake:Bob due t+30000']);
});

test('a beat is heard by its worker', async () => {
  await shard.register(ADA);
  await shard.workers.renew(ADA, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '' });
  expect(await messages()).toEqual(['wake:Ada beat']);
});

test.each(['cancel', 'delete'] as const)(
  '%s of a running job tells its worker which claim lost it',
  async (verb) => {
    await shard.process([A]);
    if (verb === 'cancel') await shard.jobs.cancel([A], EVE, 100);
    else await shard.jobs.delete([A], EVE, true);
    expect(await messages()).toEqual(['wake:Ada cancel #1 A']);
  },
);

describe('the end of a job is told to those who wait, and to nobody else', () => {
  test.each(['succeed', 'fail', 'cancel', 'delete', 'purge'] as const)('%s', async (verb) => {
    const ends = { succeed, fail, cancel, delete: remove, purge };
    await shard.enqueue([A, B]);
    await shard.queues.watch([A], 60_000);
    await ends[verb]();
    expect((await messages()).filter((message) => message.startsWith('ended'))).toEqual(['ended A']);
  });

  async function claimBoth(): Promise<void> {
    await shard.register(ADA);
    await shard.claimNext(ADA);
  }
  async function succeed(): Promise<void> {
    await claimBoth();
    await shard.jobs.succeed(ADA, 100, [{ claim: no(1), ids: [A, B], lines: ['\nS', '\nS'] }]);
  }
  async function fail(): Promise<void> {
    await claimBoth();
    await shard.jobs.fail(
      ADA,
      100,
      [A, B].map((id) => ({ claim: no(1), id, line: '\nF' })),
    );
  }
  const cancel = (): Promise<unknown> => shard.jobs.cancel([A, B], EVE, 100);
  const remove = (): Promise<unknown> => shard.jobs.delete([A, B], EVE, false);
  const purge = (): Promise<unknown> => shard.jobs.purge('mail', EVE, true);
});
