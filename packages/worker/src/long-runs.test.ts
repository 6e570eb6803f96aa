import type { JobView } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { HeldJobs } from './held-jobs.ts';
import { JobRun } from './job-run.ts';
import { LoadNews } from './load-news.ts';
import { areSame, longRuns, stored } from './long-runs.ts';
import { FakeHost } from './testing/fake-host.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, 1);
afterEach(() => stage.closeAll());

const work = defineJob<number>({ name: 'work', retry: { fixed: 0 } });
/** Beats come each 400 ms. */
const FAST = { leaseMs: 2000 };
const NOW = 100_000;

/** Runs of one claim, that began so long ago. */
function runs(agesMs: readonly number[], claim = { shard: 0, worker: 'Ada', number: 1 }): JobRun[] {
  const { jobs } = new HeldJobs().add(
    claim,
    agesMs.flatMap((age) => [`job ${age}`, '']),
  );
  const facts = { name: 'work', metadata: undefined, recurring: undefined, attempt: 1, recoveries: 0 };
  return jobs.map(
    (job, i) => new JobRun(job, { ...facts, startedAt: NOW - (agesMs[i] ?? 0) }, new FakeHost()),
  );
}

const look = (...agesMs: readonly number[]) => longRuns(runs(agesMs), () => NOW);

describe('of the jobs that run, a load names', () => {
  test('those that have run for a second, the oldest first', () => {
    expect(stored(look(5000, 999, 1000, 7000))).toEqual([
      ['job 7000', NOW - 7000, 1],
      ['job 5000', NOW - 5000, 1],
      ['job 1000', NOW - 1000, 1],
    ]);
    expect(look(0, 999)).toEqual([]);
  });

  test('at most 100, within 8 KiB', () => {
    const all = look(...Array.from({ length: 150 }, (_, i) => 1000 + i));
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => `job ${1149 - i}`));
    const ids = stored(all).map(([, at]) => ['0'.repeat(26), at + 1.7e12, 999_999_999_999]);
    expect(JSON.stringify(ids).length).toBeLessThan(8192);
  });

  test('those of each shard by its own clock', () => {
    const found = longRuns(
      [...runs([500]), ...runs([600], { shard: 1, worker: 'Bob', number: 7 })],
      (shard) => NOW + shard * 500,
    );
    expect(found).toEqual([{ shard: 1, worker: 'Bob', id: 'job 600', startedAt: NOW - 600, claim: 7 }]);
  });

  test('others as soon as another attempt of a job runs', () => {
    expect(areSame(look(1000, 2000), look(2000, 1000))).toBe(true);
    expect(areSame(look(1000), look(1000, 2000))).toBe(false);
    const again = runs([1000], { shard: 0, worker: 'Ada', number: 2 });
    expect(
      areSame(
        look(1000),
        longRuns(again, () => NOW),
      ),
    ).toBe(false);
  });
});

describe('a load is written', () => {
  const idle = { running: 0, stallMs: 0, isQuiet: false, concurrency: 4, longest: [] };
  const busy = { ...idle, longest: [['a', NOW, 1] as const] };

  test('when it has changed, and else each 15 s', () => {
    const news = new LoadNews();
    const isNews = [
      news.isNews(busy, 0),
      news.isNews({ ...busy, stallMs: 99 }, 14_999),
      news.isNews({ ...busy, stallMs: 100 }, 14_999),
      news.isNews({ ...busy, stallMs: 100 }, 29_998),
      news.isNews({ ...busy, stallMs: 100 }, 29_999),
      news.isNews(idle, 30_000),
    ];
    expect(isNews).toEqual([true, false, true, false, true, true]);
  });

  test('again after nobody could say whether it has arrived', () => {
    const news = new LoadNews();
    expect(news.isNews(busy, 0)).toBe(true);
    news.forget();
    expect([news.isNews(busy, 1), news.isNews(busy, 2)]).toEqual([true, false]);
  });

  test('outside the home shard only while there is something to tell, and once that there is nothing more', () => {
    const news = new LoadNews({ longest: [] });
    const nothing = { longest: [] };
    const long = { longest: busy.longest };
    expect([news.isNews(nothing, 0), news.isNews(nothing, 20_000)]).toEqual([false, false]);
    expect([news.isNews(long, 21_000), news.isNews(long, 36_000)]).toEqual([true, true]);
    expect([news.isNews(nothing, 36_001), news.isNews(nothing, 90_000)]).toEqual([true, false]);
  });
});

/** A worker whose jobs run until somebody ends them; what they are given is the place of their gate. */
async function worker(scene: Scene, gates: readonly Gate[]): Promise<void> {
  const one = scene.worker({ ...FAST, concurrency: 8 });
  one.handle(work, async (n, { attempt }) => {
    await gates[n + attempt - 1]?.opened;
    if (attempt === 1) throw new Error('again');
  });
  await one.start();
}

async function seen(scene: Scene, id: string): Promise<JobView> {
  const job = await scene.monitor.job(id);
  if (job === undefined || 'damaged' in job) throw new Error(`job ${id} is missing or damaged`);
  return job;
}

/** Since when a job runs, once that is known. */
const since = (scene: Scene, id: string): Promise<number> =>
  eventually(async () => (await seen(scene, id)).startedAt ?? 0);

