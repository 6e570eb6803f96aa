import type { JobOutcome } from '../store/job-store.ts';
import { A, ADA, B, BOB, C, D, E, EVE, F, no, tailLine } from './cast.ts';
import type { Scene } from './scene.ts';
import { MINUTE_MS, NOTHING_KEPT, openSet, quarantineKeys, tellKeys, trimKeys, wakeKeys } from './scene.ts';
import { LEASE_MS, SWEEP_MS } from './test-shard.ts';

const outcomes = (code: string, claim: number, ids: readonly string[]): JobOutcome[] =>
  ids.map((id) => ({ claim: no(claim), id, line: `\n${tailLine(code, no(claim))}`, delayMs: 5000 }));

/** One scene for each script of producers and workers. */
export const WORKER_SCENES = {
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
      extras: ['extras'],
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
      ...tellKeys,
      producer: ['producer:shop'],
      queues: ['queues'],
      job: [`job:${A}`],
      payload: [`payload:${C}`],
      extras: ['extras'],
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
      ...quarantineKeys,
      quarantine: [`quarantine:${C}`],
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
      alone: ['alone'],
      ...wakeKeys,
      idle: ['idle:mail', 'idle:pics'],
      processing: openSet(7),
      queues: ['queues'],
      paused: ['paused'],
      scheduled: ['scheduled'],
      ready: ['ready:mail:0', 'ready:mail:2'],
      suspects: ['suspects:mail'],
      taken: ['taken'],
      stale: ['stale'],
      job: [`job:${C}`],
      timekeeper: ['timekeeper'],
      ...quarantineKeys,
      quarantine: [`quarantine:${E}`],
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
      return () => shard.jobs.succeed(ADA, 1, [{ claim: no(claim), ids: [A, B], lines }]);
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
    keys: {
      processing: [`processing:${ADA}:${no(1)}`],
      progress: [`progress:${A}`],
      log: [`log:${A}`],
      extras: ['extras'],
    },
  },
} satisfies Record<string, Scene>;
