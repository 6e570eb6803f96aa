import type { ServerView, WorkerInfo } from '@linstock/core';
import { defineJob, Monitor } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { Board } from '../testing/board.ts';
import type { Attention } from './attention.ts';
import { findAttention } from './attention.ts';
import { DeadWorkers } from './dead-workers.ts';
import { healthAttention } from './health-attention.ts';
import type { Health } from './health.ts';
import { HealthReader, NO_HEALTH } from './health.ts';
import type { Pulse } from './pulse.ts';
import { reportOf } from './report.ts';

const redis = await startRedis();
const connection = redis.connect();
const boards: Board[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(async () => {
  connection.disconnect();
  await redis.stop();
});

const work = defineJob<null>({ name: 'work' });

function open(): Board {
  const board = new Board(redis.url);
  boards.push(board);
  return board;
}

async function overview(board: Board): Promise<{ attention: Attention[] }> {
  const answer = await board.ask('GET', '/api/overview', { role: 'viewer' });
  return (await answer.json()) as { attention: Attention[] };
}

describe('what needs attention', () => {
  test('tells of recurring jobs that nobody runs, and of runs that were missed', async () => {
    const board = open();
    const key = shardPrefix(board.namespace, 0);
    for (const id of ['late', 'later', 'missed', 'fine', 'bad'])
      await board.client.recurring.upsert(id, work, null, { cron: '@daily' });
    await connection.zadd(key + KEY.ticks, Date.now() - 120_000, 'late', Date.now() - 180_000, 'later');
    await connection.lpush(`${key}${KEY.history}missed`, `{"at":${Date.now()},"skipped":"missed","count":2}`);
    await connection.hset(`${key}${KEY.recurring}bad`, 'error', '{"message":"no such zone"}');
    await connection.zadd(key + KEY.ticks, '+inf', 'bad');
    const { attention } = await overview(board);
    expect(attention).toContainEqual({ level: 'bad', code: 'TICKS_LATE', about: 'later', count: 2 });
    expect(attention).toContainEqual({
      level: 'warn',
      code: 'TICKS_MISSED',
      about: 'missed',
      count: 1,
      names: ['missed'],
    });
    expect(attention).toContainEqual({
      level: 'bad',
      code: 'TICKS_ERROR',
      about: 'bad',
      count: 1,
      names: ['bad'],
    });
  });

  /** Recurring jobs of which a run was left out twice, because one goes on. Resolves to that one's job. */
  async function leaveOut(board: Board, ...ids: string[]): Promise<string> {
    let job = '';
    for (const id of ids) {
      await board.client.recurring.upsert(id, work, null, { cron: '@daily', overlap: 'skip' });
      job = await board.client.recurring.trigger(id);
      const entry = { tick: Date.now(), at: Date.now(), skipped: 'overlap', count: 2 };
      await connection.lpush(`${shardPrefix(board.namespace, 0)}${KEY.history}${id}`, JSON.stringify(entry));
    }
    return job;
  }

  test('tells of recurring jobs that leave out runs, with the job that goes on', async () => {
    const board = open();
    const job = await leaveOut(board, 'mirror');
    const { attention } = await overview(board);
    const [since] = await board.client.recurring.history('mirror').then((all) => all.slice(-1));
    expect(attention.filter(({ code }) => code.startsWith('TICKS'))).toEqual([
      { level: 'warn', code: 'TICKS_OVERLAP', about: 'mirror', count: 2, job, since: since?.tick },
    ]);
  });

  test('names three of many that leave out runs', async () => {
    const board = open();
    await leaveOut(board, 'a', 'b', 'c', 'd');
    const { attention } = await overview(board);
    expect(attention.filter(({ code }) => code.startsWith('TICKS'))).toEqual([
      {
        level: 'warn',
        code: 'TICKS_OVERLAP',
        about: expect.any(String),
        count: 4,
        names: [expect.any(String), expect.any(String), expect.any(String)],
      },
    ]);
  });

  test('tells of a Redis that keeps no append-only file, and of nothing else where all is well', async () => {
    const { attention } = await overview(open());
    expect(attention.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'warn NO_WORKERS',
      'warn NO_DISK',
    ]);
  });

  test('tells of many of one kind in one entry, of up to three in one each', async () => {
    const board = open();
    await board.client.enqueue(work, null, { queue: 'deep' });
    const pause = async (name: string): Promise<void> => {
      await board.client.enqueue(work, null, { queue: name });
      await board.client.queue(name).pause();
    };
    for (const name of ['deep', 'b', 'c']) await pause(name);
    const paused = async (): Promise<Attention[]> =>
      (await overview(board)).attention.filter(({ code }) => code === 'QUEUE_PAUSED');
    expect(await paused()).toHaveLength(3);
    await pause('d');
    await eventually(async () =>
      expect(await paused()).toEqual([
        {
          level: 'warn',
          code: 'QUEUE_PAUSED',
          about: 'deep',
          count: 4,
          names: ['deep', expect.any(String), expect.any(String)],
        },
      ]),
    );
  });
});

