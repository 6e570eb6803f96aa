import type { JobState } from '../job/states.ts';
import { A, EVE } from './cast.ts';
import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';
import type { TestShard } from './test-shard.ts';

/** Tries of job A for the transitions of jobs that wait. */
export const CHANGE_ATTEMPTS = {
  reschedule: { call: (shard: TestShard) => shard.jobs.reschedule([A], EVE, 'in 5000') },
  hasten: { call: (shard: TestShard) => shard.jobs.hasten([A], EVE) },
} as const;

const RESCHEDULED = {
  'audit 0': 'actor eve action reschedule target A reason {"by":"eve","why":"a test","to":{"at":t+5000}}',
  'job:A': 'S000200nobody\ngreet\n{}\nT - - - 0 t+0 {"by":"eve","why":"a test"}',
  'scheduled A': 't+5000',
  'stats rescheduled': '1',
} as const;

/** Where they land. */
export const CHANGE_LANDINGS = {
  reschedule: {
    scheduled: { reply: ['OK'], changes: RESCHEDULED },
    enqueued: { reply: ['OK'], changes: { ...RESCHEDULED, 'stale mail:2': '1' } },
  },
  hasten: {
    scheduled: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action promote target A reason {"by":"eve","why":"a test"}',
        'job:A': 'E000200nobody\ngreet\n{}\nH - - - 0 t+0 {"by":"eve","why":"a test"}',
        'ready:mail:2': ['A'],
        'scheduled A': GONE,
        'stats hastened': '1',
      },
    },
  },
} as const satisfies Record<string, Partial<Record<JobState, Effect>>>;
