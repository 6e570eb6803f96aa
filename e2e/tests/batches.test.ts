import { eventually } from '@linstock/test-kit/eventually';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { brokenBatches } from '../src/batches-kept.ts';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { hurry } from '../src/impatience.ts';
import { killAt, trap } from '../src/killed-at.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import { Stage } from '../src/stage.ts';
import { storedState } from '../src/store-snapshot.ts';
import { nothingTied } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
const CONCURRENCY = 10;
/** More than one call takes, and few enough that retention removes none of all of them. */
const MEMBERS = 520;
/** What whoever makes batches and operations runs. */
const OF_MAKERS = ['draft', 'gather', 'admit', 'launch', 'halt', 'operate', 'step'] as const;
/** What workers do of it when its maker is gone, and after which of its calls that must be. */
const OF_WORKERS = {
  launch: 'launch',
  halt: 'halt',
  discard: 'gather',
  step: 'operate',
  follow: 'launch',
  reopen: 'operate',
} as const;

/** Before Redis has a call, or after it, by chance. */
const anyMoment = (): 'before' | 'after' => (Math.random() < 0.5 ? 'after' : 'before');

/** Resolves when nothing is half begun any more. */
async function lookedAfter(redis: TestRedis): Promise<void> {
  await eventually(async () => expect(await hurry(redis)).toBe(0), { timeoutMs: 100_000, intervalMs: 200 });
}

/** In a campaign all; else every second one with one shard, and the others with several. */
function part<T>(scripts: readonly T[], shards: number): readonly T[] {
  const step = sized(2, 1);
  return scripts.filter((_, i) => i % step === (shards === 1 ? 0 : step - 1));
}

test.each(onShards(4))(
  'batches and operations are made, ended and told of exactly once, at whichever script a process is killed: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
    await using stage = new Stage(redis.url, { shards });
    const start = (url: string): Promise<Child> =>
      stage.worker({ redis: url, concurrency: CONCURRENCY, leaseMs: LEASE_MS });
    const make = async (url: string): Promise<Child> => {
      const maker = stage.maker({ rounds: 2, members: MEMBERS, redis: url });
      await maker.ready;
      return maker;
    };
    const makeAll = async (url: string): Promise<unknown> => {
      const maker = await make(url);
      return maker.exited;
    };
    // Redis must know the scripts: a trap waits for a call by its name.
    const survivor = await start(redis.url);
    await makeAll(redis.url);
    const missed: string[] = [];
    let kills = 0;
    for (const script of part(OF_MAKERS, shards)) {
      const caught = trap(proxy, script, anyMoment());
      if ((await killAt(await make(proxy.url), caught)) === undefined) missed.push(script);
      await lookedAfter(redis);
    }
    // Nobody else may be quicker than the victim.
    await survivor.kill();
    for (const script of part(Object.keys(OF_WORKERS) as (keyof typeof OF_WORKERS)[], shards)) {
      const abandoned = trap(proxy, OF_WORKERS[script], 'after');
      await killAt(await make(proxy.url), abandoned);
      const caught = trap(proxy, script, anyMoment());
      const victim = await start(proxy.url);
      await hurry(redis);
      kills++;
      if ((await killAt(victim, caught)) === undefined) missed.push(script);
      const healer = await start(redis.url);
      await lookedAfter(redis);
      kills++;
      await healer.kill();
    }
    await start(redis.url);
    await makeAll(redis.url);
    await lookedAfter(redis);
    const rest = await stage.client.bulk({ verb: 'cancel', filter: { state: 'enqueued', queue: 'nowhere' } });
    await rest.done({ timeoutMs: 30_000 });
    await drainedOfPoison(stage);
    await nothingTied(redis, LEASE_MS);
    const snapshot = await stage.snapshot();
    const jobs = new Map(snapshot.flatMap((shard) => [...shard.jobs]));
    const keys = snapshot.flatMap((shard) => shard.keys);
    const { problems, counts } = await stage.audit({
      mostExtraStarts: kills * (CONCURRENCY + 200),
      alsoKnown: [...jobs.keys()],
    });
    const batches = await stage.client.batches.list({ most: 1000 });
    const operations = await stage.client.operations.list({ most: 1000 });
    const about = { batches: batches.length, operations: operations.length, missed: missed.join(' ') };
    print(`batches, ${shards} shards`, { ...about, ...counts });
    expect(problems).toEqual([]);
    expect(brokenBatches({ batches, jobs, keys, sightings: stage.sightings() })).toEqual([]);
    expect(operations.filter(({ state }) => state !== 'done')).toEqual([]);
    const nowhere = [...jobs.values()].filter(
      ({ tail, header }) => header === 'act' && tail.length === 1 && tail[0]?.code === 'C',
    );
    expect(operations.reduce((sum, { changed }) => sum + changed, 0)).toBe(nowhere.length);
    expect(nowhere.every((job) => storedState(job) === 'C')).toBe(true);
    expect(missed.length).toBeLessThan(3);
  },
);
