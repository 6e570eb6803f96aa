import type { ScriptName } from '../redis/script.ts';
import type { KEY } from '../redis/keys.ts';
import type { JobOutcome, Retention } from '../store/job-store.ts';
import { A, ADA, B, BOB, C, D, E, EVE, F, no, tailLine } from './cast.ts';
import type { TestShard } from './test-shard.ts';
import { LEASE_MS, SWEEP_MS } from './test-shard.ts';

/** A script at work: what was before, the call, and every key that it may touch there. */
export interface Scene {
  /** Builds what was before; returns the call, which may be made again. */
  readonly given: (shard: TestShard) => Promise<() => Promise<unknown>>;
  /** Keys by their names in `redis/keys.ts`; all that the script's text names. */
  readonly keys: Readonly<Partial<Record<KeyName, readonly string[]>>>;
}

type KeyName = keyof typeof KEY;

const NOTHING_KEPT: Retention = { succeededCount: 0, succeededMs: 3_600_000, failedCount: 0, failedMs: 3_600_000 };
const MINUTE_MS = 60_000;

const openSet = (claim: number): readonly string[] => [`processing:${ADA}`, `processing:${ADA}:${no(claim)}`];
const outcomes = (code: string, claim: number, ids: readonly string[]): JobOutcome[] =>
  ids.map((id) => ({ claim: no(claim), id, line: `\n${tailLine(code, no(claim))}`, delayMs: 5000 }));

const wakeKeys = { idle: ['idle:mail'], leases: ['leases'], wake: [] } as const;
const quarantineKeys = { quarantine: [`quarantine:${A}`], damaged: ['quarantine'] } as const;
const trimKeys = {
  succeeded: ['succeeded'],
  requeued: ['requeued'],
  watched: ['watched'],
  payload: [`payload:${C}`],
  payloads: ['payloads'],
  stale: ['stale'],
} as const;

