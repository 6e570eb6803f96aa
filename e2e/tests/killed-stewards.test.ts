import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { CaughtRequest } from '@linstock/test-kit/flaky-redis';
import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { print, sized, TEST_MS } from '../src/campaign.ts';
import type { Child } from '../src/child.ts';
import { disposable } from '../src/disposable.ts';
import { killAt, trap } from '../src/killed-at.ts';
import { overLimits } from '../src/limits-kept.ts';
import { drainedOfPoison } from '../src/poisoned.ts';
import { Stage } from '../src/stage.ts';

const LEASE_MS = 1000;
const SHARDS = 4;
const CONCURRENCY = 10;
const LIMIT = 3;
const QUEUE = 'narrow';
const TRAPS = [
  ['appoint', 'before'],
  ['appoint', 'after'],
  ['allot', 'before'],
  ['allot', 'after'],
] as const;

test(
  'a steward that is killed before or after its scripts leaves a limit over four shards whole, and no job behind',
  { timeout: TEST_MS },
  async () => {
    await using redis = disposable(await startRedis());
    await using proxy = disposable(await startFlakyProxy({ targetPort: redis.port }));
    await using stage = new Stage(redis.url, { shards: SHARDS });
    const start = (url: string): Promise<Child> =>
      stage.worker({ redis: url, concurrency: CONCURRENCY, leaseMs: LEASE_MS, queues: [QUEUE] });
    const limits = new Map<string, readonly (readonly [string, number])[]>();
    // Keys place these jobs in all shards.
    const add = async (turn: number): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        const key = `customer:${turn}:${n}`;
        const [id = ''] = await stage.enqueueMany([{ ms: 30 }], { queue: QUEUE, concurrency: { key } });
        limits.set(id, [[`queue:${QUEUE}`, LIMIT]]);
      }
    };
    await stage.client.queue(QUEUE).configure({ limit: LIMIT });
    // Redis must know the scripts: a trap waits for a call by its name.
    const first = await start(redis.url);
    await add(0);
    await drainedOfPoison(stage);
    await first.kill();
    const late: CaughtRequest[] = [];
    const missed: string[] = [];
    const rounds = TRAPS.length * sized(1, 4);
    for (let i = 0; i < rounds; i++) {
      const [script, moment] = TRAPS[i % TRAPS.length] ?? TRAPS[0];
      // Also between its steps: the first, the second or the third call of a round.
      const caught = trap(proxy, script, moment);
      const victim = await start(proxy.url);
      await add(i + 1);
      const call = await killAt(victim, caught);
      if (call === undefined) missed.push(`${script} ${moment}`);
      else late.push(call);
      if (i % 2 === 1) await late.shift()?.deliver();
    }
    await start(redis.url);
    await drainedOfPoison(stage);
    for (const call of late) await call.deliver();
    const jobs = new Map((await stage.snapshot()).flatMap((shard) => [...shard.jobs]));
    const { problems, counts } = await stage.audit({ mostExtraStarts: (rounds + 1) * CONCURRENCY });
    print('killed stewards', { rounds, missed: missed.join(' '), ...counts });
    expect(problems).toEqual([]);
    expect(overLimits(stage.sightings(), jobs, limits).problems).toEqual([]);
    expect(missed).toEqual([]);
  },
);
