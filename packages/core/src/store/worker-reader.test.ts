import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Monitor } from '../monitor.ts';
import { KEY, shardPrefix } from '../redis/keys.ts';
import { beatOf } from './worker-reader.ts';

const store = await sharedRedis();
const redis = store.connect();
const MINUTE = 60_000;

let prefix: string;
let monitor: Monitor;
beforeEach(() => {
  const namespace = store.namespace();
  prefix = shardPrefix(namespace, 0);
  monitor = new Monitor({ redis: store.url, namespace });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await monitor.close();
});

/** A worker whose lease ends so long from now, by the clock of Redis. */
async function plant(id: string, leftMs: number, info: object): Promise<void> {
  const [seconds = 0] = await redis.time();
  await redis.zadd(prefix + KEY.leases, seconds * 1000 + leftMs, id);
  await redis.hset(prefix + KEY.workers, id, JSON.stringify(info));
}

describe('when a worker was heard of', () => {
  test('is told by what is left of its lease', () => {
    expect(beatOf(15_000, 14_000)).toEqual({ beatAgeMs: 1000, isLate: false });
    expect(beatOf(15_000, 7500)).toEqual({ beatAgeMs: 7500, isLate: false });
    expect(beatOf(15_000, 7499)).toEqual({ beatAgeMs: 7501, isLate: true });
    expect(beatOf(15_000, -1000)).toEqual({ beatAgeMs: 16_000, isLate: true });
  });

  test('is never still to come, whatever the clock of Redis has done', () => {
    expect(beatOf(15_000, 20_000)).toEqual({ beatAgeMs: 0, isLate: false });
  });

  test('is counted by the clock of Redis', async () => {
    await plant('prompt', 9 * MINUTE, { leaseMs: 10 * MINUTE });
    await plant('late', 2 * MINUTE, { leaseMs: 10 * MINUTE });
    vi.spyOn(Date, 'now').mockReturnValue(0);
    const workers = await monitor.workers();
    expect(workers.map(({ id, isLate }) => [id, isLate])).toEqual([
      ['late', true],
      ['prompt', false],
    ]);
    const [late = 0, prompt = 0] = workers.map(({ beatAgeMs }) => beatAgeMs);
    expect(late).toBeGreaterThanOrEqual(8 * MINUTE);
    expect(late - prompt).toBeGreaterThan(6 * MINUTE);
    expect(late - prompt).toBeLessThan(9 * MINUTE);
  });

  test('is not known of an older worker, nor of one whose words are no numbers', async () => {
    await plant('older', MINUTE, { host: 'h' });
    await plant('odd', 2 * MINUTE, { leaseMs: 'long' });
    const workers = await monitor.workers();
    expect(workers.map(({ id, beatAgeMs, isLate }) => [id, beatAgeMs, isLate])).toEqual([
      ['older', undefined, false],
      ['odd', undefined, false],
    ]);
  });
});
