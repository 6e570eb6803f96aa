import type { JobOutcome } from '../store/job-store.ts';
import type { StoredJob, StoredPolicy, StoredSchedule } from '../store/recurring-store.ts';
import { A, ADA, B, BOB, C, D, E, EVE, F, no, START_MS, tailLine } from './cast.ts';
import { newRecord } from './records.ts';
import type { Scene } from './scene.ts';
import { MINUTE_MS, openSet, quarantineKeys, trimKeys, wakeKeys } from './scene.ts';
import type { TestShard } from './test-shard.ts';

const outcomes = (code: string, claim: number, ids: readonly string[]): JobOutcome[] =>
  ids.map((id) => ({ claim: no(claim), id, line: `\n${tailLine(code, no(claim))}` }));

const SCHEDULE: StoredSchedule = { cron: '* * * * *' };
const JOB: StoredJob = {
  name: 'greet',
  queue: 'mail',
  priority: 2,
  header: 'greet',
  isTied: false,
  payload: '{}',
};
const POLICY: StoredPolicy = { misfire: 'once', graceMs: MINUTE_MS, overlap: 'skip' };

/** A recurring job that is due a minute after the start. */
function define(
  shard: TestShard,
  kind = 'a',
  next = START_MS + MINUTE_MS,
): ReturnType<TestShard['recurring']['define']> {
  const job = { ...JOB, payload: JSON.stringify(kind) };
  return shard.recurring.define('r', { schedule: SCHEDULE, job, policy: POLICY, next }, EVE);
}

const limit = (key: string, most: number) => ({ limits: [[key, most]] as const });

