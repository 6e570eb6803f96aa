import { A, B } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';

/** The rows of `sift` in all tables of scripts. */

export const SIFT_SCENES = {
  sift: {
    given: async (shard) => {
      await shard.enqueue([A, B]);
      return () => shard.queues.sift({ key: 'ready:mail:2', from: 0, count: 10, most: 2, name: 'gre*' });
    },
    keys: { job: [`job:${A}`] },
  },
} satisfies Record<string, Scene>;

export const SIFT_EFFECTS = {
  sift: { reply: { ids: ['B', 'A'], read: 2, isOver: false }, changes: {} },
} satisfies Record<string, Effect>;

/** A record that is not one has no name. */
const WITHOUT: Deviations = { otherwise: { 'job:A': { reply: { ids: ['B'], read: 2, isOver: true } } } };
export const SIFT_MISSING = { sift: WITHOUT } satisfies Record<string, Deviations>;
export const SIFT_DAMAGED = { sift: WITHOUT } satisfies Record<string, Deviations>;