const ticks = { late: 0, latest: undefined, missed: [], leftOut: [], broken: [] };
const server: ServerView = {
  address: 'a:1',
  version: '7.2.0',
  mode: 'standalone',
  uptime: 1,
  clients: 1,
  opsPerSecond: 0,
  memoryBytes: 0,
  memoryLimitBytes: 100,
  evictionPolicy: 'noeviction',
  hasAppendOnlyFile: true,
  hasSnapshots: true,
  lastSaveAt: 0,
  replicas: 0,
  keys: 0,
  slow: [],
};

describe('the health of an installation', () => {
  const told = (part: Partial<ServerView>): string[] => {
    const health: Health = { servers: [{ ...server, ...part }], ticks, failing: undefined };
    return healthAttention(health).map(({ level, code, count }) => `${level} ${code} ${count}`);
  };

  test.each([
    [{}, []],
    [{ memoryBytes: 79 }, []],
    [{ memoryBytes: 80 }, ['warn MEMORY 80']],
    [{ memoryBytes: 96 }, ['bad MEMORY 96']],
    [{ memoryBytes: 96, memoryLimitBytes: 0 }, []],
    [{ evictionPolicy: 'allkeys-lru' }, ['bad EVICTION 0']],
    [{ hasAppendOnlyFile: false }, ['info NO_LOG 0']],
    [{ hasAppendOnlyFile: false, hasSnapshots: false }, ['warn NO_DISK 0']],
    [{ hasAppendOnlyFile: false, hasSnapshots: undefined }, ['warn DISK_UNKNOWN 0']],
    [{ hasSnapshots: false }, []],
    // A user without the permission for INFO sees nothing of it.
    [{ evictionPolicy: undefined, memoryBytes: undefined, hasAppendOnlyFile: undefined }, []],
  ])('%j is told as %j', (part, expected) => {
    expect(told(part)).toEqual(expected);
  });

  test('is looked at every 15 seconds, once for all who ask', async () => {
    const board = open();
    const monitor = new Monitor({ redis: redis.url, namespace: board.namespace });
    let now = 0;
    const reader = new HealthReader(monitor, () => now);
    const looks = async (): Promise<number> => {
      const stats = await connection.info('commandstats');
      return Number(/cmdstat_zcount:calls=(\d+)/.exec(stats)?.[1] ?? 0) / 2;
    };
    const before = await looks();
    await Promise.all([reader.latest(), reader.latest()]);
    expect((await looks()) - before).toBe(1);
    now += 14_000;
    await reader.latest();
    expect((await looks()) - before).toBe(1);
    now += 60_000;
    await reader.latest();
    expect((await looks()) - before).toBe(2);
    await monitor.close();
  });
});

