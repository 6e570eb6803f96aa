import { A, ADA, B, BOB, C, D, E, EVE, no } from './cast.ts';
import type { Scene } from './scene.ts';
import { MINUTE_MS, NOTHING_KEPT, openSet, quarantineKeys, trimKeys, wakeKeys } from './scene.ts';

/** One scene for each script of persons, waiters and the janitor. */
export const PERSON_SCENES = {
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
} satisfies Record<string, Scene>;
