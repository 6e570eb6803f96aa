import { sharedRedis } from '@linstock/test-kit/shared-redis';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { TagEntries, TagPlace } from './tag-scanner.ts';
import { scanTagged } from './tag-scanner.ts';

const store = await sharedRedis();

let connection: Connection;
let prefix: string;
let key: string;
beforeEach(async () => {
  connection = new Connection(store.url, 'commands');
  await connection.ready(5000);
  prefix = `{${store.namespace()}:0}:`;
  key = `${prefix}${KEY.tag}x`;
});
afterEach(() => connection.close());

const idOf = (n: number): string => `01ARZ3NDEKTSV4RRFFQ${String(n).padStart(5, '0')}00`;

/** Entries from the oldest on; so many of each instant. */
async function fill(count: number, ofInstant: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => idOf(n));
  for (const [n, id] of ids.entries()) await connection.redis.zadd(key, 1000 + Math.floor(n / ofInstant), id);
  return ids.toReversed();
}

/** The shard, as it is when somebody else is faster than each read of the index. */
function shardWhere(change: () => Promise<unknown>): Shard {
  const redis = new Proxy(connection.redis as Redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      return name === 'zrevrange' ? async (...args: unknown[]) => (await change(), call(...args)) : call;
    },
  });
  return { connection: { redis }, prefix } as unknown as Shard;
}

const quiet = (): Shard => shardWhere(async () => undefined);

async function idsOf(pages: AsyncIterable<TagEntries>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) ids.push(...page.ids);
  return ids;
}

const index = (step: number): { tag: string; step: number } => ({ tag: 'x', step });

test.each([
  [0, 1, 5],
  [1, 1, 5],
  [10, 1, 5],
  [11, 1, 5],
  [50, 50, 7],
  [50, 4, 1],
])('%i entries, %i of an instant, are met once each, the newest first, %i at a time', async (...of) => {
  const [count, ofInstant, step] = of;
  const ids = await fill(count, ofInstant);
  expect(await idsOf(scanTagged(quiet(), index(step), undefined))).toEqual(ids);
});

test.each([1, 3, 40])(
  'what was removed before a place, and the place itself, is no loss; %i of an instant',
  async (ofInstant) => {
    const ids = await fill(40, ofInstant);
    for (const last of [4, 17, 39]) {
      const place = { at: 1000 + Math.floor((39 - last) / ofInstant), id: ids[last] ?? '' };
      await connection.redis.zrem(key, ...ids.slice(0, last + 1));
      expect(await idsOf(scanTagged(quiet(), index(3), place))).toEqual(ids.slice(last + 1));
    }
  },
);

test('what is stored after a place was reached is not met, and moves nothing', async () => {
  const ids = await fill(30, 10);
  const place: TagPlace = { at: 1002, id: ids[6] ?? '' };
  for (let n = 100; n < 120; n++) await connection.redis.zadd(key, 2000, idOf(n));
  expect(await idsOf(scanTagged(quiet(), index(4), place))).toEqual(ids.slice(7));
});

test('an entry that is stored anew is of then: the others are met once each', async () => {
  const ids = await fill(20, 5);
  const place: TagPlace = { at: 1002, id: ids[9] ?? '' };
  await connection.redis.zadd(key, 3000, ids[9] ?? '', 3000, ids[12] ?? '');
  expect(await idsOf(scanTagged(quiet(), index(3), place))).toEqual([...ids.slice(10, 12), ...ids.slice(13)]);
});

test.each([1, 60])(
  'what changes between a look at a place and the read moves nothing; %i of an instant',
  async (ofInstant) => {
    const ids = await fill(60, ofInstant);
    const met: string[] = [];
    let added = 0;
    const shard = shardWhere(async () => {
      // In turn: some that were met go, more than a step has; some come.
      if (added++ % 2 === 0) await connection.redis.zrem(key, '-', ...met.splice(0, 9));
      else for (let n = 0; n < 11; n++) await connection.redis.zadd(key, 5000, idOf(1000 + 20 * added + n));
    });
    const all: string[] = [];
    for await (const page of scanTagged(shard, index(6), undefined)) {
      met.push(...page.ids);
      all.push(...page.ids);
    }
    expect(all).toEqual(ids);
  },
);

test('one step costs few looks, wherever it begins in many entries of an instant', async () => {
  const ids = await fill(500, 500);
  const before = await looks();
  const pages = scanTagged(quiet(), index(50), { at: 1000, id: ids[400] ?? '' });
  expect((await pages.next()).value?.ids).toEqual(ids.slice(401, 451));
  expect((await looks()) - before).toBe(1);
});

async function looks(): Promise<number> {
  const stats = await connection.redis.info('commandstats');
  return Number(/cmdstat_zrevrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
