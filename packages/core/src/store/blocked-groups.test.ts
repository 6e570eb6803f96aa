import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createIdSource } from '../job/job-id.ts';
import { Monitor } from '../monitor.ts';
import { Connection } from '../redis/connect.ts';
import { A, ADA, B, C, D } from '../testing/cast.ts';
import { TestShard } from '../testing/test-shard.ts';

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');

let shard: TestShard;
let monitor: Monitor;
beforeEach(async () => {
  await connection.ready(5000);
  const namespace = store.namespace();
  shard = new TestShard(connection, namespace, 0);
  monitor = new Monitor({ redis: store.url, namespace });
  await shard.register(ADA);
});
afterEach(() => monitor.close());
afterAll(() => connection.close());

/** Jobs of a group that share a limit of one. */
const enqueue = (ids: readonly string[], group: string): Promise<void> =>
  shard.enqueue(ids, { ties: { limits: [['bank', 1]], group: [group, 1] } });

test('groups whose jobs all are set apart are shown, with how many', async () => {
  await enqueue([A, B], 'large');
  await enqueue([C], 'small');
  await shard.claimNext(ADA, { most: 10 });
  expect(await monitor.queue('mail')).toMatchObject({
    enqueued: 2,
    blocked: 2,
    groups: [
      { key: 'large', enqueued: 0, blocked: 1 },
      { key: 'small', enqueued: 0, blocked: 1 },
    ],
    groupCount: 2,
    blockedLookedAt: 2,
  });
  await shard.enqueue([D], { ties: { group: ['small', 1] } });
  expect((await monitor.queue('mail')).groups).toEqual([
    { key: 'small', enqueued: 1, blocked: 1 },
    { key: 'large', enqueued: 0, blocked: 1 },
  ]);
});

test('of many that are set apart the first are looked at', async () => {
  const next = createIdSource({ now: () => 1, randomBytes: (bytes) => bytes.fill(0) });
  const ids = Array.from({ length: 260 }, () => next(0));
  for (let from = 0; from < ids.length; from += 65) await enqueue(ids.slice(from, from + 65), 'large');
  for (let turn = 0; turn < 6; turn++) await shard.claimNext(ADA, { most: 100 });
  const { blocked, blockedLookedAt, groups } = await monitor.queue('mail');
  expect(blocked).toBeGreaterThan(200);
  expect(blockedLookedAt).toBe(200);
  expect(groups[0]).toMatchObject({ key: 'large', blocked: 200 });
});
