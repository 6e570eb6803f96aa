import type { Deviations } from './deviation.ts';
import { GONE } from './key-space.ts';

/** A job that two workers died with, as a claim gives it. */
const SUSPECT = [
  'A',
  'E000220nobody\ngreet\n{}\nW CrashedOnce- #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}\nW CrashedTwice #1 - 0 t+66000 {"reason":"lease expired","crashes":2,"blamed":0}',
] as const;

/** What a missing key changes in the effects of the scripts of producers and workers. */
export const MISSING_FOR_WORKERS = {
  enqueue: {
    skipped: ['idle:mail', 'idle:pics'],
    same: [
      'leases',
      'quarantine:A',
      'quarantine',
      'producer:shop',
      'job:A',
      'payload:C',
      'extras',
      'ready:mail:2',
      'ready:pics:0',
      'stats',
    ],
    otherwise: {
      queues: { reply: 'CODES', undone: 'all' },
    },
  },
  schedule: {
    same: ['idle:mail', 'leases', 'job:A', 'payload:C', 'extras', 'scheduled', 'timekeeper'],
    otherwise: {
      'producer:shop': { instead: { 'producer:shop expires': true } },
      queues: { reply: 'CODES', undone: 'all' },
      stats: { instead: { 'stats scheduled': '3' } },
    },
  },
  queue: {
    otherwise: {
      queues: { instead: { 'queues #000': 'mail', 'queues mail': '000' } },
    },
  },
  promote: {
    skipped: ['idle:mail'],
    same: ['suspects:mail', 'ready:mail:2', 'quarantine:C', 'quarantine'],
    otherwise: {
      leases: {
        reply: { moved: 2, nextDue: 't+60000', isTimekeeper: true },
        instead: { 'idle:mail Ada': GONE, timekeeper: 'Ada' },
      },
      scheduled: { reply: { moved: 0, isTimekeeper: false }, undone: 'all' },
      'job:A': {
        reply: { moved: 1, nextDue: 't+60000', isTimekeeper: false },
        undone: 'job:A',
        instead: { 'ready:mail:2': ['B'] },
      },
      queues: {
        reply: { moved: 0, nextDue: 't+60000', isTimekeeper: false },
        undone: 'idle:mail Bob; ready:mail:2',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+1000',
          'quarantine B': 't+1000',
          'quarantine:A': 'S000200nobody\ngreet\n{}',
          'quarantine:B': 'S000200nobody\ngreet\n{}',
        },
      },
      timekeeper: {
        reply: { moved: 2, nextDue: 't+60000', isTimekeeper: true },
        instead: { timekeeper: 'Ada', 'timekeeper expires': true },
      },
    },
  },
  claim: {
    same: [
      'alone',
      'idle:mail',
      'idle:pics',
      'processing:Ada',
      'processing:Ada:#7',
      'paused',
      'ready:mail:0',
      'stale',
      'timekeeper',
      'quarantine:E',
      'quarantine',
    ],
    otherwise: {
      taken: { instead: { 'taken mail': '3' } },
      leases: { reply: { status: 'LEASE_LOST' }, undone: 'all' },
      queues: {
        reply: {
          status: 'OK',
          now: 't+67000',
          nextDue: 't+126000',
          isTimekeeper: true,
          mustEmpty: false,
          isCut: false,
          jobs: [],
        },
        undone:
          'job:A; job:C; job:E; processing:Ada #7; processing:Ada suspect; processing:Ada:#7 A; processing:Ada:#7 B; processing:Ada:#7 C; quarantine E; quarantine:E; ready:mail:2; stale mail:2; suspects:mail; taken mail',
        instead: { 'job:B': GONE, 'quarantine B': 't+67000', 'quarantine:B': 'S000200nobody\ngreet\n{}' },
      },
      scheduled: {
        reply: {
          status: 'OK',
          now: 't+67000',
          isTimekeeper: false,
          mustEmpty: false,
          isCut: false,
          jobs: [...SUSPECT, 'C', 'E000200nobody\ngreet\n{}'],
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
          jobs: [...SUSPECT, 'B', 'E000200since t+67000\ngreet\n{}'],
        },
        undone: 'job:C; job:E; processing:Ada:#7 C; quarantine E; quarantine:E; ready:mail:2; stale mail:2',
        instead: { 'processing:Ada #7': '2', 'taken mail': '4' },
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
          jobs: [...SUSPECT, 'B', 'E000200since t+67000\ngreet\n{}'],
        },
        undone: 'job:C; processing:Ada:#7 C',
        instead: { 'processing:Ada #7': '2', 'taken mail': '4' },
      },
    },
  },
  succeed: {
    skipped: ['payload:C', 'processing:Ada', 'job:C'],
    same: ['watched', 'stale', 'quarantine:A', 'quarantine', 'queues'],
    otherwise: {
      succeeded: { undone: 'job:C; payload:C; extras C; requeued D; stale succeeded' },
      requeued: { undone: 'requeued D; stale succeeded', instead: { 'job:D': GONE, succeeded: ['B', 'A'] } },
      extras: { undone: 'payload:C; extras C' },
      'processing:Ada:#3': {
        reply: ['LOST', 'LOST'],
        undone:
          'job:A; job:B; job:C; payload:C; extras C; processing:Ada:#3 A; processing:Ada:#3 B; requeued D; stale succeeded; stats succeeded; succeeded',
      },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'job:A; requeued D; stale succeeded',
        instead: { 'stats succeeded': '3', succeeded: ['D', 'B'] },
      },
      stats: { instead: { 'stats succeeded': '2' } },
    },
  },
  retry: {
    skipped: ['processing:Ada'],
    same: ['idle:mail', 'leases', 'quarantine:A', 'quarantine', 'scheduled', 'timekeeper', 'stats'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': { reply: ['GONE', 'OK'], undone: 'job:A; scheduled A', instead: { 'stats retried': '1' } },
      queues: {
        reply: ['GONE', 'GONE'],
        undone: 'scheduled A; scheduled B; stats retried',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+0',
          'quarantine B': 't+0',
          'quarantine:A': 'P000200Ada#1\ngreet\n{}',
          'quarantine:B': 'P000200Ada#1\ngreet\n{}',
        },
      },
    },
  },
  defer: {
    skipped: ['processing:Ada'],
    same: ['idle:mail', 'leases', 'quarantine:A', 'quarantine', 'scheduled', 'timekeeper', 'stats'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': { reply: ['GONE', 'OK'], undone: 'job:A; scheduled A', instead: { 'stats deferred': '1' } },
      queues: {
        reply: ['GONE', 'GONE'],
        undone: 'scheduled A; scheduled B; stats deferred',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+0',
          'quarantine B': 't+0',
          'quarantine:A': 'P000200Ada#1\ngreet\n{}',
          'quarantine:B': 'P000200Ada#1\ngreet\n{}',
        },
      },
    },
  },
  fail: {
    skipped: ['payload:C', 'processing:Ada', 'job:C'],
    same: ['succeeded', 'requeued', 'watched', 'stale', 'quarantine:A', 'quarantine'],
    otherwise: {
      extras: { undone: 'payload:C; extras C' },
      'processing:Ada:#2': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'failed A; failed C; job:A; job:C; payload:C; extras C',
        instead: { 'stats failed': '2' },
      },
      queues: {
        reply: ['GONE', 'GONE'],
        undone: 'failed A; failed B; failed C; job:C; payload:C; extras C; stats failed',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+1',
          'quarantine B': 't+1',
          'quarantine:A': 'P000200Ada#2\ngreet\n{}',
          'quarantine:B': 'P000200Ada#2\ngreet\n{}',
        },
      },
      failed: { undone: 'failed C; job:C; payload:C; extras C' },
      stats: { instead: { 'stats failed': '2' } },
    },
  },
  release: {
    skipped: ['idle:mail', 'processing:Ada'],
    same: ['leases', 'quarantine:A', 'quarantine', 'ready:mail:2', 'suspects:mail', 'stats'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': {
        reply: ['GONE', 'OK'],
        undone: 'job:A',
        instead: { 'ready:mail:2': ['B'], 'stats released': '1' },
      },
      queues: {
        reply: ['GONE', 'GONE'],
        undone: 'idle:mail Bob; ready:mail:2; stats released',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+0',
          'quarantine B': 't+0',
          'quarantine:A': 'P000200Ada#1\ngreet\n{}',
          'quarantine:B': 'P000200Ada#1\ngreet\n{}',
        },
      },
    },
  },
  quarantine: {
    skipped: ['processing:Ada'],
    same: ['quarantine:A', 'quarantine'],
    otherwise: {
      'processing:Ada:#1': { reply: ['LOST', 'LOST'], undone: 'all' },
      'job:A': { reply: ['GONE', 'OK'], undone: 'job:A; quarantine A; quarantine:A' },
      queues: { reply: ['GONE', 'GONE'] },
    },
  },
  reconcile: {
    skipped: ['idle:mail'],
    same: ['quarantine:A', 'quarantine', 'ready:mail:2', 'suspects:mail', 'stats'],
    otherwise: {
      leases: { reply: 'LEASE_LOST', undone: 'all' },
      'processing:Ada': {
        reply: { moved: 0, lost: [{ claim: '#1', id: 'D' }] },
        undone: 'all',
        instead: { 'processing:Ada n': '#1' },
      },
      'processing:Ada:#1': {
        reply: {
          moved: 0,
          lost: [
            { claim: '#1', id: 'C' },
            { claim: '#1', id: 'D' },
          ],
        },
        undone: 'all',
        instead: { 'processing:Ada #1': GONE },
      },
      'job:A': {
        reply: { moved: 1, lost: [{ claim: '#1', id: 'D' }] },
        undone: 'job:A',
        instead: { 'ready:mail:2': ['B'], 'stats released': '1' },
      },
      queues: {
        reply: { moved: 0, lost: [{ claim: '#1', id: 'D' }] },
        undone: 'idle:mail Bob; ready:mail:2; stats released',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'quarantine A': 't+0',
          'quarantine B': 't+0',
          'quarantine:A': 'P000200Ada#1\ngreet\n{}',
          'quarantine:B': 'P000200Ada#1\ngreet\n{}',
        },
      },
    },
  },
  rescue: {
    skipped: ['idle:mail', 'workers', 'loads'],
    same: [
      'succeeded',
      'requeued',
      'watched',
      'payload:C',
      'extras',
      'stale',
      'quarantine:A',
      'quarantine',
      'rescuing',
      'sweep',
      'ready:mail:2',
      'suspects:mail',
      'failed',
      'stats',
    ],
    otherwise: {
      leases: { reply: { status: 'NONE', moved: 0 }, undone: 'all' },
      'processing:Ada': {
        reply: { status: 'DONE', moved: 0 },
        undone:
          'idle:mail Bob; job:A; job:B; job:C; processing:Ada #1; processing:Ada #2; processing:Ada n; processing:Ada:#1 A; processing:Ada:#1 B; processing:Ada:#2 C; ready:mail:2; stats rescued',
      },
      'processing:Ada:#1': {
        reply: { status: 'DONE', moved: 1 },
        undone: 'job:A; job:B; processing:Ada:#1 A; processing:Ada:#1 B',
        instead: { 'ready:mail:2': ['C'], 'stats rescued': '1' },
      },
      'job:A': { undone: 'job:A', instead: { 'ready:mail:2': ['B', 'C'] } },
      queues: {
        undone: 'idle:mail Bob; ready:mail:2',
        instead: {
          'job:A': GONE,
          'job:B': GONE,
          'job:C': GONE,
          'quarantine A': 't+33000',
          'quarantine B': 't+33000',
          'quarantine C': 't+33000',
          'quarantine:A': 'P000200Ada#1\ngreet\n{}',
          'quarantine:B': 'P000200Ada#1\ngreet\n{}',
          'quarantine:C': 'P000200Ada#2\ngreet\n{}',
        },
      },
    },
  },
  progress: {
    same: ['progress:A', 'log:A', 'extras'],
    otherwise: {
      'processing:Ada:#1': { reply: 'LOST', undone: 'all' },
    },
  },
  register: {
    same: ['leases', 'sweep', 'workers'],
  },
  renew: {
    same: ['loads', 'rescuing'],
    otherwise: {
      leases: { reply: 'LEASE_LOST', undone: 'all' },
      sweep: {
        reply: { now: 't+33000', dead: [] },
        instead: { 'sweep graceUntil': 't+48000', 'sweep leaseMs': '15000' },
      },
    },
  },
  nudge: {
    skipped: ['idle:mail'],
    same: ['leases', 'ready:mail:2'],
  },
  unregister: {
    skipped: ['leases', 'processing:Ada', 'workers', 'loads', 'idle:mail', 'timekeeper'],
  },
} satisfies Record<string, Deviations>;