/** One scene for each script. */
export const SCENES: Readonly<Record<ScriptName, Scene>> = {
  enqueue: {
    given: async (shard) => {
      await shard.idle(BOB, ['mail', 'pics']);
      const small = await shard.producerCall([A, B], '2');
      const large = await shard.producerCall([C], '0', { queue: 'pics', priority: 0, large: true });
      const call = { ...large, groups: [...small.groups, ...large.groups] };
      return () => shard.jobs.enqueue(call);
    },
    keys: {
      ...wakeKeys,
      idle: ['idle:mail', 'idle:pics'],
      ...quarantineKeys,
      producer: ['producer:shop'],
      queues: ['queues'],
      job: [`job:${A}`],
      payload: [`payload:${C}`],
      payloads: ['payloads'],
      ready: ['ready:mail:2', 'ready:pics:0'],
      stats: ['stats'],
    },
  },
  schedule: {
    given: async (shard) => {
      await shard.schedule([D], MINUTE_MS);
      await shard.idle(BOB);
      const small = await shard.producerCall([A, B], 'in 1000');
      const large = await shard.producerCall([C], 'at 1700000000500', { queue: 'pics', large: true });
      const call = { ...large, groups: [...small.groups, ...large.groups] };
      return () => shard.jobs.schedule(call);
    },
    keys: {
      ...wakeKeys,
      producer: ['producer:shop'],
      queues: ['queues'],
      job: [`job:${A}`],
      payload: [`payload:${C}`],
      payloads: ['payloads'],
      scheduled: ['scheduled'],
      timekeeper: ['timekeeper'],
      stats: ['stats'],
    },
  },
  queue: {
    given: async (shard) => {
      await shard.queues.learnCodes(['mail']);
      return () => shard.queues.learnCodes(['mail', 'pics']);
    },
    keys: { queues: ['queues'] },
  },
  promote: {
    given: async (shard) => {
      await shard.schedule([A, B, C], 1000);
      await shard.schedule([D], MINUTE_MS);
      await shard.damage(C);
      await shard.idle(BOB);
      await shard.idle(ADA);
      shard.clock.advance(1000);
      return () => shard.jobs.promote(ADA);
    },
    keys: {
      ...wakeKeys,
      scheduled: ['scheduled'],
      job: [`job:${A}`],
      queues: ['queues'],
      suspects: ['suspects:mail'],
      ready: ['ready:mail:2'],
      timekeeper: ['timekeeper'],
      quarantine: [`quarantine:${C}`],
      damaged: ['quarantine'],
    },
  },
  claim: {
    given: async (shard) => {
      await shard.suspect(A);
      await shard.schedule([B], 1000);
      await shard.schedule([F], MINUTE_MS);
      await shard.enqueue([C, D, E]);
      await shard.enqueue(['a job that was lost'], { queue: 'mail' });
      await shard.redis.del(`${shard.prefix}job:a job that was lost`);
      await shard.jobs.cancel([D], EVE, 100);
      await shard.damage(E);
      await shard.queues.pause('pics', EVE);
      await shard.register(ADA);
      shard.clock.advance(1000);
      return () => shard.claim(ADA, 7, { queues: ['mail', 'pics'], wasIdle: true });
    },
    keys: {
      ...wakeKeys,
      idle: ['idle:mail', 'idle:pics'],
      processing: openSet(7),
      queues: ['queues'],
      paused: ['paused'],
      scheduled: ['scheduled'],
      ready: ['ready:mail:0', 'ready:mail:2'],
      suspects: ['suspects:mail'],
      stale: ['stale'],
      job: [`job:${C}`],
      timekeeper: ['timekeeper'],
      quarantine: [`quarantine:${E}`],
      damaged: ['quarantine'],
    },
  },
  succeed: {
    given: async (shard) => {
      await shard.succeed([C], ADA, { large: true });
      await shard.succeed([D]);
      await shard.jobs.requeue([D], EVE);
      await shard.jobs.cancel([D], EVE, 100);
      const claim = await shard.process([A, B]);
      await shard.queues.watch([A], MINUTE_MS);
      const lines = [A, B].map(() => `\n${tailLine('S', no(claim))}`);
      return () => shard.jobs.succeed(ADA, 2, [{ claim: no(claim), ids: [A, B], lines }]);
    },
    keys: {
      ...trimKeys,
      ...quarantineKeys,
      processing: openSet(3),
      job: [`job:${A}`, `job:${C}`],
      queues: ['queues'],
      ended: [],
      stats: ['stats'],
    },
  },
  retry: {
    given: async (shard) => {
      await shard.schedule([D], MINUTE_MS);
      await shard.idle(BOB);
      const claim = await shard.process([A, B]);
      return () => shard.jobs.retry(ADA, outcomes('R', claim, [A, B]));
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(1),
      job: [`job:${A}`],
      queues: ['queues'],
      scheduled: ['scheduled'],
      timekeeper: ['timekeeper'],
      stats: ['stats'],
    },
  },
  defer: {
    given: async (shard) => {
      await shard.idle(BOB);
      const claim = await shard.process([A, B]);
      await shard.idle(BOB);
      return () => shard.jobs.defer(ADA, outcomes('D', claim, [A, B]));
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(1),
      job: [`job:${A}`],
      queues: ['queues'],
      scheduled: ['scheduled'],
      timekeeper: ['timekeeper'],
      stats: ['stats'],
    },
  },
  fail: {
    given: async (shard) => {
      await shard.fail([C], ADA, { large: true });
      shard.clock.advance(1);
      const claim = await shard.process([A, B]);
      await shard.queues.watch([A], MINUTE_MS);
      return () => shard.jobs.fail(ADA, 2, outcomes('F', claim, [A, B]));
    },
    keys: {
      ...trimKeys,
      ...quarantineKeys,
      processing: openSet(2),
      job: [`job:${A}`, `job:${C}`],
      queues: ['queues'],
      failed: ['failed'],
      ended: [],
      stats: ['stats'],
    },
  },
  release: {
    given: async (shard) => {
      const claim = await shard.process([A, B]);
      await shard.idle(BOB);
      return () => shard.jobs.release(ADA, outcomes('L', claim, [A, B]));
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(1),
      job: [`job:${A}`],
      queues: ['queues'],
      ready: ['ready:mail:2'],
      suspects: ['suspects:mail'],
      stats: ['stats'],
    },
  },
  quarantine: {
    given: async (shard) => {
      const claim = await shard.process([A, B]);
      return () => shard.jobs.quarantine(ADA, outcomes('', claim, [A, B]));
    },
    keys: { ...quarantineKeys, processing: openSet(1), job: [`job:${A}`], queues: ['queues'] },
  },
  reconcile: {
    given: async (shard) => {
      const claim = await shard.process([A, B, C]);
      await shard.idle(BOB);
      return () => shard.jobs.reconcile(ADA, no(claim), [{ claim: no(claim), ids: [C, D] }]);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(1),
      job: [`job:${A}`],
      queues: ['queues'],
      ready: ['ready:mail:2'],
      suspects: ['suspects:mail'],
      stats: ['stats'],
    },
  },
  rescue: {
    given: async (shard) => {
      await shard.process([A, B]);
      await shard.process([C]);
      await shard.workers.renew(ADA, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '{}' });
      await shard.die(ADA);
      await shard.idle(BOB);
      return () => shard.jobs.rescue(ADA, NOTHING_KEPT);
    },
    keys: {
      ...wakeKeys,
      ...trimKeys,
      ...quarantineKeys,
      processing: openSet(1),
      rescuing: ['rescuing'],
      sweep: ['sweep'],
      workers: ['workers'],
      loads: ['loads'],
      job: [`job:${A}`],
      queues: ['queues'],
      ready: ['ready:mail:2'],
      suspects: ['suspects:mail'],
      failed: ['failed'],
      ended: [],
      stats: ['stats'],
    },
  },
  cancel: {
    given: async (shard) => {
      await shard.cancel([D], { large: true });
      shard.clock.advance(1);
      const claim = await shard.process([C]);
      await shard.schedule([A], MINUTE_MS);
      await shard.enqueue([B]);
      await shard.queues.watch([B], MINUTE_MS);
      if (claim !== 1) throw new Error('the keys below name claim 1');
      return () => shard.jobs.cancel([A, B, C], EVE, 3);
    },
    keys: {
      ...trimKeys,
      payload: [`payload:${D}`],
      processing: openSet(1),
      job: [`job:${A}`, `job:${C}`],
      queues: ['queues'],
      scheduled: ['scheduled'],
      failed: ['failed'],
      cancelled: ['cancelled'],
      wake: [],
      ended: [],
      audit: ['audit'],
      stats: ['stats'],
    },
  },
  requeue: {
    given: async (shard) => {
      await shard.fail([A]);
      await shard.succeed([B]);
      await shard.cancel([C]);
      await shard.schedule([D], MINUTE_MS);
      await shard.idle(BOB);
      return () => shard.jobs.requeue([A, B, C, D], EVE);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      processing: openSet(2),
      job: [`job:${A}`],
      queues: ['queues'],
      scheduled: ['scheduled'],
      failed: ['failed'],
      cancelled: ['cancelled'],
      requeued: ['requeued'],
      stale: ['stale'],
      ready: ['ready:mail:2'],
      suspects: ['suspects:mail'],
      audit: ['audit'],
      stats: ['stats'],
    },
  },
  delete: {
    given: async (shard) => {
      await shard.succeed([B]);
      await shard.fail([D]);
      const claim = await shard.process([C]);
      await shard.workers.progress({ worker: ADA, claim: no(claim), id: C }, '{"done":1}', ['"line"']);
      await shard.enqueue([A], { large: true });
      await shard.schedule([E], MINUTE_MS);
      await shard.queues.watch([A], MINUTE_MS);
      return () => shard.jobs.delete([A, B, C, D, E], EVE, true);
    },
    keys: {
      ...trimKeys,
      payload: [`payload:${A}`],
      processing: openSet(3),
      job: [`job:${A}`],
      queues: ['queues'],
      scheduled: ['scheduled'],
      failed: ['failed'],
      cancelled: ['cancelled'],
      progress: [`progress:${C}`],
      log: [`log:${C}`],
      wake: [],
      ended: [],
      audit: ['audit'],
      stats: ['stats'],
    },
  },
  purge: {
    given: async (shard) => {
      await shard.suspect(A);
      await shard.enqueue([B], { large: true });
      await shard.enqueue([C, D, E]);
      await shard.damage(C);
      await shard.jobs.cancel([D], EVE, 100);
      await shard.queues.watch([E], MINUTE_MS);
      return () => shard.jobs.purge('mail', EVE, true);
    },
    keys: {
      ...trimKeys,
      payload: [`payload:${B}`],
      job: [`job:${E}`],
      queues: ['queues'],
      ready: ['ready:mail:2'],
      suspects: ['suspects:mail'],
      quarantine: [`quarantine:${C}`],
      damaged: ['quarantine'],
      ended: [],
      audit: ['audit'],
      stats: ['stats'],
    },
  },
  trim: {
    given: async (shard) => {
      await shard.succeed([A, B]);
      await shard.succeed([C], ADA, { large: true });
      await shard.fail([D]);
      await shard.queues.watch([B], MINUTE_MS);
      await shard.jobs.requeue([A], EVE);
      await shard.jobs.cancel([A], EVE, 100);
      return () => shard.jobs.trim(NOTHING_KEPT);
    },
    keys: { ...trimKeys, job: [`job:${A}`, `job:${C}`], failed: ['failed'], cancelled: ['cancelled'] },
  },
  pause: {
    given: async (shard) => () => shard.queues.pause('mail', EVE),
    keys: { paused: ['paused'], audit: ['audit'] },
  },
  resume: {
    given: async (shard) => {
      await shard.idle(BOB);
      await shard.queues.pause('mail', EVE);
      return () => shard.queues.resume('mail', EVE);
    },
    keys: { ...wakeKeys, paused: ['paused'], audit: ['audit'] },
  },
  watch: {
    given: async (shard) => {
      await shard.succeed([A]);
      await shard.enqueue([B]);
      await shard.queues.watch([B], 1000);
      shard.clock.advance(2000);
      return () => shard.queues.watch([A, B, C], MINUTE_MS);
    },
    keys: { watched: ['watched'], job: [`job:${A}`], processing: openSet(1), queues: ['queues'] },
  },
  nudge: {
    given: async (shard) => {
      await shard.idle(BOB);
      await shard.idle(ADA);
      await shard.enqueue([A]);
      await shard.idle(ADA, ['pics']);
      return () => shard.workers.nudge(ADA, ['mail', 'pics']);
    },
    keys: { ...wakeKeys, ready: ['ready:mail:2'] },
  },
  register: {
    given: async (shard) => () => shard.workers.register(ADA, LEASE_MS, '{"host":"h"}'),
    keys: { leases: ['leases'], sweep: ['sweep'], workers: ['workers'] },
  },
  unregister: {
    given: async (shard) => {
      await shard.schedule([A], MINUTE_MS);
      await shard.idle(ADA);
      await shard.workers.renew(ADA, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '{}' });
      return () => shard.workers.unregister(ADA, ['mail']);
    },
    keys: {
      leases: ['leases'],
      processing: [`processing:${ADA}`],
      workers: ['workers'],
      loads: ['loads'],
      idle: ['idle:mail'],
      timekeeper: ['timekeeper'],
    },
  },
  renew: {
    given: async (shard) => {
      await shard.process([A]);
      await shard.die(ADA);
      return () => shard.workers.renew(BOB, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '{"running":1}' });
    },
    keys: { leases: ['leases'], sweep: ['sweep'], loads: ['loads'], rescuing: ['rescuing'], wake: [] },
  },
  progress: {
    given: async (shard) => {
      const claim = no(await shard.process([A]));
      return () => shard.workers.progress({ worker: ADA, claim, id: A }, '{"done":1}', ['"one"', '"two"']);
    },
    keys: { processing: [`processing:${ADA}:${no(1)}`], progress: [`progress:${A}`], log: [`log:${A}`] },
  },
};
