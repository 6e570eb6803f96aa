import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { LUA } from '../generated/lua.ts';
import { A, ADA, B, BOB, C, D, EVE, no, tailLine } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import type { EventVerb } from './event-store.ts';
import { EVENT_VERBS, EventStore, NO_STREAM } from './event-store.ts';
import type { JobOutcome } from './job-store.ts';
import { DEFAULT_RETENTION } from './job-store.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const eventsOf = (shard: TestShard): EventStore => new EventStore(shards.connection, shard.prefix);

/** A shard that tells of its transitions. */
async function telling(): Promise<TestShard> {
  const shard = await shards.next();
  await eventsOf(shard).enable(1000);
  return shard;
}

async function told(shard: TestShard): Promise<[EventVerb, string, string][]> {
  const { transitions } = await eventsOf(shard).read(NO_STREAM, 1000);
  return transitions.map(({ verb, job, state }) => [verb, job, state]);
}

function outcomes(code: string, claim: number, ids: readonly string[]): JobOutcome[] {
  return ids.map((id) => ({ claim: no(claim), id, delayMs: 1000, line: `\n${tailLine(code, no(claim))}` }));
}

/** Two running jobs, and their claim's number. */
async function running(shard: TestShard): Promise<number> {
  return shard.process([A, B]);
}

/** What a call makes of the jobs A and B that somebody runs, or that wait. */
const CALLS: Readonly<Record<string, [state: string, call: (shard: TestShard) => Promise<unknown>]>> = {
  enqueue: ['enqueued', (shard) => shard.enqueue([A, B])],
  schedule: ['scheduled', (shard) => shard.schedule([A, B], 1000)],
  promote: [
    'enqueued',
    async (shard) => {
      await shard.schedule([A, B], 1000);
      shard.clock.advance(1000);
      await shard.jobs.promote(ADA);
    },
  ],
  claim: ['processing', running],
  succeed: ['succeeded', (shard) => shard.succeed([A, B])],
  retry: ['scheduled', async (shard) => shard.jobs.retry(ADA, outcomes('R', await running(shard), [A, B]))],
  defer: ['scheduled', async (shard) => shard.jobs.defer(ADA, outcomes('D', await running(shard), [A, B]))],
  fail: ['failed', (shard) => shard.fail([A, B])],
  drop: [
    'cancelled',
    async (shard) => shard.jobs.drop(ADA, 100, outcomes('C', await running(shard), [A, B])),
  ],
  release: [
    'enqueued',
    // From the last job to the first, each to the front.
    async (shard) => shard.jobs.release(ADA, outcomes('L', await running(shard), [B, A])),
  ],
  reconcile: [
    'enqueued',
    async (shard) => {
      await shard.process([B]);
      const claim = await shard.process([A]);
      await shard.jobs.reconcile(ADA, no(claim), []);
    },
  ],
  rescue: [
    'enqueued',
    async (shard) => {
      await shard.process([B]);
      await shard.process([A]);
      await shard.die(ADA);
      await shard.jobs.rescue(ADA, DEFAULT_RETENTION);
    },
  ],
  quarantine: [
    'quarantine',
    async (shard) => shard.jobs.quarantine(ADA, outcomes('', await running(shard), [A, B])),
  ],
  cancel: ['cancelled', (shard) => shard.cancel([A, B])],
  requeue: [
    'enqueued',
    async (shard) => {
      await shard.cancel([A, B]);
      await shard.jobs.requeue([A, B], EVE);
    },
  ],
  delete: [
    'none',
    async (shard) => {
      await shard.enqueue([A, B]);
      await shard.jobs.delete([A, B], EVE, false);
    },
  ],
  purge: [
    'none',
    async (shard) => {
      await shard.enqueue([A, B]);
      await shard.jobs.purge('mail', EVE, true);
    },
  ],
  trim: [
    'none',
    async (shard) => {
      await shard.cancel([A, B]);
      await shard.jobs.trim({ ...DEFAULT_RETENTION, failedCount: 0 });
    },
  ],
};

