import { A, ADA, B, BOB, C, EVE, no } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';
import type { Scene } from './scene.ts';
import { openSet, quarantineKeys, wakeKeys } from './scene.ts';

/** The rows of what takes from jobs what they have no right to, in all tables of scripts. */

const LIMIT = { limits: [['k', 1]] } as const;
const REASON = 'reason {"by":"eve","why":"a test"';

export const LIMIT_SCENES = {
  reset: {
    given: async (shard) => {
      await shard.admit([A, B], { rates: [['k', 1, 1000, 1]] });
      await shard.register(ADA);
      await shard.claim(ADA, 1);
      return () => shard.limits.reset('k', EVE);
    },
    keys: {
      rate: ['rate:k'],
      blocked: ['blocked:rate:k'],
      timers: ['timers'],
      leases: ['leases'],
      audit: ['audit'],
      wake: [],
    },
  },
  unlock: {
    given: async (shard) => {
      await shard.admit([A], { locks: [['w:greet:k', 'window', 60_000, 'existing']] });
      await shard.jobs.cancel([A], EVE, 100);
      return () => shard.limits.unlock('w:greet:k', A, EVE);
    },
    keys: {
      job: [`job:${A}`],
      lock: ['lock:w:greet:k'],
      queues: ['queues'],
      processing: [],
      audit: ['audit'],
    },
  },
  free: {
    given: async (shard) => {
      await shard.admit([A, B, C], LIMIT);
      await shard.register(ADA);
      await shard.claim(ADA, 1);
      // A holder that runs no more, and of which no outcome told.
      await shard.redis.srem(`${shard.prefix}${openSet(1)[1] ?? ''}`, A);
      await shard.idle(BOB);
      return () => shard.limits.free('k', ADA + no(1) + A, EVE);
    },
    keys: {
      ...wakeKeys,
      ...quarantineKeys,
      queues: ['queues'],
      holders: ['holders:k'],
      blocked: ['blocked:limit:k'],
      parked: ['parked:mail'],
      timers: ['timers'],
      job: [`job:${B}`],
      ready: ['ready:mail:2'],
      processing: openSet(1),
      audit: ['audit'],
    },
  },
} satisfies Record<string, Scene>;

export const LIMIT_EFFECTS = {
  reset: {
    reply: 'OK',
    changes: {
      'audit 0': `actor eve action reset target k ${REASON}}`,
      'rate:k': GONE,
      'rate:k expires': GONE,
      'timers rate:k': 't+0',
    },
  },
  unlock: {
    reply: 'OK',
    changes: {
      'audit 1': `actor eve action unlock target w:greet:k ${REASON},"job":"A"}`,
      'lock:w:greet:k': GONE,
      'lock:w:greet:k expires': GONE,
    },
  },
  free: {
    reply: 'OK',
    changes: {
      'audit 0': `actor eve action free target k ${REASON},"job":"A"}`,
      'blocked:limit:k': ['C'],
      'holders:k Ada#1A': GONE,
      'holders:k nobodyB': true,
      'idle:mail Bob': GONE,
      'job:B': 'E000600reserved t+0\ngreet {"ties":{"limits":[["k",1]]}}\n{}',
      'parked:mail B': GONE,
      'ready:mail:2': ['B'],
    },
  },
} satisfies Record<string, Effect>;

export const LIMIT_MISSING = {} satisfies Record<string, Deviations>;

export const LIMIT_DAMAGED = {} satisfies Record<string, Deviations>;