describe('workers', () => {
  test('are told of with how long ago each was heard of, which an older one does not say', async () => {
    const board = open();
    const key = shardPrefix(board.namespace, 0);
    const now = Date.now();
    await connection.zadd(key + KEY.leases, now + 100_000, 'older', now + 200_000, 'late');
    await connection.hset(
      key + KEY.workers,
      'older',
      '{"host":"a","queues":[]}',
      'late',
      '{"host":"b","queues":[],"leaseMs":600000}',
    );
    const answer = await board.ask('GET', '/api/overview', { role: 'viewer' });
    const { workers } = (await answer.json()) as { workers: readonly { readonly beatAgeMs?: number }[] };
    expect(workers).toMatchObject([
      { id: 'older', isLate: false },
      { id: 'late', isLate: true },
    ]);
    expect(workers[0]).not.toHaveProperty('beatAgeMs');
    expect(workers[1]?.beatAgeMs).toBeGreaterThan(300_000);
  });

  test('are told of with the job that each has run for longest', async () => {
    const board = open();
    const key = shardPrefix(board.namespace, 0);
    const longest = [
      ['a', 7, 1],
      ['b', 8, 1],
    ];
    await connection.zadd(key + KEY.leases, Date.now() + 100_000, 'Ada', Date.now() + 200_000, 'Bob');
    await connection.hset(key + KEY.loads, {
      Ada: JSON.stringify({ running: 2, longest }),
      Bob: '{"running":0}',
    });
    const answer = await board.ask('GET', '/api/overview', { role: 'viewer' });
    const { workers } = (await answer.json()) as { workers: readonly { readonly load: unknown }[] };
    expect(workers.map(({ load }) => load)).toEqual([
      { running: 2, longest: [{ id: 'a', startedAt: 7 }] },
      { running: 0 },
    ]);
  });
});

describe('workers, when the clock of the dashboard is wrong', () => {
  const HOUR = 3_600_000;

  test.each([-HOUR, 2 * HOUR])('live and die by the clock of Redis: %i ms', async (wrongBy) => {
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + wrongBy);
    const board = open();
    const leases = shardPrefix(board.namespace, 0) + KEY.leases;
    const [seconds = 0] = await connection.time();
    await connection.zadd(leases, seconds * 1000 + 600_000, 'lives', seconds * 1000 - 60_000, 'dead');
    const answer = await board.ask('GET', '/api/overview', { role: 'viewer' });
    const { at, workers, attention } = (await answer.json()) as Pulse & { attention: Attention[] };
    expect(workers.map(({ id }) => id)).toEqual(['lives']);
    expect(attention.filter(({ code }) => code === 'WORKER_DEAD').map(({ about }) => about)).toEqual([
      'dead',
    ]);
    expect(at).toBeGreaterThanOrEqual(seconds * 1000);
    expect(at).toBeLessThan(seconds * 1000 + HOUR / 2);
  });
});

describe('workers that have died', () => {
  const worker = (id: string, leaseExpiresAt: number) => ({
    id,
    leaseExpiresAt,
    beatAgeMs: undefined,
    isLate: false,
    info: undefined,
    load: undefined,
  });
  const idsOf = (dead: readonly { readonly id: string }[]): string[] => dead.map(({ id }) => id);

  test('are those whose lease ran out, also when their jobs went to others before anybody looked', () => {
    const dead = new DeadWorkers();
    const [a, b, c] = [worker('a', 1500), worker('b', 9000), worker('c', 1500)];
    expect(idsOf(dead.look([a, b, c], [a, b, c], 1000))).toEqual([]);
    // a is still there with a lease that ran out; b has stopped in order; c is gone after its lease would have run out.
    expect(idsOf(dead.look([a], [], 3000)).toSorted()).toEqual(['a', 'c']);
    expect(idsOf(dead.look([], [], 4000)).toSorted()).toEqual(['a', 'c']);
  });

  test('are told of for ten minutes, and not when nobody looked meanwhile', () => {
    const dead = new DeadWorkers();
    const a = worker('a', 1500);
    dead.look([a], [a], 1000);
    dead.look([], [], 2000);
    expect(idsOf(dead.look([], [], 601_000))).toEqual(['a']);
    expect(idsOf(dead.look([], [], 602_000))).toEqual([]);
    const later = new DeadWorkers();
    later.look([a], [a], 1000);
    expect(idsOf(later.look([], [], 100_000))).toEqual([]);
  });
});

