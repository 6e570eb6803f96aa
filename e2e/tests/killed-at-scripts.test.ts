import type { CaughtRequest } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { brokenBonds, brokenShares, childrenOf } from '../src/bonds-kept.ts';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { CHILDREN } from '../src/family.ts';
import { killAt, trap } from '../src/killed-at.ts';
import { overLimits, overRates } from '../src/limits-kept.ts';
import { historyProblems, wrongTicks } from '../src/recurring-ticks.ts';
import { ORDER_QUEUES } from '../src/orders.ts';
import { Stage } from '../src/stage.ts';
import { TiedWork } from '../src/tied-work.ts';

const LEASE_MS = 1000;
const CONCURRENCY = 10;
/** What a worker runs for jobs that are tied to others, and for recurring ones. */
const SCRIPTS = [
  'tick',
  'follow',
  'reopen',
  'claim',
  'suspend',
  'succeed',
  'fail',
  'retry',
  'expire',
  'rescue',
  'promote',
  'record',
] as const;

test.each(onShards(10))(
  'a worker that is killed before or after any script loses and doubles nothing: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
    await using stage = new Stage(redis.url, { shards });
    const work = await TiedWork.open(stage, redis);
    const start = (url = proxy.url): Promise<Child> =>
      stage.worker({ redis: url, concurrency: CONCURRENCY, leaseMs: LEASE_MS, queues: ORDER_QUEUES });
    // Redis must know the scripts: a trap waits for a call by its name.
    const first = await start();
    await work.add();
    await work.done(LEASE_MS);
    await first.kill();
    const late: CaughtRequest[] = [];
    const missed: string[] = [];
    const rounds = SCRIPTS.length * sized(1, 2);
    for (let i = 0; i < rounds; i++) {
      const script = SCRIPTS[i % SCRIPTS.length] ?? 'claim';
      // With one shard every second script is killed before its call, with four the others; a campaign does all.
      const pass = Math.floor(i / SCRIPTS.length);
      const caught = trap(proxy, script, (i + pass + shards) % 2 === 0 ? 'before' : 'after');
      const victim = await start();
      await work.add();
      const call = await killAt(victim, caught);
      if (call === undefined) missed.push(script);
      else late.push(call);
      // What a worker that is dead has sent may arrive at any time.
      if (i % 3 === 2) await late.shift()?.deliver();
    }
    await start(redis.url);
    await work.done(LEASE_MS);
    for (const call of late) await call.deliver();
    await work.done(LEASE_MS);
    const { problems, counts } = await stage.audit({
      mostExtraStarts: (rounds + 1) * (CONCURRENCY + 200),
      alsoKnown: await madeByWorkers(stage),
    });
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const sightings = stage.sightings();
    print(`killed at scripts, ${shards} shards`, { rounds, missed: missed.join(' '), ...counts });
    expect(problems).toEqual([]);
    expect(overLimits(sightings, jobs, work.orders.limits).problems).toEqual([]);
    expect(overRates(sightings, work.orders.rates, work.orders.fromNs)).toEqual([]);
    expect(brokenBonds(sightings, jobs, work.family.bonds)).toEqual([]);
    const { sharing } = work.family;
    expect(brokenShares(sightings, jobs, { sharing, count: CHILDREN })).toEqual([]);
    expect(wrongTicks(jobs.values(), work.ticks)).toEqual([]);
    for (const one of work.ticks) expect(await historyProblems(stage, one)).toEqual([]);
    expect(missed.length).toBeLessThan(rounds / 2);
  },
);

/** Runs of recurring jobs, and children of running ones. */
async function madeByWorkers(stage: Stage): Promise<string[]> {
  const jobs = (await stage.snapshot()).flatMap((shard) => [...shard.jobs.values()]);
  const ticks = jobs.filter(({ header }) => header?.includes('"recurring":[') === true).map(({ id }) => id);
  return [...ticks, ...[...childrenOf(jobs).values()].flat()];
}