describe('a shard tells of each transition of each job, in their order', () => {
  test.each(Object.keys(CALLS))('%s', async (verb) => {
    const shard = await telling();
    const [state, call] = CALLS[verb] ?? [];
    await call?.(shard);
    expect((await told(shard)).slice(-2)).toEqual([
      [verb, A, state],
      [verb, B, state],
    ]);
  });

  test('from the beginning to the end', async () => {
    const shard = await telling();
    await shard.schedule([A], 1000);
    shard.clock.advance(1000);
    await shard.register(ADA);
    const claim = await shard.claimNext(ADA);
    const line = `\n${tailLine('S', no(claim))}`;
    await shard.jobs.succeed(ADA, 0, [{ claim: no(claim), ids: [A], lines: [line] }]);
    expect(await told(shard)).toEqual([
      ['schedule', A, 'scheduled'],
      ['promote', A, 'enqueued'],
      ['claim', A, 'processing'],
      ['succeed', A, 'succeeded'],
      ['trim', A, 'none'],
    ]);
  });

  test('poison is rescued to be failed', async () => {
    const shard = await telling();
    await shard.enqueue([A]);
    for (let crash = 1; crash <= 6; crash++) {
      const worker = `Crashed${crash}----`;
      await shard.register(worker);
      await shard.claimNext(worker, { suspects: 'alone' });
      await shard.die(worker);
      await shard.jobs.rescue(worker, DEFAULT_RETENTION);
    }
    expect((await told(shard)).at(-1)).toEqual(['rescue', A, 'failed']);
  });

  test('what a call does not do is not told', async () => {
    const shard = await telling();
    const claim = await shard.process([A]);
    const before = await told(shard);
    await shard.jobs.fail(BOB, 100, outcomes('F', claim, [A]));
    await shard.jobs.requeue([A, C], EVE);
    await shard.jobs.delete([A, D], EVE, false);
    await shard.claimNext(ADA);
    expect(await told(shard)).toEqual(before);
  });
});

describe('some script tells', () => {
  const texts = Object.values(LUA).join('\n');
  test.each(EVENT_VERBS)('%s', (verb) => {
    const calls = [`tell('${verb}'`, `and '${verb}' or `, `or '${verb}', `];
    const local = new RegExp(`local VERB(?:, \\w+)* = '${verb}'`);
    expect(calls.some((call) => texts.includes(call)) || local.test(texts)).toBe(true);
  });
});

describe('a shard that tells nothing', () => {
  test('has no stream, and none once it was switched off', async () => {
    const shard = await shards.next();
    const events = eventsOf(shard);
    await shard.succeed([A]);
    expect(await shard.redis.exists(`${shard.prefix}events`)).toBe(0);
    await events.enable(1000);
    await shard.succeed([B]);
    await events.disable();
    await shard.succeed([C]);
    expect(await shard.redis.exists(`${shard.prefix}events`, `${shard.prefix}events:most`)).toBe(0);
  });

  test.each(['list', 'text'])('stays so when its limit is a %s', async (kind) => {
    const shard = await shards.next();
    const key = `${shard.prefix}events:most`;
    await (kind === 'list' ? shard.redis.rpush(key, '1') : shard.redis.set(key, 'many'));
    await shard.succeed([A]);
    expect(await shard.redis.exists(`${shard.prefix}events`)).toBe(0);
  });

  test('costs a call one command, and a call without a job none', async () => {
    const shard = await shards.next();
    const gets = async (): Promise<number> => {
      const line = /^cmdstat_get:calls=(\d+)/m.exec(await shard.redis.info('commandstats'));
      return Number(line?.[1] ?? 0);
    };
    const cost = async (call: () => Promise<unknown>): Promise<number> => {
      const before = await gets();
      await call();
      return (await gets()) - before;
    };
    await shard.register(ADA);
    expect(await cost(() => shard.enqueue([A, B, C]))).toBe(1);
    expect(await cost(() => shard.claimNext(ADA))).toBe(1);
    const lines = [A, B, C].map(() => `\n${tailLine('S', no(1))}`);
    expect(await cost(() => shard.jobs.succeed(ADA, 100, [{ claim: no(1), ids: [A, B, C], lines }]))).toBe(1);
    expect(await cost(() => shard.claimNext(ADA))).toBe(0);
  });
});

describe('a shard whose stream is damaged', () => {
  test('goes on', async () => {
    const shard = await telling();
    await shard.redis.set(`${shard.prefix}events`, 'damage');
    await shard.succeed([A]);
    expect(await shard.reader.find(A)).toMatchObject({ state: 'succeeded' });
  });
});

