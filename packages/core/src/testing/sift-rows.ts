import { A, B } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';

/** The rows of `sift` in all tables of scripts. */

export const SIFT_SCENES = {
  sift: {
    given: async (shard) => {
      await shard.enqueue([A, B]);
      const wanted = { name: 'gre*', queue: 'mail' };
      return () => shard.queues.sift({ key: 'ready:mail:2', from: 0, count: 10, most: 2, ...wanted });
    },
    keys: { job: [`job:${A}`] },
  },
} satisfies Record<string, Scene>;

export const SIFT_EFFECTS = {
  sift: { reply: { ids: ['B', 'A'], read: 2, isOver: false }, changes: {} },
} satisfies Record<string, Effect>;

/** A record that is not one has no name. */
const WITHOUT = { 'job:A': { reply: { ids: ['B'], read: 2, isOver: true } } };
/** Without its code a queue has no jobs. */
const NONE = { queues: { reply: { ids: [], read: 2, isOver: true } } };
export const SIFT_MISSING = {
  sift: { otherwise: { ...WITHOUT, ...NONE } },
} satisfies Record<string, Deviations>;
export const SIFT_DAMAGED = {
  sift: { refused: ['queues'], otherwise: WITHOUT },
} satisfies Record<string, Deviations>;
