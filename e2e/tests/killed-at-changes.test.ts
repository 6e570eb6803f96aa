import { LinstockError } from '@linstock/core';
import { shardPrefix } from '@linstock/core/internal';
import type { FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { TestRedis } from '@linstock/test-kit/redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { onShards, print, sized, TEST_MS } from '../src/campaign.ts';
import type { Change } from '../src/changes.ts';
import { jobChanges, queueChanges, recurringChanges, wrongChanges } from '../src/changes.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { killAt, trap } from '../src/killed-at.ts';
import { overLimits } from '../src/limits-kept.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import type { Act } from '../src/stage.ts';
import { Stage } from '../src/stage.ts';
import { nothingTied } from '../src/tie-leftovers.ts';

const LEASE_MS = 1000;
const CONCURRENCY = 10;
const QUEUE = 'narrow';
const WISHES = { drop: 'cancel', defer: 'snooze', rest: 'rest' } as const;
const MOMENTS = ['before', 'after'] as const;

/** With one shard each script has one of its two moments, with four the other; a campaign does all. */
function isKilledHere(turn: number): boolean {
  return sized(0, 1) === 1 || turn % 2 === 0;
}

/** Who is told that it happened already has what it wants. */
async function again(stage: Stage, change: Change): Promise<void> {
  const other = stage.newClient();
  try {
    await change.again(other);
  } catch (error) {
    if (!(error instanceof LinstockError && error.code === 'STATE_CONFLICT')) throw error;
  } finally {
    await other.close();
  }
}

interface Way {
  readonly change: Change;
  readonly moment: 'before' | 'after';
  readonly isKilled: boolean;
}

/**
 * Kills who makes the change, and lets another one make it; what the dead one has sent arrives last. Returns false when it was not
 * caught at its script.
 */
async function changed(stage: Stage, proxy: FlakyProxy, { change, moment, isKilled }: Way): Promise<boolean> {
  const caught = isKilled ? trap(proxy, change.script, moment) : undefined;
  const call = caught && (await killAt(stage.changer(change.plan, proxy.url), caught));
  await again(stage, change);
  await call?.deliver();
  await change.finish?.();
  return !isKilled || call !== undefined;
}

/** What is there after each change of `jobChanges`, `recurringChanges` and `queueChanges`, the same in all shards. */
const SEEN = [
  'move',
  'update',
  'reschedule',
  'hasten',
  'define: ticks',
  'adjust: paused',
  'undefine: nothing',
  'configure: limit',
  'pause: limit, paused',
  'resume: limit',
];

async function seenOf({ script, plan: { of, id } }: Change, redis: TestRedis, stage: Stage): Promise<string> {
  if (of === 'client') return script;
  if (of === 'queue') return `${script}: ${(await queueSeen(redis, stage)).join(' or ')}`;
  const view = await stage.client.recurring.get(id);
  const state = view?.nextAt === undefined ? 'paused' : 'ticks';
  return `${script}: ${view === undefined ? 'nothing' : state}`;
}

async function queueSeen(redis: TestRedis, stage: Stage): Promise<string[]> {
  const connection = redis.connect();
  const seen = new Set<string>();
  for (let shard = 0; shard < stage.shards; shard++) {
    const prefix = shardPrefix(stage.namespace, shard);
    const hasLimit = (await connection.hget(`${prefix}settings`, QUEUE))?.includes('limit') === true;
    const isPaused = (await connection.hexists(`${prefix}paused`, QUEUE)) === 1;
    seen.add([...(hasLimit ? ['limit'] : []), ...(isPaused ? ['paused'] : [])].join(', '));
  }
  connection.disconnect();
  return [...seen];
}

test.each(onShards(4))(
  'a change whose maker is killed before or after its script, and that another one repeats, happens once: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
    await using stage = new Stage(redis.url, { shards });
    await stage.worker({ concurrency: CONCURRENCY, leaseMs: LEASE_MS, queues: ['default', QUEUE] });
    const all: Change[] = [];
    const missed: string[] = [];
    const seen: string[] = [];
    const limits = new Map<string, readonly (readonly [string, number])[]>();
    // Redis must know the scripts: a trap waits for a call by its name.
    for (const change of [
      ...(await jobChanges(stage, 'first')),
      ...queueChanges('first'),
      ...recurringChanges('first'),
    ]) {
      await again(stage, change);
      await change.finish?.();
    }
    for (const [m, moment] of MOMENTS.entries()) {
      await stage.client.queue(QUEUE).configure({});
      const changes = [
        ...(await jobChanges(stage, moment)),
        ...recurringChanges(moment),
        ...queueChanges(QUEUE),
      ];
      for (const [i, change] of changes.entries()) {
        const way = { change, moment, isKilled: isKilledHere(i + m + shards) };
        if (!(await changed(stage, proxy, way))) missed.push(`${change.script} ${moment}`);
        seen.push(await seenOf(change, redis, stage));
      }
      all.push(...changes);
      const ids = await stage.enqueueMany(
        Array.from({ length: 6 }, () => ({ ms: 20 })),
        { queue: QUEUE },
      );
      for (const id of ids) limits.set(id, [[`queue:${QUEUE}`, 1]]);
      await drainedOfPoison(stage);
    }
    await nothingTied(redis, LEASE_MS);
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const { problems, counts } = await stage.audit({ mostExtraStarts: 0 });
    print(`killed at changes, ${shards} shards`, {
      changes: all.length,
      missed: missed.join(' '),
      ...counts,
    });
    expect(problems).toEqual([]);
    expect(seen).toEqual([...SEEN, ...SEEN]);
    expect(wrongChanges(jobs, all)).toEqual([]);
    expect(overLimits(stage.sightings(), jobs, limits).problems).toEqual([]);
    expect(missed).toEqual([]);
  },
);