/** One scene for each script of flow control, continuations and recurring jobs. */
export const FLOW_SCENES = {
  admit: {
    given: async (shard) => {
      await shard.succeed([C]);
      await shard.idle(BOB);
      await shard.admit([A], { locks: [['u:held', 'finished', 0, 'existing']] });
      await shard.admit([B], { locks: [['u:waits', 'finished', 0, 'replace']] }, { place: 'in 60000' });

      const plain = await shard.tiedCall([D], {
        ...limit('k', 1),
        tags: ['urgent'],
        deadline: 5000,
        parents: [[C, 'D']],
      });
      const held = await shard.tiedCall([E], { locks: [['u:held', 'finished', 0, 'existing']] });
      const replaces = await shard.tiedCall(
        [F],
        { locks: [['u:waits', 'finished', 0, 'replace']] },
        { large: true },
      );
      const groups = [plain, held, replaces].flatMap((call) => call.groups);
      return () => shard.jobs.admit({ ...replaces, groups });
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      producer: ['producer:shop'],
      queues: ['queues'],
      job: [`job:${A}`, `job:${B}`, `job:${C}`, `job:${D}`],
      payload: [`payload:${F}`],
      lock: ['lock:u:held', 'lock:u:waits'],
      scheduled: ['scheduled'],
      ready: ['ready:mail:2'],
      inputs: [`inputs:${D}`],
    },
  },
  suspend: {
    given: async (shard) => {
      await shard.process([A]);
      await shard.admit([E], { locks: [['u:held', 'finished', 0, 'existing']] });
      await shard.idle(BOB);
      const limited = await shard.tiedCall([B], limit('k', 1));
      const held = await shard.tiedCall([D], { locks: [['u:held', 'finished', 0, 'existing']] });
      const large = await shard.tiedCall([C], { tags: ['urgent'], deadline: 5000 }, { large: true });
      const groups = [limited, held, large].flatMap((call) => call.groups);
      const job = { claim: no(1), id: A, line: `\n${tailLine('D', no(1))}` };
      return () => shard.jobs.suspend(ADA, job, { ...large, groups });
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(1),
      queues: ['queues'],
      job: [`job:${A}`, `job:${B}`, `job:${E}`],
      payload: [`payload:${C}`],
      lock: ['lock:u:held'],
      ready: ['ready:mail:2'],
      awaiting: ['awaiting'],
      stats: ['stats'],
    },
  },
  drop: {
    given: async (shard) => {
      await shard.cancel([D]);
      shard.clock.advance(1000);
      const claim = await shard.process([A, B]);
      return () => shard.jobs.drop(ADA, 2, outcomes('C', claim, [A, B]));
    },
    keys: {
      ...trimKeys,
      ...quarantineKeys,
      cancelled: ['cancelled'],
      processing: openSet(1),
      job: [`job:${A}`, `job:${D}`],
      queues: ['queues'],
      stats: ['stats'],
    },
  },
  expire: {
    given: async (shard) => {
      await shard.admit([A, B], { deadline: 1000 });
      await shard.admit(
        [C],
        { deadline: 1000, locks: [['u:held', 'finished', 0, 'existing']] },
        { place: 'in 60000' },
      );
      await shard.admit([D], { deadline: MINUTE_MS });
      await shard.admit([E], { deadline: 1000, overdue: 'later' });
      await shard.register(ADA);
      await shard.claim(ADA, 1, { most: 1 });
      shard.clock.advance(2000);
      return () => shard.jobs.expire(100);
    },
    keys: {
      ...trimKeys,
      ...quarantineKeys,
      cancelled: ['cancelled'],
      processing: openSet(1),
      job: [`job:${A}`, `job:${B}`, `job:${C}`, `job:${E}`],
      queues: ['queues'],
      deadlines: ['deadlines'],
      lock: ['lock:u:held'],
      scheduled: ['scheduled'],
      stats: ['stats'],
    },
  },
  reopen: {
    given: async (shard) => {
      await shard.admit([A, B], limit('k', 1));
      await shard.admit([C, D], { rates: [['api', 1, 1000, 1]] });
      await shard.admit([E], { deadline: 5000 });
      await shard.register(ADA);
      await shard.claim(ADA, 1);
      // A holder that runs no more, and of which no outcome told.
      await shard.redis.srem(`${shard.prefix}${openSet(1)[1] ?? ''}`, A);
      await shard.idle(BOB);
      shard.clock.advance(6000);
      return () => shard.jobs.reopen(BOB);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      queues: ['queues'],
      timers: ['timers'],
      holders: ['holders:k'],
      rate: ['rate:api'],
      blocked: ['blocked:limit:k', 'blocked:rate:api'],
      parked: ['parked:mail'],
      job: [`job:${B}`, `job:${D}`],
      ready: ['ready:mail:2'],
      processing: openSet(1),
      timekeeper: ['timekeeper'],
    },
  },
  follow: {
    given: async (shard) => {
      await shard.enqueue([A]);
      await shard.admit([B], { parents: [[A, 'C']] });
      await shard.admit([C], { parents: [[A, 'D']] });
      await shard.admit([D], { parents: [[C, 'DFC']] }, { place: 'in 5000' });
      await shard.redis.rpush(`${shard.prefix}todo`, `C${A} -1`);
      await shard.idle(BOB);
      return () => shard.jobs.follow();
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      queues: ['queues'],
      todo: ['todo'],
      children: [`children:${A}`, `children:${C}`],
      waits: [`waits:${B}`, `waits:${C}`, `waits:${D}`],
      awaiting: ['awaiting'],
      parents: ['parents'],
      job: [`job:${A}`, `job:${B}`, `job:${C}`],
      ready: ['ready:mail:2'],
      cancelled: ['cancelled'],
      scheduled: ['scheduled'],
      stats: ['stats'],
    },
  },
  tick: {
    given: async (shard) => {
      await define(shard);
      await shard.queues.learnCodes(['mail']);
      shard.clock.advance(MINUTE_MS);
      const record = newRecord({ state: 'E', place: '0002', payload: '{}' });
      const runs = [A, B].map((job, i) => ({
        tick: START_MS + MINUTE_MS,
        startAt: i === 0 ? undefined : START_MS + 2 * MINUTE_MS,
        job,
        record,
      }));
      const call = {
        id: 'r',
        version: 1,
        due: START_MS + MINUTE_MS,
        next: START_MS + 3 * MINUTE_MS,
        missed: 2,
        runs,
      } as const;
      return () => shard.jobs.tick([{ ...call, overlap: 'allow' }]);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      queues: ['queues'],
      recurring: ['recurring:r'],
      ticks: ['ticks'],
      timers: ['timers'],
      history: ['history:r'],
      job: [`job:${A}`],
      ready: ['ready:mail:2'],
      scheduled: ['scheduled'],
      stats: ['stats'],
    },
  },
  define: {
    given: async (shard) => {
      await define(shard);
      return () => define(shard, 'b');
    },
    keys: { recurring: ['recurring:r'], ticks: ['ticks'], timers: ['timers'], audit: ['audit'] },
  },
  adjust: {
    given: async (shard) => {
      await define(shard);
      return () =>
        shard.recurring.adjust('r', { verb: 'skip', version: 1, next: START_MS + 2 * MINUTE_MS }, EVE);
    },
    keys: {
      recurring: ['recurring:r'],
      ticks: ['ticks'],
      timers: ['timers'],
      history: ['history:r'],
      audit: ['audit'],
    },
  },
  undefine: {
    given: async (shard) => {
      await define(shard);
      return () => shard.recurring.undefine('r', EVE);
    },
    keys: { recurring: ['recurring:r'], ticks: ['ticks'], history: [], audit: ['audit'] },
  },
  configure: {
    given: async (shard) => {
      await shard.idle(BOB);
      return () => shard.queues.configure('mail', { limit: 2, size: 10 }, EVE);
    },
    keys: { ...wakeKeys, settings: ['settings'], audit: ['audit'], quotas: [], holders: [], rate: [] },
  },
  measure: {
    given: async (shard) => {
      await shard.enqueue([A, B]);
      await shard.register(ADA);
      await shard.claim(ADA, 1, { most: 1 });
      return () => shard.queues.measure(['mail', 'news']);
    },
    keys: { suspects: [], ready: ['ready:mail:2'], parked: [], taken: ['taken'] },
  },
  appoint: {
    given: async (shard) => {
      await shard.queues.appoint(BOB, { forMs: 1000, above: 0 });
      shard.clock.advance(1000);
      return () => shard.queues.appoint(ADA, { forMs: 5000, above: 7 });
    },
    keys: { steward: ['steward'] },
  },
  allot: {
    given: async (shard) => {
      const rate = [10, 3_600_000, 5] as const;
      await shard.queues.configure('mail', { limit: 3, rate, shards: 4, home: true }, EVE);
      await shard.queues.configure('news', { limit: 3, rate, shards: 4 }, EVE);
      await shard.enqueue([A]);
      await shard.queues.allot(1, [
        { queue: 'mail', places: 0 },
        { queue: 'news', tokens: 3 },
      ]);
      await shard.idle(BOB);
      return () =>
        shard.queues.allot(2, [
          { queue: 'mail', places: 2, tokens: -2, spare: 1 },
          { queue: 'news', tokens: 1 },
        ]);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      quotas: ['quotas'],
      settings: ['settings'],
      rate: ['rate:queue:mail'],
      holders: ['holders:queue:mail'],
      ready: ['ready:mail:2'],
      grouped: ['grouped'],
      stale: ['stale'],
      suspects: ['suspects:mail'],
    },
  },
  rest: {
    given: async (shard) => {
      const claim = await shard.process([A]);
      return () => shard.workers.rest({ worker: ADA, claim: no(claim), id: A }, 1000);
    },
    keys: {
      processing: [openSet(1)[1] ?? ''],
      queues: ['queues'],
      job: [`job:${A}`],
      paused: ['paused'],
      timers: ['timers'],
      leases: ['leases'],
    },
  },
} as const satisfies Readonly<Record<string, Scene>>;
