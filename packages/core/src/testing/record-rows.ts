import { A, ADA, BOB } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';

/** The rows of `record` in all tables of scripts: what it adds lies in three buckets, which differ in nothing but their names. */

/** Where the stopped clock stands. */
const BUCKETS = ['tally:60:28333333', 'tally:600:2833333', 'tally:3600:472222'] as const;
const NOTHING: ReadonlyMap<number, number> = new Map();

const inBuckets = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    BUCKETS.flatMap((bucket) => Object.entries(fields).map(([field, n]) => [`${bucket} ${field}`, n])),
  );

const COUNTS = inBuckets({ enqueued: '1', succeeded: '1' });
const COUNTED = ['counted enqueued', 'counted succeeded'];
const withoutCounts = [...Object.keys(COUNTS), ...COUNTED].join('; ');

/** Somebody has looked before; then a job came and one succeeded. */
export const RECORD_SCENES = {
  record: {
    given: async (shard) => {
      await shard.enqueue([A]);
      await shard.workers.record({ recorder: BOB, number: 1, waits: NOTHING, runs: NOTHING });
      await shard.redis.del(`${shard.prefix}told:${BOB}`);
      await shard.redis.hincrby(`${shard.prefix}stats`, 'enqueued', 1);
      await shard.redis.hincrby(`${shard.prefix}stats`, 'succeeded', 1);
      const measures = { waits: new Map([[3, 2]]), runs: new Map([[5, 1]]) };
      return () => shard.workers.record({ recorder: ADA, number: 7, ...measures });
    },
    keys: { stats: ['stats'], counted: ['counted'], told: [`told:${ADA}`], tally: BUCKETS },
  },
} satisfies Record<string, Scene>;

export const RECORD_EFFECTS = {
  record: {
    reply: 'OK',
    changes: {
      ...COUNTS,
      ...inBuckets({ w3: '2', r5: '1' }),
      ...Object.fromEntries(BUCKETS.map((bucket) => [`${bucket} expires`, true])),
      'counted enqueued': '2',
      'counted succeeded': '1',
      'told:Ada': '7',
      'told:Ada expires': true,
    },
  },
} satisfies Record<string, Effect>;

export const RECORD_MISSING = {
  record: {
    same: ['told:Ada', ...BUCKETS],
    otherwise: {
      // Totals that fall are those of another beginning.
      stats: { undone: withoutCounts, instead: { 'counted enqueued': '0' } },
      counted: {
        undone: Object.keys(COUNTS).join('; '),
        instead: {
          'counted scheduled': '0',
          'counted retried': '0',
          'counted failed': '0',
          'counted cancelled': '0',
        },
      },
    },
  },
} satisfies Record<string, Deviations>;

export const RECORD_DAMAGED = {
  record: {
    refused: ['told:Ada'],
    otherwise: {
      stats: { undone: withoutCounts },
      counted: { undone: withoutCounts },
      // What stands in its place goes when the bucket would.
      ...Object.fromEntries(
        BUCKETS.map((bucket) => [
          bucket,
          { undone: ['enqueued', 'succeeded', 'w3', 'r5'].map((field) => `${bucket} ${field}`).join('; ') },
        ]),
      ),
    },
  },
} satisfies Record<string, Deviations>;
