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
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The shard of a recurring job. */
async function homeOf(scene: Scene, id: string): Promise<number> {
  for (let shard = 0; shard < scene.target.shards; shard++)
    if ((await scene.call('ZSCORE', `${scene.prefix(shard)}ticks`, id)) !== null) return shard;
  throw new Error(`no tick of ${id}`);
}

/** The next tick of a recurring job, moved: as if nobody had looked for a while. Rounded to whole seconds. */
async function moveTick(scene: Scene, id: string, byMs: number): Promise<number> {
  const prefix = scene.prefix(await homeOf(scene, id));
  const score = (await scene.call('ZSCORE', `${prefix}ticks`, id)) as string;
  const tick = Math.floor((Number(score) + byMs) / 1000) * 1000;
  await scene.call('ZADD', `${prefix}ticks`, String(tick), id);
  await scene.call('ZADD', `${prefix}timers`, String(tick), 'ticks');
  return tick;
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
    // All of them, however late somebody looks.
    await scene.client.recurring.upsert('r', report, { kind: 'daily' }, { ...EVERY_SECOND, misfire: 'all' });
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
      await eventually(() => runs >= before + 2);
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
    await eventually(async () => (await scene.monitor.counts()).succeeded >= 3);
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

  test.each(
    [1, 4].flatMap((shards) => [
      { shards, misfire: 'once', runs: 1 } as const,
      { shards, misfire: 'all', runs: 121 } as const,
      { shards, misfire: 'skip', runs: 11 } as const,
    ]),
  )('that nobody ran for 121 ticks, misfire $misfire, $shards shards: $runs runs', async (given) => {
    const { shards, misfire, runs } = given;
    const scene = stage.open({ shards });
    const seen: (number | undefined)[] = [];
    // Now lies half a period from the ticks around it, and so does the end of the grace: no tick comes while the test runs.
    const every = 10 * MINUTE_MS;
    const next = Math.floor(Date.now() / 1000) * 1000 + every / 2;
    const schedule = { every, startAt: new Date(next - 122 * every), misfire, misfireAfter: 11 * every };
    await scene.client.recurring.upsert('r', report, { kind: 'x' }, schedule);
    const first = await moveTick(scene, 'r', -121 * every);
    const worker = scene.worker();
    worker.handle(report, (_input, ctx) => void seen.push(ctx.recurring?.tick));
    await worker.start();
    await eventually(async () => expect((await scene.client.recurring.get('r'))?.nextAt).toBe(next));
    await eventually(() => expect(seen).toHaveLength(runs));
    const missed = Array.from({ length: 121 }, (_, n) => first + n * every);
    expect(missed.at(-1)).toBe(next - every);
    expect(new Set(seen)).toEqual(new Set(missed.slice(-runs)));
    await eventually(async () => expect((await scene.monitor.counts()).succeeded).toBe(runs));
    // Nor is there a run that did not start.
    const nothingElse = { enqueued: 0, scheduled: 0, processing: 0, failed: 0, cancelled: 0 };
    expect(await scene.monitor.counts()).toMatchObject({ succeeded: runs, ...nothingElse });
  });

  test('whose last run has not ended can be passed over', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker();
    worker.handle(report, () => gate.opened);
    await worker.start();
    await scene.client.recurring.upsert('r', report, { kind: 'x' }, { ...EVERY_SECOND, overlap: 'skip' });
    await eventually(async () => {
      const history = await scene.client.recurring.history('r');
      const skipped = history.filter((entry) => entry.skipped === 'overlap');
      // However many they are, they push out no run.
      expect(skipped).toHaveLength(1);
      expect(skipped[0]?.count).toBeGreaterThan(1);
    });
    const ticks = await ticksOf(scene, 'r');
    expect(ticks).toHaveLength(1);
    expect(await scene.client.recurring.leftOut('r')).toMatchObject({ since: ticks[0] });
    gate.open();
    await eventually(async () => expect(await scene.client.recurring.leftOut('r')).toBeUndefined());
    expect((await ticksOf(scene, 'r')).length).toBeGreaterThan(1);
  });

  test('can be paused, resumed, passed over once, run by hand, and removed', async () => {
    const scene = stage.open();
    const { recurring } = scene.client;
    await recurring.upsert('r', report, { kind: 'x' }, { cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
    const [first, second] = await recurring.next('r', 2);
    expect(await recurring.skipNext('r', { by: 'eve' })).toBe(true);
    expect((await recurring.get('r'))?.nextAt).toBe(second?.getTime());
    const before = Date.now();
    expect(await recurring.pause('r', { by: 'ada', reason: 'stocktaking' })).toBe(true);
    expect(await recurring.pause('r', { by: 'bob', reason: 'too late' })).toBe(false);
    const { paused, nextAt } = (await recurring.get('r')) ?? {};
    expect(nextAt).toBeUndefined();
    // Who came second changes nothing.
    expect(paused).toEqual({ by: 'ada', why: 'stocktaking', at: expect.any(Number) });
    expect(Math.abs((paused?.at ?? 0) - before)).toBeLessThan(MINUTE_MS);
    expect(await audited(scene)).toContain('ada pause r {"by":"ada","why":"stocktaking"}');
    expect(await recurring.resume('r', { by: 'bob', reason: 'all is counted' })).toBe(true);
    expect(await recurring.get('r')).toMatchObject({ paused: undefined, nextAt: first?.getTime() });
    expect(await audited(scene)).toContain('bob resume r {"by":"bob","why":"all is counted"}');
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

  test.each([1, 4])(
    'whose definition is damaged is switched off, and the others go on, with %i shards',
    async (shards) => {
      const scene = stage.open({ shards });
      // These lie in as many shards as there are, and those with the same part in braces together.
      const places = ['{a}', '{b}', '{c}', '{d}'].slice(0, shards);
      for (const place of places)
        for (const id of ['bad', 'worse', 'good'])
          await scene.client.recurring.upsert(`${place}:${id}`, report, { kind: place + id }, EVERY_SECOND);
      const homes = new Set<number>();
      for (const place of places) {
        const [home, other] = [await homeOf(scene, `${place}:bad`), await homeOf(scene, `${place}:worse`)];
        expect(other).toBe(home);
        homes.add(home);
        const key = `${scene.prefix(home)}recurring:${place}`;
        await scene.call('HSET', `${key}:bad`, 'schedule', '{"cron":"99 99 * * *"}');
        await scene.call('HSET', `${key}:worse`, 'job', 'no JSON');
      }
      expect(homes.size).toBe(shards);
      const runs: string[] = [];
      const worker = scene.worker();
      worker.handle(report, ({ kind }) => void runs.push(kind));
      await worker.start();
      const good = places.map((place) => `${place}good`);
      const count = (kind: string): number => runs.filter((each) => each === kind).length;
      await eventually(() => good.every((kind) => count(kind) >= 2));
      expect(new Set(runs)).toEqual(new Set(good));
      for (const id of places.flatMap((place) => [`${place}:bad`, `${place}:worse`]))
        expect(await scene.client.recurring.get(id)).toMatchObject({
          nextAt: undefined,
          error: { message: expect.any(String) },
        });
    },
  );

  test.each([1, 4])(
    'that is unique enqueues no run while another job holds its key, with %i shards',
    async (shards) => {
      const scene = stage.open({ shards });
      const unique = { key: '{shop}:k' };
      await scene.client.recurring.upsert('{shop}:r', report, { kind: 'x' }, { ...EVERY_SECOND, unique });
      const worker = scene.worker({ queues: ['other'] });
      await worker.start();
      await eventually(async () => {
        const history = await scene.client.recurring.history('{shop}:r');
        expect(history.some(({ skipped }) => skipped === 'unique')).toBe(true);
      });
      expect(await ticksOf(scene, '{shop}:r')).toHaveLength(1);
    },
  );

  test('whose keys lie in another shard than its id is refused', async () => {
    const scene = stage.open({ shards: 4 });
    const define = (id: string, key: string): Promise<string> =>
      scene.client.recurring.upsert(id, report, { kind: 'x' }, { ...EVERY_SECOND, concurrency: { key } });
    await expect(define('{a}:r', '{b}:k')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await define('{a}:r', '{a}:k')).toBe('created');
    expect(await define('a', '{a}:k')).toBe('created');
  });

  test('whose day never comes is refused, and nothing is stored', async () => {
    const scene = stage.open();
    const define = scene.client.recurring.upsert('r', report, { kind: 'x' }, { cron: '0 0 30 2 *' });
    await expect(define).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option: 'recurring.cron', value: '0 0 30 2 *' },
    });
    expect(await scene.client.recurring.list()).toEqual([]);
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
    { timeoutMs: 40_000 },
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
