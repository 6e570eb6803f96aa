import type { Deviations } from './deviation.ts';
import { GONE } from './key-space.ts';

/** What a missing key changes in the effects of the scripts of persons, waiters and the janitor. */
export const MISSING_FOR_PERSONS = {
  cancel: {
    skipped: ['payload:D', 'processing:Ada', 'processing:Ada:#1', 'scheduled'],
    same: ['succeeded', 'requeued', 'watched', 'stale', 'failed'],
    otherwise: {
      extras: { undone: 'payload:D; extras D' },
      'job:A': {
        reply: ['GONE', 'OK', 'OK'],
        undone: 'audit 3; cancelled A; cancelled D; job:A; job:D; payload:D; extras D; scheduled A',
        instead: {
          'audit 1': 'actor eve action cancel target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action cancel target C reason {"by":"eve","why":"a test"}',
          'stats cancelled': '3',
        },
      },
      'job:C': {
        reply: ['OK', 'OK', 'GONE'],
        undone:
          'audit 3; cancelled C; cancelled D; job:C; job:D; payload:D; extras D; processing:Ada #1; processing:Ada:#1 C',
        instead: { 'stats cancelled': '3' },
      },
      queues: { reply: ['DAMAGED', 'DAMAGED', 'DAMAGED'], undone: 'all' },
      cancelled: { undone: 'cancelled D; job:D; payload:D; extras D' },
      audit: {
        undone: 'audit 3',
        instead: {
          'audit 0': 'actor eve action cancel target A reason {"by":"eve","why":"a test"}',
          'audit 1': 'actor eve action cancel target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action cancel target C reason {"by":"eve","why":"a test"}',
        },
      },
      stats: { instead: { 'stats cancelled': '3' } },
    },
  },
  requeue: {
    skipped: ['idle:mail', 'scheduled', 'failed', 'cancelled'],
    same: [
      'leases',
      'quarantine:A',
      'quarantine',
      'processing:Ada',
      'processing:Ada:#2',
      'requeued',
      'stale',
      'ready:mail:2',
      'suspects:mail',
      'stats',
    ],
    otherwise: {
      'job:A': {
        reply: ['GONE', 'OK', 'OK', 'OK'],
        undone: 'audit 4; failed A; job:A',
        instead: {
          'audit 1': 'actor eve action requeue target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action requeue target C reason {"by":"eve","why":"a test"}',
          'audit 3': 'actor eve action requeue target D reason {"by":"eve","why":"a test"}',
          'ready:mail:2': ['B', 'C', 'D'],
          'stats requeued': '3',
        },
      },
      queues: { reply: ['DAMAGED', 'DAMAGED', 'DAMAGED', 'DAMAGED'], undone: 'all' },
      audit: {
        undone: 'audit 4',
        instead: {
          'audit 0': 'actor eve action requeue target A reason {"by":"eve","why":"a test"}',
          'audit 1': 'actor eve action requeue target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action requeue target C reason {"by":"eve","why":"a test"}',
          'audit 3': 'actor eve action requeue target D reason {"by":"eve","why":"a test"}',
        },
      },
    },
  },
  delete: {
    skipped: [
      'payload:A',
      'processing:Ada',
      'processing:Ada:#3',
      'scheduled',
      'failed',
      'progress:C',
      'log:C',
    ],
    same: ['succeeded', 'requeued', 'watched', 'stale', 'cancelled', 'audit', 'stats'],
    otherwise: {
      extras: {
        undone: 'extras A; extras C; log:C; log:C expires; payload:A; progress:C; progress:C expires',
      },
      'job:A': {
        reply: ['GONE', 'OK', 'OK', 'OK', 'OK'],
        undone: 'audit 4; job:A; payload:A; extras A; stale mail:2',
        instead: {
          'audit 0': 'actor eve action delete target B reason {"by":"eve","why":"a test"}',
          'audit 1': 'actor eve action delete target C reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action delete target D reason {"by":"eve","why":"a test"}',
          'audit 3': 'actor eve action delete target E reason {"by":"eve","why":"a test"}',
          'stats deleted': '4',
        },
      },
      queues: { reply: ['DAMAGED', 'DAMAGED', 'DAMAGED', 'DAMAGED', 'DAMAGED'], undone: 'all' },
    },
  },
  purge: {
    skipped: ['payload:B'],
    same: ['succeeded', 'requeued', 'watched', 'stale', 'quarantine:C', 'quarantine', 'stats'],
    otherwise: {
      extras: { undone: 'payload:B; extras B' },
      'job:E': { reply: { removed: 2, more: false }, undone: 'job:E', instead: { 'stats deleted': '2' } },
      queues: {
        reply: { removed: 0, more: false },
        undone: 'payload:B; extras B; stale mail:2; stats deleted',
        instead: {
          'job:D': GONE,
          'quarantine A': 't+66000',
          'quarantine B': 't+66000',
          'quarantine D': 't+66000',
          'quarantine E': 't+66000',
          'quarantine:A':
            'E000220nobody\ngreet\n{}\nW CrashedOnce- #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}\nW CrashedTwice #1 - 0 t+66000 {"reason":"lease expired","crashes":2,"blamed":0}',
          'quarantine:B': 'E000200nobody\ngreet\n',
          'quarantine:D': 'C000200nobody\ngreet\n{}\nC - - - 0 t+66000 {"by":"eve","why":"a test"}',
          'quarantine:E': 'E000200nobody\ngreet\n{}',
        },
      },
      'ready:mail:2': {
        reply: { removed: 1, more: false },
        undone:
          'job:B; job:C; job:E; payload:B; extras B; quarantine C; quarantine:C; ready:mail:2; stale mail:2',
        instead: { 'stats deleted': '1' },
      },
      'suspects:mail': {
        reply: { removed: 2, more: false },
        undone: 'job:A; suspects:mail',
        instead: { 'stats deleted': '2' },
      },
      audit: {
        undone: 'audit 1',
        instead: { 'audit 0': 'actor eve action purge target mail reason {"by":"eve","why":"a test"}' },
      },
    },
  },
  trim: {
    skipped: ['payload:C'],
    same: ['stale'],
    otherwise: {
      succeeded: {
        reply: { removed: 2, more: false },
        undone: 'job:C; payload:C; extras C; requeued A; stale succeeded; succeeded',
      },
      requeued: { undone: 'requeued A; stale succeeded' },
      watched: { reply: { removed: 4, more: false }, instead: { 'job:B': GONE, succeeded: GONE } },
      extras: { undone: 'payload:C; extras C' },
      'job:A': { reply: { removed: 2, more: false }, undone: 'job:A' },
      'job:C': { reply: { removed: 2, more: false }, undone: 'job:C' },
      failed: { reply: { removed: 2, more: false }, undone: 'failed D; job:D' },
      cancelled: { reply: { removed: 2, more: false }, undone: 'cancelled A; job:A' },
    },
  },
  pause: {
    same: ['paused', 'audit'],
  },
  resume: {
    skipped: ['idle:mail'],
    same: ['leases'],
    otherwise: {
      paused: { reply: 'ALREADY', undone: 'all' },
      audit: {
        undone: 'audit 1',
        instead: { 'audit 0': 'actor eve action resume target mail reason {"by":"eve","why":"a test"}' },
      },
    },
  },
  watch: {
    same: ['watched', 'processing:Ada', 'processing:Ada:#1'],
    otherwise: {
      'job:A': { reply: ['GONE', 'enqueued', 'GONE'], undone: 'watched A' },
      queues: { reply: ['DAMAGED', 'DAMAGED', 'GONE'], undone: 'watched A', instead: { 'watched B': GONE } },
    },
  },
} satisfies Record<string, Deviations>;
