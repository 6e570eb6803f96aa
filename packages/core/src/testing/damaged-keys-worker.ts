import type { Deviations } from './deviation.ts';
import { GONE } from './key-space.ts';

/** What a key of another type changes in the effects of the scripts of producers and workers. */
export const DAMAGED_FOR_WORKERS = {
  enqueue: {
    refused: ['producer:shop', 'queues', 'extras'],
    skipped: ['idle:mail', 'idle:pics', 'stats'],
    same: ['leases', 'quarantine:A', 'quarantine'],
    otherwise: {
      'job:A': {
        reply: { existing: ['A'] },
        undone: 'job:A',
        instead: { 'ready:mail:2': ['B'], 'stats enqueued': '2' },
      },
      'payload:C': { undone: 'payload:C; extras C' },
      'ready:mail:2': { instead: { 'quarantine ready:mail:2': 't+0', 'quarantine:ready:mail:2': 'damage' } },
      'ready:pics:0': { instead: { 'quarantine ready:pics:0': 't+0', 'quarantine:ready:pics:0': 'damage' } },
    },
  },
  schedule: {
    refused: ['producer:shop', 'queues', 'extras', 'scheduled'],
    skipped: ['stats'],
    same: ['idle:mail', 'leases', 'timekeeper'],
    otherwise: {
      'job:A': {
        reply: { existing: ['A'] },
        undone: 'job:A; scheduled A',
        instead: { 'stats scheduled': '3' },
      },
      'payload:C': { undone: 'payload:C; extras C' },
    },
  },
  queue: {
    refused: ['queues'],
  },
  promote: {
    refused: ['queues'],
    skipped: ['idle:mail', 'quarantine'],
    same: ['suspects:mail', 'quarantine:C'],
    otherwise: {
      leases: {
        reply: { moved: 2, nextDue: 't+60000', isTimekeeper: true },
        instead: { 'idle:mail Ada': GONE, timekeeper: 'Ada' },
      },
      scheduled: { reply: { moved: 0, isTimekeeper: false }, undone: 'all' },
      'job:A': {
        reply: { moved: 1, nextDue: 't+60000', isTimekeeper: false },
        instead: {
          'job:A': GONE,
          'quarantine A': 't+1000',
          'quarantine:A': ['damage'],
          'ready:mail:2': ['B'],
        },
      },
      'ready:mail:2': {
        instead: { 'quarantine ready:mail:2': 't+1000', 'quarantine:ready:mail:2': 'damage' },
      },
      timekeeper: {
        reply: { moved: 2, nextDue: 't+60000', isTimekeeper: true },
        instead: { timekeeper: 'Ada', 'timekeeper expires': true },
      },
    },
  },
  claim: {
    refused: ['leases', 'processing:Ada', 'processing:Ada:#7', 'queues'],
    skipped: ['idle:mail', 'idle:pics', 'stale', 'taken', 'quarantine'],
    same: ['alone', 'paused', 'ready:mail:0', 'timekeeper', 'quarantine:E'],
    otherwise: {
      scheduled: {
        reply: {
          status: 'OK',
          now: 't+67000',
          isTimekeeper: false,
          mustEmpty: false,
          isCut: false,
          jobs: [
            'A',
            'E000220nobody\ngreet\n{}\nW CrashedOnce- #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}\nW CrashedTwice #1 - 0 t+66000 {"reason":"lease expired","crashes":2,"blamed":0}',
            'C',
            'E000200nobody\ngreet\n{}',
          ],
        },
        undone: 'job:B; processing:Ada:#7 B; scheduled B; timekeeper; timekeeper expires',
        instead: { 'processing:Ada #7': '2', 'taken mail': '4' },
      },
      'ready:mail:2': {
        reply: {
          status: 'OK',
          now: 't+67000',
          nextDue: 't+126000',
          isTimekeeper: true,
          mustEmpty: false,
          isCut: false,
          jobs: [
            'A',
            'E000220nobody\ngreet\n{}\nW CrashedOnce- #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}\nW CrashedTwice #1 - 0 t+66000 {"reason":"lease expired","crashes":2,"blamed":0}',
            'B',
            'E000200since t+67000\ngreet\n{}',
          ],
        },
        undone: 'job:C; job:E; processing:Ada:#7 C; quarantine E; quarantine:E; stale mail:2',
        instead: {
          'processing:Ada #7': '2',
          'taken mail': '4',
          'quarantine ready:mail:2': 't+67000',
          'quarantine:ready:mail:2': 'damage',
        },
      },
      'suspects:mail': {
        reply: {
          status: 'OK',
          now: 't+67000',
          nextDue: 't+126000',
          isTimekeeper: true,
          mustEmpty: false,
          isCut: false,
          jobs: ['C', 'E000200nobody\ngreet\n{}', 'B', 'E000200since t+67000\ngreet\n{}'],
        },
        undone: 'job:A; processing:Ada suspect; processing:Ada:#7 A; suspects:mail',
        instead: { 'processing:Ada #7': '2', 'taken mail': '4' },
      },
      'job:C': {
        reply: {
          status: 'OK',
          now: 't+67000',
          nextDue: 't+126000',
          isTimekeeper: true,
          mustEmpty: false,
          isCut: false,
          jobs: [
            'A',
            'E000220nobody\ngreet\n{}\nW CrashedOnce- #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}\nW CrashedTwice #1 - 0 t+66000 {"reason":"lease expired","crashes":2,"blamed":0}',
            'B',
            'E000200since t+67000\ngreet\n{}',
          ],
        },
        undone: 'processing:Ada:#7 C',
        instead: {
          'job:C': GONE,
          'processing:Ada #7': '2',
          'taken mail': '4',
          'quarantine C': 't+67000',
          'quarantine:C': ['damage'],
        },
      },
    },
  },
  succeed: {
    refused: ['succeeded', 'queues'],
    skipped: ['stale', 'processing:Ada', 'stats'],
    same: ['watched', 'payload:C', 'quarantine:A', 'quarantine', 'job:C'],
    otherwise: {
      requeued: {
        undone: 'job:C; payload:C; extras C; requeued D; stale succeeded',
        instead: { succeeded: ['C', 'D', 'A', 'B'] },
      },
      extras: { undone: 'payload:C; extras C' },
      'processing:Ada:#3': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'requeued D; stale succeeded',
        instead: {
          'job:A': GONE,
          'quarantine A': 't+0',
          'quarantine:A': ['damage'],
          'stats succeeded': '3',
          succeeded: ['D', 'B'],
        },
      },
    },
  },
  retry: {
    refused: ['queues', 'scheduled'],
    skipped: ['processing:Ada', 'stats'],
    same: ['idle:mail', 'leases', 'quarantine:A', 'quarantine', 'timekeeper'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'scheduled A',
        instead: { 'job:A': GONE, 'quarantine A': 't+0', 'quarantine:A': ['damage'], 'stats retried': '1' },
      },
    },
  },
  defer: {
    refused: ['queues', 'scheduled'],
    skipped: ['processing:Ada', 'stats'],
    same: ['idle:mail', 'leases', 'quarantine:A', 'quarantine', 'timekeeper'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'scheduled A',
        instead: { 'job:A': GONE, 'quarantine A': 't+0', 'quarantine:A': ['damage'], 'stats deferred': '1' },
      },
    },
  },
  fail: {
    refused: ['queues', 'failed'],
    skipped: ['processing:Ada', 'stats'],
    same: ['succeeded', 'requeued', 'watched', 'payload:C', 'stale', 'quarantine:A', 'quarantine', 'job:C'],
    otherwise: {
      extras: { undone: 'payload:C; extras C' },
      'processing:Ada:#2': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'failed A; failed C; job:C; payload:C; extras C',
        instead: { 'job:A': GONE, 'quarantine A': 't+1', 'quarantine:A': ['damage'], 'stats failed': '2' },
      },
    },
  },
  release: {
    refused: ['queues'],
    skipped: ['idle:mail', 'processing:Ada', 'stats'],
    same: ['leases', 'quarantine:A', 'quarantine', 'suspects:mail'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        instead: {
          'job:A': GONE,
          'quarantine A': 't+0',
          'quarantine:A': ['damage'],
          'ready:mail:2': ['B'],
          'stats released': '1',
        },
      },
      'ready:mail:2': { instead: { 'quarantine ready:mail:2': 't+0', 'quarantine:ready:mail:2': 'damage' } },
    },
  },
  quarantine: {
    refused: ['queues'],
    skipped: ['quarantine', 'processing:Ada'],
    same: ['quarantine:A'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': { reply: ['GONE', 'OK'], instead: { 'quarantine:A': ['damage'] } },
    },
  },
  reconcile: {
    refused: ['leases', 'processing:Ada', 'queues'],
    skipped: ['idle:mail', 'stats'],
    same: ['quarantine:A', 'quarantine', 'suspects:mail'],
    otherwise: {
      'processing:Ada:#1': {
        reply: {
          moved: 0,
          lost: [
            { claim: '#1', id: 'C' },
            { claim: '#1', id: 'D' },
          ],
        },
        undone: 'all',
      },
      'job:A': {
        reply: { moved: 1, lost: [{ claim: '#1', id: 'D' }] },
        instead: {
          'job:A': GONE,
          'quarantine A': 't+0',
          'quarantine:A': ['damage'],
          'ready:mail:2': ['B'],
          'stats released': '1',
        },
      },
      'ready:mail:2': { instead: { 'quarantine ready:mail:2': 't+0', 'quarantine:ready:mail:2': 'damage' } },
    },
  },
  rescue: {
    refused: ['leases', 'processing:Ada', 'rescuing', 'sweep', 'queues', 'failed'],
    skipped: ['idle:mail', 'workers', 'loads', 'stats'],
    same: [
      'succeeded',
      'requeued',
      'watched',
      'payload:C',
      'extras',
      'stale',
      'quarantine:A',
      'quarantine',
      'suspects:mail',
    ],
    otherwise: {
      'processing:Ada:#1': {
        reply: { status: 'DONE', moved: 1 },
        undone: 'job:A; job:B; processing:Ada:#1 A; processing:Ada:#1 B',
        instead: {
          'processing:Ada:#1': GONE,
          'quarantine processing:Ada:#1': 't+33000',
          'quarantine:processing:Ada:#1': 'damage',
          'ready:mail:2': ['C'],
          'stats rescued': '1',
        },
      },
      'job:A': {
        instead: {
          'job:A': GONE,
          'quarantine A': 't+33000',
          'quarantine:A': ['damage'],
          'ready:mail:2': ['B', 'C'],
        },
      },
      'ready:mail:2': {
        instead: { 'quarantine ready:mail:2': 't+33000', 'quarantine:ready:mail:2': 'damage' },
      },
    },
  },
  progress: {
    refused: ['processing:Ada:#1', 'log:A', 'extras'],
    same: ['progress:A'],
  },
  register: {
    refused: ['leases', 'sweep'],
    skipped: ['workers'],
  },
  renew: {
    refused: ['leases', 'sweep'],
    skipped: ['loads'],
    same: ['rescuing'],
  },
  nudge: {
    skipped: ['idle:mail'],
    same: ['leases', 'ready:mail:2'],
  },
  unregister: {
    refused: ['leases', 'processing:Ada'],
    skipped: ['workers', 'loads', 'idle:mail', 'timekeeper'],
  },
} satisfies Record<string, Deviations>;
