import type { TestRedis } from '@linstock/test-kit/redis';
import { startEmbedded, startRedis, startRedisCluster, startSentinel } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { runBasicFlows } from '../src/basic-flows.ts';
import { bound, print, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Stage } from '../src/stage.ts';

const LEASE_MS = 2000;

async function checkFlows(title: string, stage: Stage): Promise<void> {
  const measured = await runBasicFlows(stage, LEASE_MS);
  const { problems, counts } = await stage.audit({ mostExtraStarts: 10 });
  print(title, { ...counts, ...measured });
  expect(problems).toEqual([]);
  expect(measured['cancelMs']).toBeLessThan(bound({ promised: 150, busy: 2000 }));
  expect(measured['rescueMs']).toBeLessThan(LEASE_MS + LEASE_MS / 5 + bound({ promised: 1000, busy: 6000 }));
}

test('the basic flows on one Redis with four shards', { timeout: TEST_MS }, async () => {
  await using redis = disposable(await startRedis());
  await using stage = new Stage(redis.url, { shards: 4 });
  await checkFlows('four shards', stage);
});

test('the basic flows on a Cluster of three masters with four shards', { timeout: TEST_MS }, async () => {
  await using cluster = disposable(await startRedisCluster());
  const target = { cluster: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })) };
  await using stage = new Stage(target, { shards: 4 });
  await checkFlows('Cluster', stage);
});

test('the basic flows on the embedded store', { timeout: TEST_MS }, async () => {
  await using store = disposable(await startEmbedded());
  await using stage = new Stage(store.url);
  await checkFlows('embedded store', stage);
});

test('the basic flows through Sentinel, and work after a failover', { timeout: TEST_MS }, async () => {
  await using sentinel = disposable(await startSentinel());
  const target = { sentinels: [...sentinel.addresses], name: sentinel.name };
  await using stage = new Stage(target);
  await checkFlows('Sentinel', stage);
  await stage.worker();
  const held = await stage.enqueueMany(Array.from({ length: 5 }, () => ({ ms: 6000 })));
  await expect.poll(() => held.every((id) => stage.sightings().runsOf.has(id))).toBe(true);
  await replicated(sentinel.master);
  const before = await sentinel.masterPort();
  await sentinel.master.kill();
  const killedAt = performance.now();
  await expect.poll(() => sentinel.masterPort(), { interval: 50 }).not.toBe(before);
  const failoverMs = performance.now() - killedAt;
  await stage.enqueueMany(Array.from({ length: 20 }, () => ({})));
  const acceptedMs = performance.now() - killedAt;
  await stage.drained();
  const { problems, counts } = await stage.audit({ mostExtraStarts: 20 });
  print('after a failover', { failoverMs, acceptedMs, drainedMs: performance.now() - killedAt, ...counts });
  expect(problems).toEqual([]);
  expect(acceptedMs - failoverMs).toBeLessThan(bound({ promised: 5000, busy: 15000 }));
});

/** Resolves when the replica has all that was written before. */
async function replicated(master: TestRedis): Promise<void> {
  const connection = master.connect();
  // A connection waits for its own writes, and for those that came before them.
  await connection.set('replicated', '1');
  expect(await connection.wait(1, 20_000)).toBe(1);
  connection.disconnect();
}
