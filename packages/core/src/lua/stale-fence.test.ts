import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULT_RETENTION } from '../store/job-store.ts';
import { A, ADA, B, BOB, EVE, no, tailLine } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import { LEASE_MS, SWEEP_MS } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

type Outcome = (shard: TestShard, worker: string, claim: string) => Promise<unknown>;

const job = (
  worker: string,
  claim: string,
  code: string,
): { claim: string; id: string; line: string; delayMs: number } => ({
  claim,
  id: A,
  line: `\n${tailLine(code, claim, worker)}`,
  delayMs: 1000,
});

/** What a worker says of job A. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  succeed: (shard, worker, claim) =>
    shard.jobs.succeed(worker, 100, [{ claim, ids: [A], lines: [job(worker, claim, 'S').line] }]),
  retry: (shard, worker, claim) => shard.jobs.retry(worker, [job(worker, claim, 'R')]),
  defer: (shard, worker, claim) => shard.jobs.defer(worker, [job(worker, claim, 'D')]),
  fail: (shard, worker, claim) => shard.jobs.fail(worker, 100, [job(worker, claim, 'F')]),
  drop: (shard, worker, claim) => shard.jobs.drop(worker, 100, [job(worker, claim, 'C')]),
  release: (shard, worker, claim) => shard.jobs.release(worker, [job(worker, claim, 'L')]),
  quarantine: (shard, worker, claim) => shard.jobs.quarantine(worker, [job(worker, claim, '')]),
  suspend: async (shard, worker, claim) =>
    shard.jobs.suspend(worker, job(worker, claim, 'D'), await shard.tiedCall([B], { tags: ['red'] })),
  progress: (shard, worker, claim) => shard.workers.progress({ worker, claim, id: A }, '{}', ['"line"']),
};

interface StaleFence {
  readonly given: (shard: TestShard) => Promise<unknown>;
  readonly worker?: string;
  readonly claim?: number;
  readonly reply?: 'LOST' | 'GONE';
}

async function rescueAda(shard: TestShard): Promise<void> {
  await shard.process([A]);
  await shard.die(ADA);
  await shard.jobs.rescue(ADA, DEFAULT_RETENTION);
}

/** How a worker's claim can have stopped to count. */
const FENCES: Readonly<Record<string, StaleFence>> = {
  'whose claim was never made': { given: (shard) => shard.process([A]), claim: 2 },
  'that names the claim of another worker': { given: (shard) => shard.process([A]), worker: BOB },
  'whose worker was rescued': { given: rescueAda },
  'whose job another worker runs meanwhile': {
    given: async (shard) => {
      await rescueAda(shard);
      await shard.claimNext(BOB);
    },
  },
  'whose job the same worker runs under a later claim': {
    given: async (shard) => {
      await shard.process([A]);
      await shard.jobs.release(ADA, [{ claim: no(1), id: A, line: '' }]);
      await shard.claimNext(ADA);
    },
  },
  'whose job was cancelled': {
    given: async (shard) => {
      await shard.process([A]);
      await shard.jobs.cancel([A], EVE, 100);
    },
  },
  'whose job was deleted': {
    given: async (shard) => {
      await shard.process([A]);
      await shard.jobs.delete([A], EVE, true);
    },
    reply: 'GONE',
  },
};

const CASES = Object.entries(OUTCOMES).flatMap(([outcome, call]) =>
  Object.entries(FENCES).map(([name, fence]) => ({ outcome, call, name, fence })),
);

describe('an outcome changes nothing when it comes from a worker', () => {
  test.each(CASES)('$outcome $name', async ({ outcome, call, fence }) => {
    const shard = await shards.next();
    const { given, worker = ADA, claim = 1, reply = 'LOST' } = fence;
    await given(shard);
    await shard.queues.learnCodes(['mail']);
    const result = await shard.changesOf(() => call(shard, worker, no(claim)));
    const one = outcome === 'suspend' ? reply : [reply];
    expect(result).toEqual({ reply: outcome === 'progress' ? 'LOST' : one, changes: {} });
  });
});

interface Refusal {
  readonly given?: (shard: TestShard) => Promise<unknown>;
  readonly call: (shard: TestShard) => Promise<unknown>;
  readonly reply: unknown;
}

