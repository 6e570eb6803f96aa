import { Client, Monitor } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';

import { hasFeature } from '../features.ts';
import { createInputs } from '../job-input.ts';
import { FEATURE_SCENARIOS } from '../scenarios/features.ts';
import { linstockFeatures } from './linstock-features.ts';
import { SideClients } from './linstock-sides.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

const features = FEATURE_SCENARIOS.flatMap(({ feature }) => feature ?? []);

test.each(features)('with %s each job is stored once, whatever their number', async (feature) => {
  expect(hasFeature('linstock', feature)).toBe(true);
  const options = { redis: redis.url, namespace: feature };
  const client = new Client(options);
  const sides = new SideClients(options);
  await linstockFeatures(client, sides)[feature]?.(createInputs(0, 11));
  const monitor = new Monitor(options);
  const counts = await monitor.counts();
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(11);
  await Promise.all([client.close(), sides.close(), monitor.close()]);
});

test.each([
  ['compressed', '~df '],
  ['encrypted', '~gcm:k1 '],
] as const)('with %s a payload of the bench is stored so', async (feature, mark) => {
  const namespace = `stored-${feature}`;
  const sides = new SideClients({ redis: redis.url, namespace });
  await linstockFeatures(sides.with(feature), sides)[feature]?.(createInputs(0, 1));
  const connection = new Redis(redis.url);
  const [key = ''] = await connection.keys(`*${namespace}*job:*`);
  expect(await connection.get(key)).toContain(mark);
  connection.disconnect();
  await sides.close();
});