describe('a reader', () => {
  test('goes on where it stopped', async () => {
    const shard = await telling();
    const events = eventsOf(shard);
    await shard.enqueue([A, B, C]);
    const first = await events.read(NO_STREAM, 2);
    expect(first).toMatchObject({ hasGap: false, isFull: true, transitions: [{ job: A }, { job: B }] });
    const second = await events.read(first.position, 2);
    expect(second).toMatchObject({ hasGap: false, isFull: false, transitions: [{ job: C }] });
    const third = await events.read(second.position, 2);
    expect(third).toMatchObject({ hasGap: false, transitions: [], position: second.position });
  });

  test('is told a gap when what comes next was trimmed, and reads on after it', async () => {
    const shard = await telling();
    const events = eventsOf(shard);
    await shard.enqueue([A, B]);
    const position = await events.position('new');
    await shard.enqueue([C, D]);
    await shard.redis.xtrim(`${shard.prefix}events`, 'MAXLEN', 1);
    const page = await events.read(position, 10);
    expect(page).toMatchObject({ hasGap: true, transitions: [{ job: D }] });
    expect(await events.read(page.position, 10)).toMatchObject({ hasGap: false, transitions: [] });
  });

  test('from the oldest misses nothing, unless that is trimmed before it is read', async () => {
    const shard = await telling();
    const events = eventsOf(shard);
    await shard.enqueue([A, B]);
    await shard.redis.xtrim(`${shard.prefix}events`, 'MAXLEN', 2);
    const position = await events.position('oldest');
    expect(await events.read(position, 10)).toMatchObject({ hasGap: false, transitions: [{ job: A }, {}] });
    await shard.redis.xtrim(`${shard.prefix}events`, 'MAXLEN', 1);
    expect(await events.read(position, 10)).toMatchObject({ hasGap: true, transitions: [{ job: B }] });
  });

  test('that began before the stream is told a gap only when the beginning was trimmed', async () => {
    const shard = await shards.next();
    const events = eventsOf(shard);
    const position = await events.position('new');
    expect(await events.read(position, 10)).toMatchObject({ hasGap: false, position });
    await events.enable(1000);
    await shard.enqueue([A]);
    expect(await events.read(position, 10)).toMatchObject({ hasGap: false, transitions: [{ job: A }] });
    await shard.redis.xtrim(`${shard.prefix}events`, 'MAXLEN', 1);
    expect(await events.read(position, 10)).toMatchObject({ hasGap: true, transitions: [{ job: A }] });
  });

  test('is told a gap once when the stream was switched off and on, or has forgotten its end', async () => {
    const shard = await telling();
    const events = eventsOf(shard);
    await shard.enqueue([A, B]);
    const position = await events.position('new');
    await shard.redis.xdel(`${shard.prefix}events`, position);
    const back = await events.read(position, 10);
    expect(back).toMatchObject({ hasGap: true, transitions: [] });
    await shard.enqueue([C]);
    expect(await events.read(back.position, 10)).toMatchObject({ hasGap: false, transitions: [{ job: C }] });
    await events.disable();
    const off = await events.read(back.position, 10);
    expect(off).toMatchObject({ hasGap: true, transitions: [], position: NO_STREAM });
    await events.enable(1000);
    await shard.enqueue([D]);
    expect(await events.read(off.position, 10)).toMatchObject({ hasGap: false, transitions: [{ job: D }] });
  });

  test('passes over what only a newer version knows', async () => {
    const shard = await telling();
    await shard.redis.xadd(`${shard.prefix}events`, '*', 'verb', 'levitate', 'id', A, 'state', 'L');
    await shard.enqueue([B]);
    expect(await told(shard)).toEqual([['enqueue', B, 'enqueued']]);
  });

  test('finds about as many as were asked to be kept', async () => {
    const shard = await shards.next();
    await eventsOf(shard).enable(100);
    const ids = Array.from({ length: 500 }, (_, n) => `job ${n}`);
    await shard.enqueue(ids);
    const kept = await told(shard);
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept.length).toBeLessThan(300);
    expect(kept.at(-1)?.[1]).toBe('job 499');
  });
});