const beat = { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '{}' };

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'a claim without a lease': { call: (shard) => shard.claim(ADA, 1), reply: { status: 'LEASE_LOST' } },
  'a claim whose number was used': {
    given: (shard) => shard.process([A]),
    call: (shard) => shard.claim(ADA, 1),
    reply: { status: 'STALE' },
  },
  'a claim whose number is lower than one that reconcile settled': {
    given: async (shard) => {
      await shard.enqueue([A]);
      await shard.register(ADA);
      await shard.jobs.reconcile(ADA, no(5), []);
    },
    call: (shard) => shard.claim(ADA, 5),
    reply: { status: 'STALE' },
  },
  'a beat without a lease': { call: (shard) => shard.workers.renew(ADA, beat), reply: 'LEASE_LOST' },
  'a beat after the rescue': {
    given: rescueAda,
    call: (shard) => shard.workers.renew(ADA, beat),
    reply: 'LEASE_LOST',
  },
  'a reconcile after the rescue': {
    given: rescueAda,
    call: (shard) => shard.jobs.reconcile(ADA, no(1), []),
    reply: 'LEASE_LOST',
  },
  'a registration of an identity that lives': {
    given: (shard) => shard.register(ADA),
    call: (shard) => shard.workers.register(ADA, LEASE_MS, '{"host":"other"}'),
    reply: 'EXISTS',
  },
  'an unregistration while a claim is open': {
    given: (shard) => shard.process([A]),
    call: (shard) => shard.workers.unregister(ADA, ['mail']),
    reply: 'OPEN',
  },
  'a rescue of a worker that nobody knows': {
    call: (shard) => shard.jobs.rescue(ADA, DEFAULT_RETENTION),
    reply: { status: 'NONE', moved: 0 },
  },
  'a rescue of a worker whose lease holds': {
    given: (shard) => shard.process([A]),
    call: (shard) => shard.jobs.rescue(ADA, DEFAULT_RETENTION),
    reply: { status: 'ALIVE', moved: 0 },
  },
  'a rescue during grace': {
    given: async (shard) => {
      await shard.process([A]);
      await shard.register(BOB);
      shard.clock.advance(LEASE_MS);
      await shard.workers.renew(BOB, beat);
    },
    call: (shard) => shard.jobs.rescue(ADA, DEFAULT_RETENTION),
    reply: { status: 'GRACE', moved: 0 },
  },
  'an enqueue with a number that its lane has passed': {
    given: (shard) => shard.enqueue([A]),
    call: async (shard) => shard.jobs.enqueue({ ...(await shard.producerCall([B], '2')), call: 0 }),
    reply: 'STALE',
  },
  'an enqueue with the code of another queue': {
    given: (shard) => shard.enqueue([A]),
    call: async (shard) => {
      const call = await shard.producerCall([B], '2');
      return shard.jobs.enqueue({ ...call, groups: call.groups.map((group) => ({ ...group, code: '0zz' })) });
    },
    reply: 'CODES',
  },
  'an admission with a number that its lane has passed': {
    given: (shard) => shard.enqueue([A]),
    call: async (shard) => shard.jobs.admit({ ...(await shard.tiedCall([B], { tags: ['red'] })), call: 0 }),
    reply: 'STALE',
  },
  'an admission with the code of another queue': {
    given: (shard) => shard.enqueue([A]),
    call: async (shard) => {
      const call = await shard.tiedCall([B], { tags: ['red'] });
      return shard.jobs.admit({ ...call, groups: call.groups.map((group) => ({ ...group, code: '0zz' })) });
    },
    reply: 'CODES',
  },
  'a wait for children with the code of another queue': {
    given: (shard) => shard.process([A]),
    call: async (shard) => {
      const call = await shard.tiedCall([B], { tags: ['red'] });
      const groups = call.groups.map((group) => ({ ...group, code: '0zz' }));
      return shard.jobs.suspend(ADA, job(ADA, no(1), 'D'), { ...call, groups });
    },
    reply: 'CODES',
  },
  'a schedule with a number that its lane has passed': {
    given: (shard) => shard.enqueue([A]),
    call: async (shard) => shard.jobs.schedule({ ...(await shard.producerCall([B], 'in 5')), call: 0 }),
    reply: 'STALE',
  },
};

describe('a call that is out of date changes nothing', () => {
  test.each(Object.entries(REFUSALS))('%s', async (_, { given, call, reply }) => {
    const shard = await shards.next();
    await given?.(shard);
    expect(await shard.changesOf(() => call(shard))).toEqual({ reply, changes: {} });
  });
});
