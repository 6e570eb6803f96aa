import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import type { HistoryOptions } from './history.ts';
import { planHistory } from './history.ts';
import { stepOf } from './job/histogram.ts';
import { Monitor } from './monitor.ts';
import { Connection } from './redis/connect.ts';
import { shardPrefix } from './redis/keys.ts';
import { WorkerRegistry } from './store/worker-registry.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet' });
const NOTHING: ReadonlyMap<number, number> = new Map();
const NOW = Date.parse('2026-11-28T12:34:56Z');
const at = (text: string): number => Date.parse(`2026-${text}Z`);

describe('which points are read', () => {
  test.each([
    [{ last: '1h' }, { seconds: 60, stepMs: 60_000, from: at('11-28T11:34:00'), to: at('11-28T12:35:00') }],
    [{ last: '6h' }, { seconds: 600, stepMs: 600_000, from: at('11-28T06:30:00'), to: at('11-28T12:40:00') }],
    [{ last: '24h' }, { seconds: 600, stepMs: 600_000 }],
    [{ last: '7d' }, { seconds: 3600, stepMs: 3_600_000 }],
    [{ last: '30d' }, { seconds: 3600, stepMs: 4 * 3_600_000, to: at('11-28T16:00:00') }],
    [
      { last: '1h', step: '7m30s' },
      { seconds: 60, stepMs: 480_000 },
    ],
    [
      { last: '1d', step: '1m' },
      { seconds: 600, stepMs: 600_000 },
    ],
    [
      { from: new Date(NOW - 86_400_000), to: new Date(NOW - 82_800_000) },
      { seconds: 600, stepMs: 600_000, from: at('11-27T12:30:00'), to: at('11-27T13:40:00') },
    ],
    // Nobody knows the future.
    [{ from: new Date(NOW - 3_600_000), to: new Date(NOW + 3_600_000) }, { to: at('11-28T12:35:00') }],
  ] satisfies [HistoryOptions, object][])('%o', (options, expected) => {
    expect(planHistory(options, NOW)).toMatchObject(expected);
  });

  test.each([
    [{}, 'history'],
    [{ last: '1h', from: new Date(NOW) }, 'history'],
    [{ last: '1h', to: new Date(NOW) }, 'history.to'],
    [{ last: '32d' }, 'history'],
    [{ last: '1s' }, 'history'],
    [{ last: 'yesterday' }, 'history.last'],
    [{ last: '1h', step: -1 }, 'history.step'],
  ] satisfies [HistoryOptions, string][])('not by %o', (options, option) => {
    expect(() => planHistory(options, NOW)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', fields: expect.objectContaining({ option }) }),
    );
  });
});

describe('the history', () => {
  let client: Client;
  let monitor: Monitor;
  let connection: Connection;
  let registries: WorkerRegistry[];
  beforeEach(() => {
    const place = { redis: store.url, namespace: store.namespace(), shards: testShardCount() };
    client = new Client(place);
    monitor = new Monitor(place);
    connection = new Connection(store.url, 'commands');
    registries = Array.from(
      { length: testShardCount() },
      (_, n) => new WorkerRegistry(connection, shardPrefix(place.namespace, n)),
    );
  });
  afterEach(async () => {
    await client.close();
    await monitor.close();
    connection.close();
  });
  const record = async (
    number: number,
    measures: { waits?: ReadonlyMap<number, number>; runs?: ReadonlyMap<number, number> } = {},
  ): Promise<void> => {
    const { waits = NOTHING, runs = NOTHING } = measures;
    await connection.ready(5000);
    for (const registry of registries) await registry.record({ recorder: 'me', number, waits, runs });
  };

  test('of an installation that was never used has points with nothing in them', async () => {
    const { points, total, stepMs } = await monitor.history({ last: '1h' });
    expect(stepMs).toBe(60_000);
    expect(points.length).toBeGreaterThan(59);
    expect(points.length).toBeLessThan(63);
    const nothing = { enqueued: 0, scheduled: 0, succeeded: 0, retried: 0, failed: 0, cancelled: 0 };
    expect(total).toEqual({ ...nothing, wait: undefined, run: undefined });
    expect(points[0]).toEqual({ ...total, at: points[0]?.at });
  });

  test('tells what came after the first look, and what was measured, over any time', async () => {
    await client.enqueue(greet, 1);
    await record(1);
    await client.enqueueMany(greet, [1, 2, 3]);
    await client.schedule(greet, 4, { in: '1h' });
    await record(2, { waits: new Map([[stepOf(100), 5]]), runs: new Map([[stepOf(2000), 1]]) });
    for (const last of ['1h', '6h', '24h', '7d', '30d']) {
      const { points, total } = await monitor.history({ last });
      expect(total).toMatchObject({ enqueued: 3, scheduled: 1, succeeded: 0 });
      expect(total.wait?.count).toBe(5 * registries.length);
      expect((total.wait?.p50 ?? 0) / 100).toBeCloseTo(1, 0);
      expect((total.run?.p99 ?? 0) / 2000).toBeCloseTo(1, 0);
      // Within the last two points: the clock may have passed from one to the next.
      const sum = points.slice(-2).reduce((n, { enqueued }) => n + enqueued, 0);
      expect(sum).toBe(3);
    }
  });

  test('has no more keys than times that it tells of, and they expire', async () => {
    await record(1, { waits: new Map([[3, 1]]) });
    const keys = await connection.redis.keys(`${registries[0]?.prefix}tally:*`);
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(await connection.redis.ttl(key)).toBeGreaterThan(3 * 3600 - 60);
  });
});
