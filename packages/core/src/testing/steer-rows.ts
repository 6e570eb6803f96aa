import { ADA, EVE } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import type { Scene } from './scene.ts';

/** The rows of `steer` in all tables of scripts. */

const REASON = 'reason {"by":"eve","why":"a test","slots":5}';

export const STEER_SCENES = {
  steer: {
    given: async (shard) => {
      await shard.register(ADA);
      return () => shard.workers.steer(ADA, { verb: 'concurrency', slots: 5 }, EVE);
    },
    keys: { leases: ['leases'], order: [`order:${ADA}`], audit: ['audit'], wake: [] },
  },
} satisfies Record<string, Scene>;

export const STEER_EFFECTS = {
  steer: {
    reply: 'OK',
    changes: {
      'order:Ada n': 't+0',
      'order:Ada slots': '5 t+0',
      'order:Ada expires': true,
      'audit 0': `actor eve action concurrency target Ada ${REASON}`,
    },
  },
} satisfies Record<string, Effect>;

/** Another order of the same words, `ms` after the first; no two have one number. */
export const steeredAgain = (ms: number): Effect => ({
  reply: 'OK',
  changes: {
    'order:Ada n': `t+${ms}`,
    'order:Ada slots': `5 t+${ms}`,
    'audit 1': `actor eve action concurrency target Ada ${REASON}`,
  },
});

export const STEER_MISSING = {
  steer: {
    same: ['order:Ada', 'audit'],
    otherwise: { leases: { reply: 'GONE', undone: 'all' } },
  },
} satisfies Record<string, Deviations>;

export const STEER_DAMAGED = {
  steer: { refused: ['leases', 'order:Ada'], skipped: ['audit'] },
} satisfies Record<string, Deviations>;
