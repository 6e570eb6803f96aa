import { A, B, C } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';

/** The rows of `count` in all tables of scripts. */

export const COUNT_SCENES = {
  count: {
    given: async (shard) => {
      await shard.fail([A, B]);
      await shard.fail([C], undefined, { queue: 'news' });
      return () => shard.queues.count(0, 10);
    },
    keys: { job: [`job:${A}`] },
  },
} satisfies Record<string, Scene>;

const NEWS = { queue: 'news', name: 'greet', count: 1 };
export const COUNTED = [NEWS, { queue: 'mail', name: 'greet', count: 2 }];
export const COUNT_EFFECTS = { count: { reply: COUNTED, changes: {} } } satisfies Record<string, Effect>;

/** A record that is not one is no job. */
const WITHOUT = { 'job:A': { reply: [NEWS, { queue: 'mail', name: 'greet', count: 1 }] } };
export const COUNT_MISSING = {
  count: {
    otherwise: {
      ...WITHOUT,
      failed: { reply: [] },
      queues: { reply: COUNTED.map((kind) => ({ ...kind, queue: '' })) },
    },
  },
} satisfies Record<string, Deviations>;
export const COUNT_DAMAGED = {
  count: { refused: ['failed', 'queues'], otherwise: WITHOUT },
} satisfies Record<string, Deviations>;
