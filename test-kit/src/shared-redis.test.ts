import { expect, test } from 'vitest';
import { sharedRedis } from './shared-redis.ts';

const store = await sharedRedis();

test('each namespace is new and safe to put into key names', () => {
  const names = Array.from({ length: 100 }, () => store.namespace());
  expect(new Set(names).size).toBe(100);
  expect(names.every((name) => /^[a-z][a-z0-9]+$/.test(name))).toBe(true);
});

test('connections reach one and the same store', async () => {
  const key = store.namespace();
  await store.connect().set(key, 'v');
  expect(await store.connect().get(key)).toBe('v');
});
