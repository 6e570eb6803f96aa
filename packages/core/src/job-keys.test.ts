import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';
import { keysOf as keysIn } from './job/job-keys.ts';
import type { JobTies } from './job/ties.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

let client: Client;
let place: { redis: string; namespace: string; shards: number };
beforeEach(() => {
  place = { redis: store.url, namespace: store.namespace(), shards: testShardCount() };
  client = new Client(place);
});
afterEach(() => client.close());

describe('the keys of a job', () => {
  const keysOf = async (id: string): Promise<unknown> => {
    const job = await client.get(id);
    return job !== undefined && !('damaged' in job) && job.keys;
  };
  const NONE = { limits: [], rates: [] };

  test('are told as its options gave them', async () => {
    const { id } = await client.enqueue(greet, 1, {
      unique: { key: 'a:{b}' },
      key: '{b}',
      debounce: { key: '{b}2', wait: '1h' },
      throttle: { key: '{b}3', per: '1h' },
      concurrency: [{ key: '{b}4' }, { key: '{b}5' }],
      rateLimit: { key: '{b}6', limit: 1, per: '1h' },
      group: { key: '{b}7', limit: 2 },
    });
    expect(await keysOf(id)).toEqual({
      unique: 'a:{b}',
      key: '{b}',
      debounce: '{b}2',
      throttle: '{b}3',
      limits: ['{b}4', '{b}5', 'group:{b}7'],
      rates: ['{b}6'],
      group: '{b}7',
    });
  });

  test('of a time are unique keys, too, and one that was not given is a hash', async () => {
    const timed = await client.enqueue(greet, 1, { unique: { key: 'k', for: '1h' } });
    expect(await keysOf(timed.id)).toEqual({ ...NONE, unique: 'k' });
    const hashed = await client.enqueue(greet, 2, { unique: true });
    expect(await keysOf(hashed.id)).toEqual({ ...NONE, unique: expect.stringMatching(/^[\w-]{22}$/) });
  });

  test('that are a hash of the input are not told where inputs are masked', async () => {
    const redacting = new Monitor({ ...place, redact: ['token'] });
    try {
      const hashed = await client.enqueue(greet, 2, { unique: true });
      expect(await redacting.job(hashed.id)).toMatchObject({ keys: { unique: '•••' } });
      const named = await client.enqueue(greet, 2, { unique: { key: 'own' } });
      expect(await redacting.job(named.id)).toMatchObject({ keys: { unique: 'own' } });
    } finally {
      await redacting.close();
    }
  });

  test('are none where nothing ties it', async () => {
    const { id } = await client.enqueue(greet, 1);
    expect(await keysOf(id)).toEqual(NONE);
  });

  test('are none where a header holds something else', () => {
    for (const ties of [
      { locks: 5, limits: [7, ['k', 1]], group: 'g' },
      { locks: [[1]], rates: {} },
    ])
      expect(keysIn('greet', ties as unknown as JobTies)).toMatchObject({ unique: undefined, rates: [] });
    const strange = { locks: [['u:other:k', 'finished', 0, 'existing']] } as const;
    expect(keysIn('greet', strange).unique).toBe('other:k');
  });
});