test.each(onShards(4))(
  'jobs that ask to be cancelled or put off end as they ask when their worker is killed at that script: %i shards',
  { timeout: TEST_MS },
  async (shards) => {
    await using redis = disposable(await startRedis());
    await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
    await using stage = new Stage(redis.url, { shards });
    const start = (url: string): Promise<Child> =>
      stage.worker({ redis: url, concurrency: CONCURRENCY, leaseMs: LEASE_MS });
    const cancelled: string[] = [];
    // They ask until then: long enough to be asked at all when the worker gets to run late.
    const add = async (forMs: number): Promise<void> => {
      for (const [n, wish] of Object.values(WISHES).entries()) {
        const until = Date.now() + forMs;
        const input: Act = wish === 'cancel' ? { wish } : { wish, until };
        const key = `{w${n}}`;
        const limit = { concurrency: { key, limit: 2 } };
        const paced = { rateLimit: { key, limit: 50, per: '1s', burst: 10 } } as const;
        const ids = await stage.enqueueMany([input, input, input], limit);
        const more = await stage.enqueueMany([input, input], wish === 'rest' ? paced : {});
        if (wish === 'cancel') cancelled.push(...ids, ...more);
      }
    };
    const first = await start(redis.url);
    await add(1500);
    await drainedOfPoison(stage);
    await first.kill();
    const missed: string[] = [];
    let kills = 1;
    for (const [m, moment] of MOMENTS.entries()) {
      for (const [i, script] of (Object.keys(WISHES) as (keyof typeof WISHES)[]).entries()) {
        if (!isKilledHere(i + m + shards)) continue;
        const caught = trap(proxy, script, moment);
        const victim = await start(proxy.url);
        await add(5000);
        const call = await killAt(victim, caught);
        kills++;
        if (call === undefined) missed.push(`${script} ${moment}`);
        if (kills % 2 === 0) await call?.deliver();
      }
    }
    await start(redis.url);
    await drainedOfPoison(stage);
    await nothingTied(redis, LEASE_MS);
    const snapshot = await stage.snapshot();
    const jobs = new Map(snapshot.flatMap((shard) => [...shard.jobs]));
    const { problems, counts } = await stage.audit({ mostExtraStarts: kills * CONCURRENCY });
    print(`killed at wishes, ${shards} shards`, { kills, missed: missed.join(' '), ...counts });
    expect(problems).toEqual([]);
    expect(snapshot.flatMap((shard) => shard.cancelled).toSorted()).toEqual(cancelled.toSorted());
    expect(counts['succeeded']).toBe(jobs.size - cancelled.length);
    expect(missed).toEqual([]);
  },
);