test('where no worker lives those that wait are the enqueued ones, as the number beside it says', () => {
  const counts = { enqueued: 3, scheduled: 40, failed: 0 };
  const pulse = { at: 1, counts, queues: [], workers: [], dead: [], alerts: [], health: NO_HEALTH };
  expect(findAttention(pulse as unknown as Pulse)).toMatchObject([
    { code: 'NO_WORKERS', count: 3, level: 'bad' },
  ]);
});

describe('a handler that outlives its attempt', () => {
  const AT = 1_700_000_000_000;
  const pulse = (endedMsAgo: number): Pulse => ({
    at: AT,
    counts: { enqueued: 0, scheduled: 0, failed: 0 } as Pulse['counts'],
    totals: {},
    rates: [],
    queues: [],
    workers: [
      {
        id: 'w',
        leaseExpiresAt: AT,
        beatAgeMs: 0,
        isLate: false,
        info: { host: 'web', pid: 7, queues: [] as string[] } as unknown as WorkerInfo,
        load: { running: 1, stallMs: 0, memoryBytes: 0, longest: [{ id: 'a', startedAt: 1 }] },
      },
    ],
    dead: [],
    alerts: [],
    health: {
      ...NO_HEALTH,
      leftovers: [{ job: 'a', worker: 'w', startedAt: 1, endedAt: AT - endedMsAgo }],
    },
  });
  const told = (at: Pulse): string[] =>
    findAttention(at).map(({ code, about, count, job }) => `${code} ${about} ${count} ${job}`);

  test('is told of after three minutes, with its worker and its job', () => {
    expect(told(pulse(179_999))).toEqual([]);
    expect(told(pulse(190_000))).toEqual(['WORKER_LEFTOVER web · 7 3 a']);
  });

  test('is not once its worker is gone', () => {
    expect(told({ ...pulse(190_000), workers: [] })).toEqual([expect.stringContaining('NO_WORKERS')]);
  });

  test('stands with its worker', () => {
    const { workers } = JSON.parse(reportOf(pulse(1000), true)) as { workers: readonly object[] };
    expect(workers).toMatchObject([{ id: 'w', leftover: { job: 'a', endedAt: AT - 1000 } }]);
  });
});

describe('a job that waits long', () => {
  const AT = 1_700_000_000_000;
  const minutes = (n: number): number => n * 60_000;
  /** What is said of a queue that workers take, and of a worker of which nothing is known but that it is blocked. */
  function said(waitedMs: number, queue: object = {}): string[] {
    const pulse = {
      at: AT,
      counts: { enqueued: 3, scheduled: 0, failed: 0 },
      queues: [{ name: 'mail', enqueued: 3, suspects: 0, blocked: 0, paused: undefined, ...queue }],
      workers: [{ id: 'w', info: { host: 'web', pid: 7, queues: ['mail'] }, load: { stallMs: 58_491 } }],
      dead: [],
      alerts: [],
      health: { ...NO_HEALTH, oldest: { queue: 'mail', since: AT - waitedMs } },
    } as unknown as Pulse;
    return findAttention(pulse).map(({ code, about, count }) => `${code} ${about} ${count}`);
  }

  test('is told of after ten minutes, where nothing else says why its queue does not move', () => {
    const blocked = 'LOOP_BLOCKED web · 7 58';
    expect(said(minutes(10) - 1)).toEqual([blocked]);
    expect(said(minutes(16.5))).toEqual([blocked, 'WAITS_LONG mail 16']);
    expect(said(minutes(16), { enqueued: 0 })).toContain('WAITS_LONG mail 16');
    expect(said(minutes(16), { paused: { by: 'ada', why: '', at: 1 } })).not.toContain('WAITS_LONG mail 16');
    expect(said(minutes(16), { blocked: 3 })).not.toContain('WAITS_LONG mail 16');
    expect(said(minutes(16), { name: 'other' })).not.toContain('WAITS_LONG mail 16');
  });
});
