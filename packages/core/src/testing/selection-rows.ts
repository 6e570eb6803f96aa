import { A, B } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';
import { MINUTE_MS } from './scene.ts';

/** The rows of `collect` in all tables of scripts. */

const SELECTION = 's';

export const SELECTION_SCENES = {
  collect: {
    given: async (shard) => {
      await shard.fail([A]);
      await shard.operations.collect(SELECTION, MINUTE_MS, [A]);
      return () => shard.operations.collect(SELECTION, MINUTE_MS, [A, B]);
    },
    keys: { selection: [`selection:${SELECTION}`] },
  },
} satisfies Record<string, Scene>;

export const SELECTION_EFFECTS = {
  collect: { reply: 2, changes: { 'selection:s B': 0 } },
} satisfies Record<string, Effect>;

export const SELECTION_MISSING = {
  collect: {
    otherwise: {
      'selection:s': {
        instead: { 'selection:s -': -1, 'selection:s A': 0, 'selection:s expires': true },
      },
    },
  },
} satisfies Record<string, Deviations>;

export const SELECTION_DAMAGED = {
  collect: { refused: ['selection:s'] },
} satisfies Record<string, Deviations>;
