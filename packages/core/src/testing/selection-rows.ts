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
    keys: { selection: [`selection:${SELECTION}`], selections: ['selections'] },
  },
} satisfies Record<string, Scene>;

/** The same call, `ms` later. */
export const collectedAgain = (ms: number): Effect => ({ reply: 2, changes: { 'selections s': `t+${ms}` } });

export const SELECTION_EFFECTS = {
  collect: { reply: 2, changes: { 'selection:s B': 0 } },
} satisfies Record<string, Effect>;

export const SELECTION_MISSING = {
  collect: {
    otherwise: {
      selections: { instead: { 'selections s': 't+0' } },
      'selection:s': {
        instead: { 'selection:s -': -1, 'selection:s A': 0, 'selection:s expires': true },
      },
    },
  },
} satisfies Record<string, Deviations>;

export const SELECTION_DAMAGED = {
  collect: { refused: ['selection:s', 'selections'] },
} satisfies Record<string, Deviations>;