/** What is shown of a job that runs again, until three looks in turn show a start. */
async function startsOf(scene: Scene, id: string, isAgain: (job: JobView) => boolean): Promise<number[]> {
  const shown: number[] = [];
  await eventually(async () => {
    const job = await seen(scene, id);
    if (isAgain(job) && job.startedAt !== undefined) shown.push(job.startedAt);
    return shown.length === 3;
  });
  return shown;
}

describe('a job that runs for long', () => {
  test('says since when: itself, on its page, as a reason, and with its worker, until it ends', async () => {
    const scene = stage.open();
    const gates = [new Gate(), new Gate()];
    await worker(scene, gates);
    const { id } = await scene.client.enqueue(work, 0);
    const startedAt = await since(scene, id);
    expect(startedAt).toBeGreaterThanOrEqual((await seen(scene, id)).createdAt);
    const { jobs } = await scene.monitor.page({ state: 'processing' });
    expect(jobs).toMatchObject([{ id, startedAt }]);
    expect(await scene.monitor.why(id)).toMatchObject([{ code: 'RUNNING', startedAt }]);
    expect((await scene.monitor.why(id))[0].message).toContain(
      `in attempt 1, which began at ${new Date(startedAt).toISOString()} (`,
    );
    const longest = async () => (await scene.monitor.workers())[0]?.load?.longest;
    expect(await longest()).toEqual([{ id, startedAt }]);
    for (const gate of gates) gate.open();
    await eventually(async () => expect((await seen(scene, id)).state).toBe('succeeded'));
    expect((await seen(scene, id)).startedAt).toBeUndefined();
    // By the worker's own clock at the start, as in the history.
    expect((await seen(scene, id)).history[0]).toMatchObject({ what: 'retried', startedAt });
    await eventually(async () => expect(await longest()).toBeUndefined());
  });

  test('never shows the start of an attempt before, on the same worker', async () => {
    const scene = stage.open();
    const gates = [new Gate(), new Gate()];
    await worker(scene, gates);
    const { id } = await scene.client.enqueue(work, 0);
    const before = await since(scene, id);
    gates[0]?.open();
    const shown = await startsOf(scene, id, ({ attempt }) => attempt === 2);
    expect(shown.filter((startedAt) => startedAt <= before)).toEqual([]);
    gates[1]?.open();
  });

  test('shows the start on the worker that has it now, although another one still runs it', async () => {
    const scene = stage.open();
    const gate = new Gate();
    for (let n = 0; n < 2; n++) {
      const one = scene.worker({ ...FAST, concurrency: 1 });
      one.handle(work, () => gate.opened);
      await one.start();
    }
    const { id } = await scene.client.enqueue(work, 0);
    const before = await since(scene, id);
    const { worker: first = '' } = await seen(scene, id);
    // As a sweep leaves it that has found the lease expired.
    await scene.call('ZREM', `${scene.prefix()}leases`, first);
    await scene.call('SADD', `${scene.prefix()}rescuing`, first);
    const shown = await startsOf(scene, id, ({ worker: now }) => now !== first);
    expect(shown.filter((startedAt) => startedAt <= before)).toEqual([]);
    gate.open();
  });

  test('is left over where its handler does not stop with it, until that ends', async () => {
    const scene = stage.open({ shards: 2 });
    const gates = [new Gate(), new Gate()];
    await worker(scene, gates);
    const { id } = await scene.client.enqueue(work, 0);
    const startedAt = await since(scene, id);
    expect(await scene.monitor.leftovers()).toEqual([]);
    await scene.client.cancel(id);
    const [{ id: here } = { id: '' }] = await scene.monitor.workers();
    await eventually(async () =>
      expect(await scene.monitor.leftovers()).toMatchObject([{ job: id, worker: here, startedAt }]),
    );
    for (const gate of gates) gate.open();
    await eventually(async () => expect(await scene.monitor.leftovers()).toEqual([]));
  });

  test('is told of in its own shard, and by the load of its worker in all', async () => {
    const scene = stage.open({ shards: 2 });
    const gate = new Gate();
    await worker(scene, [gate, gate]);
    const ids = (await scene.client.enqueueMany(work, [0, 0, 0, 0, 0, 0])).map(({ id }) => id);
    const more = await scene.client.enqueue(work, 0, { queue: 'default' });
    ids.push(more.id);
    const starts = new Map<string, number>();
    for (const id of ids) starts.set(id, await since(scene, id));
    await eventually(async () => {
      const [home] = await scene.monitor.workers();
      const longest = home?.load?.longest ?? [];
      expect(new Map(longest.map(({ id, startedAt }) => [id, startedAt]))).toEqual(starts);
      expect(longest.map(({ startedAt }) => startedAt)).toEqual(
        [...starts.values()].toSorted((a, b) => a - b),
      );
    });
    const [second = ''] = await scene.leases(1);
    const load = JSON.parse(String(await scene.call('HGET', `${scene.prefix(1)}loads`, second))) as object;
    expect(Object.keys(load)).toEqual(['longest']);
    expect(JSON.stringify(load)).toContain(ids.find((id) => shardOf(id) === 1));
    gate.open();
    await eventually(async () =>
      expect(await scene.call('HGET', `${scene.prefix(1)}loads`, second)).toBe('{"longest":[]}'),
    );
  });
});
