import { Cron, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const report = defineJob<{ kind: string }>({ name: 'report' });
const EVERY_SECOND = { cron: '* * * * * *' } as const;
const DAY_MS = 86_400_000;

/** The next tick of a recurring job, moved: as if nobody had looked for a while. Rounded to whole seconds. */
async function moveTick(scene: Scene, id: string, byMs: number): Promise<number> {
  for (let shard = 0; shard < scene.target.shards; shard++) {
    const prefix = scene.prefix(shard);
    const score = (await scene.call('ZSCORE', `${prefix}ticks`, id)) as string | null;
    if (score === null) continue;
    const tick = Math.floor((Number(score) + byMs) / 1000) * 1000;
    await scene.call('ZADD', `${prefix}ticks`, String(tick), id);
    await scene.call('ZADD', `${prefix}timers`, String(tick), 'ticks');
    return tick;
  }
  throw new Error(`no tick of ${id}`);
}

/** The ticks of the runs that a recurring job has enqueued, oldest first. */
async function ticksOf(scene: Scene, id: string): Promise<(number | undefined)[]> {
  const history = await scene.client.recurring.history(id);
  return history
    .filter(({ job }) => job !== undefined)
    .map(({ tick }) => tick)
    .toReversed();
}

/** What the audit log says of recurring jobs. */
async function audited(scene: Scene): Promise<string[]> {
  const logs = Array.from({ length: scene.target.shards }, (_, shard) =>
    scene.call('XRANGE', `${scene.prefix(shard)}audit`, '-', '+'),
  );
  const entries = (await Promise.all(logs)).flat() as [string, string[]][];
  return entries.map(([, fields]) => fields.filter((_, i) => i % 2 === 1).join(' '));
}

describe('a recurring job', () => {
  test('runs at its ticks, with its input, and tells its history', async () => {
    const scene = stage.open();
    const inputs: unknown[] = [];
    const worker = scene.worker();
    worker.handle(report, (input) => void inputs.push(input));
    await worker.start();
    await scene.client.recurring.upsert('r', report, { kind: 'daily' }, EVERY_SECOND);
    await eventually(() => inputs.length >= 2);
    expect(inputs[0]).toEqual({ kind: 'daily' });
    const [first = 0, second] = await ticksOf(scene, 'r');
    expect(first % 1000).toBe(0);
    expect(second).toBe(first + 1000);
  });

  test('remembers its last 100 runs, the newest first', async () => {
    const scene = stage.open();
    await scene.client.recurring.upsert('r', report, { kind: 'a' }, { cron: '0 3 * * *' });
    const runs: string[] = [];
    for (let n = 0; n < 103; n++) runs.push(await scene.client.recurring.trigger('r'));
    const history = await scene.client.recurring.history('r');
    expect(history.map(({ job }) => job)).toEqual(runs.slice(-100).toReversed());
  });

  test('that is not due costs a look nothing, however many there are', async () => {
    // Its commands are counted, so nobody else may use it.
    const own = await startRedis();
    const scene = stage.open({ url: own.url });
    onTestFinished(async () => {
      await stage.closeAll();
      await own.stop();
    });
    const call = async (): Promise<number> => {
      const stats = String(await scene.call('INFO', 'commandstats'));
      return [...stats.matchAll(/cmdstat_[^:]+:calls=(\d+)/g)].reduce(
        (sum, [, calls]) => sum + Number(calls),
        0,
      );
    };
    let runs = 0;
    const worker = scene.worker();
    worker.handle(report, () => void runs++);
    await worker.start();
    await scene.client.recurring.upsert('due', report, { kind: 'a' }, EVERY_SECOND);
    const costOfTwo = async (): Promise<number> => {
      const [before, commands] = [runs, await call()];
      await eventually(() => runs >= before + 2, { timeoutMs: 10_000 });
      return (await call()) - commands;
    };
    const alone = await costOfTwo();
    const definitions = Array.from({ length: 10_000 }, (_, n) => `r${n}`);
    await Promise.all(
      definitions.map((id) =>
        scene.client.recurring.upsert(id, report, { kind: id }, { cron: '0 0 29 2 *' }),
      ),
    );
    // Each of those would be one command and more.
    expect(await costOfTwo()).toBeLessThan(alone + 500);
  });

  test('with a jitter runs each tick once, a little later', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(report, () => undefined);
    await worker.start();
    await scene.client.recurring.upsert('j', report, { kind: 'a' }, { ...EVERY_SECOND, jitter: '800ms' });
    await eventually(async () => (await scene.monitor.counts()).succeeded >= 3, { timeoutMs: 15_000 });
    await scene.client.recurring.pause('j');
    const runs = (await scene.client.recurring.history('j')).filter(({ job }) => job !== undefined);
    expect(new Set(runs.map(({ tick }) => tick)).size).toBe(runs.length);
    const waits = await Promise.all(
      runs.slice(-3).map(async ({ job = '', tick = 0 }) => {
        const [run] = (await scene.job(job)).history;
        return (run?.startedAt ?? 0) - tick;
      }),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    // By chance all three would be within 1 ms of their ticks once in 500 million.
    expect(Math.max(...waits)).toBeGreaterThan(1);
  });

  test('with the same definition keeps its next tick, with another schedule gets a new one', async () => {
    const scene = stage.open();
    const define = (cron: string, kind = 'a'): Promise<string> =>
      scene.client.recurring.upsert('r', report, { kind }, { cron });
    expect(await define('0 3 * * *')).toBe('created');
    const tick = await moveTick(scene, 'r', -DAY_MS);
    expect(await define('0 3 * * *')).toBe('same');
    expect(await define('0 3 * * *', 'b')).toBe('changed');
    expect((await scene.client.recurring.get('r'))?.nextAt).toBe(tick);
    await define('0 4 * * *');
    expect((await scene.client.recurring.get('r'))?.nextAt).toBeGreaterThan(Date.now() - 60_000);
  });

  test.each([
    ['once', 1],
    ['all', 121],
    ['skip', 11],
  ] as const)('that nobody ran for 2 minutes, misfire %s: %i runs', async (misfire, runs) => {
    const scene = stage.open();
    await scene.client.recurring.upsert(
      'r',
      report,
      { kind: 'x' },
      {
        ...EVERY_SECOND,
        misfire,
        misfireAfter: '10s',
        endAt: new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000),
      },
    );
    await moveTick(scene, 'r', -120_000);
    const worker = scene.worker();
    worker.handle(report, () => undefined);
    await worker.start();
    await eventually(async () => expect((await scene.client.recurring.get('r'))?.nextAt).toBeUndefined());
    const { succeeded, enqueued, processing } = await scene.monitor.counts();
    const total = succeeded + enqueued + processing;
    expect(Math.abs(total - runs)).toBeLessThanOrEqual(misfire === 'once' ? 2 : 3);
  });

  test('whose last run has not ended can be passed over', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker();
    worker.handle(report, () => gate.opened);
    await worker.start();
    await scene.client.recurring.upsert('r', report, { kind: 'x' }, { ...EVERY_SECOND, overlap: 'skip' });
    await eventually(
      async () => {
        const history = await scene.client.recurring.history('r');
        const skipped = history.filter((entry) => entry.skipped === 'overlap');
        // However many they are, they push out no run.
        expect(skipped).toHaveLength(1);
        expect(skipped[0]?.count).toBeGreaterThan(1);
      },
      { timeoutMs: 20_000 },
    );
    expect(await ticksOf(scene, 'r')).toHaveLength(1);
    gate.open();
  });

  test('can be paused, resumed, passed over once, run by hand, and removed', async () => {
    const scene = stage.open();
    const { recurring } = scene.client;
    await recurring.upsert('r', report, { kind: 'x' }, { cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
    const [first, second] = await recurring.next('r', 2);
    expect(await recurring.skipNext('r', { by: 'eve' })).toBe(true);
    expect((await recurring.get('r'))?.nextAt).toBe(second?.getTime());
    expect([await recurring.pause('r'), await recurring.pause('r')]).toEqual([true, false]);
    expect((await recurring.get('r'))?.nextAt).toBeUndefined();
    expect((await recurring.get('r'))?.paused).toMatchObject({ at: expect.any(Number) });
    expect(await recurring.resume('r')).toBe(true);
    expect((await recurring.get('r'))?.nextAt).toBe(first?.getTime());
    const job = await recurring.trigger('r', { by: 'eve', reason: 'the report was wrong' });
    expect(await audited(scene)).toContain('eve trigger r {"by":"eve","why":"the report was wrong"}');
    expect(await scene.client.get(job)).toMatchObject({ state: 'enqueued', input: { kind: 'x' } });
    expect([await recurring.remove('r'), await recurring.remove('r')]).toEqual([true, false]);
    expect(await recurring.list()).toEqual([]);
    await expect(recurring.pause('r')).rejects.toMatchObject({ code: 'RECURRING_NOT_FOUND' });
  });

  test('that never comes by itself runs by hand', async () => {
    const scene = stage.open();
    await scene.client.recurring.upsert('n', report, { kind: 'x' }, { cron: Cron.never() });
    expect(await scene.client.recurring.next('n')).toEqual([]);
    expect((await scene.client.recurring.get('n'))?.nextAt).toBeUndefined();
    const job = await scene.client.recurring.trigger('n');
    expect(await scene.client.get(job)).toMatchObject({ state: 'enqueued', input: { kind: 'x' } });
  });

  test('whose definition is damaged is switched off, and the others go on', async () => {
    const scene = stage.open({ shards: 1 });
    const runs: unknown[] = [];
    for (const id of ['bad', 'worse', 'good'])
      await scene.client.recurring.upsert(id, report, { kind: id }, EVERY_SECOND);
    await scene.call('HSET', `${scene.prefix()}recurring:bad`, 'schedule', '{"cron":"99 99 * * *"}');
    await scene.call('HSET', `${scene.prefix()}recurring:worse`, 'job', 'no JSON');
    const worker = scene.worker();
    worker.handle(report, ({ kind }) => void runs.push(kind));
    await worker.start();
    await eventually(() => runs.length >= 2);
    expect(new Set(runs)).toEqual(new Set(['good']));
    for (const id of ['bad', 'worse'])
      expect(await scene.client.recurring.get(id)).toMatchObject({
        nextAt: undefined,
        error: { message: expect.any(String) },
      });
  });

  test('whose keys lie in another shard than its id is refused', async () => {
    const scene = stage.open({ shards: 4 });
    const define = (id: string, key: string): Promise<string> =>
      scene.client.recurring.upsert(id, report, { kind: 'x' }, { ...EVERY_SECOND, concurrency: { key } });
    await expect(define('{a}:r', '{b}:k')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await define('{a}:r', '{a}:k')).toBe('created');
    expect(await define('a', '{a}:k')).toBe('created');
  });

  test('that is unique enqueues no run while another job holds its key', async () => {
    const scene = stage.open({ shards: 1 });
    await scene.client.recurring.upsert(
      'r',
      report,
      { kind: 'x' },
      { ...EVERY_SECOND, unique: { key: 'k' } },
    );
    const worker = scene.worker({ queues: ['other'] });
    await worker.start();
    await eventually(async () => {
      const history = await scene.client.recurring.history('r');
      expect(history.some(({ skipped }) => skipped === 'unique')).toBe(true);
    });
    expect(await ticksOf(scene, 'r')).toHaveLength(1);
  });
});

test('five workers run each of 1,000 missed ticks exactly once', async () => {
  const scene = stage.open();
  const ids = Array.from({ length: 10 }, (_, n) => `r${n}`);
  const seen = new Map<string, number>();
  for (const id of ids) {
    const endAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
    await scene.client.recurring.upsert(id, report, { kind: id }, { ...EVERY_SECOND, misfire: 'all', endAt });
    await moveTick(scene, id, -99_000);
  }
  for (let n = 0; n < 5; n++) {
    const worker = scene.worker({ concurrency: 20 });
    worker.handle(report, ({ kind }, ctx) => {
      const run = `${kind} ${ctx.recurring?.tick}`;
      seen.set(run, (seen.get(run) ?? 0) + 1);
    });
    await worker.start();
  }
  await eventually(
    async () => {
      for (const id of ids) expect((await scene.client.recurring.get(id))?.nextAt).toBeUndefined();
      const counts = await scene.monitor.counts();
      expect(counts.enqueued + counts.processing).toBe(0);
    },
    { timeoutMs: 20_000 },
  );
  expect([...seen.values()].every((count) => count === 1)).toBe(true);
  for (const id of ids) {
    const ticks = [...seen.keys()]
      .filter((run) => run.startsWith(`${id} `))
      .map((run) => Number(run.split(' ')[1]));
    const [first, last] = [Math.min(...ticks), Math.max(...ticks)];
    expect(ticks).toHaveLength((last - first) / 1000 + 1);
    expect(ticks.length).toBeGreaterThan(95);
  }
});
