import type { Deviations } from './deviation.ts';
import { GONE } from './key-space.ts';

/** What a key of another type changes in the effects of the scripts of persons, waiters and the janitor. */
export const DAMAGED_FOR_PERSONS = {
  cancel: {
    refused: ['queues', 'scheduled', 'cancelled'],
    skipped: ['stale', 'processing:Ada', 'audit', 'stats'],
    same: ['succeeded', 'requeued', 'watched', 'payload:D', 'failed'],
    otherwise: {
      extras: { undone: 'payload:D; extras D' },
      'processing:Ada:#1': { undone: 'processing:Ada #1; processing:Ada:#1 C' },
      'job:A': {
        reply: ['DAMAGED', 'OK', 'OK'],
        undone: 'audit 3; cancelled A; cancelled D; job:A; job:D; payload:D; extras D; scheduled A',
        instead: {
          'audit 1': 'actor eve action cancel target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action cancel target C reason {"by":"eve","why":"a test"}',
          'stats cancelled': '3',
        },
      },
      'job:C': {
        reply: ['OK', 'OK', 'DAMAGED'],
        undone:
          'audit 3; cancelled C; cancelled D; job:C; job:D; payload:D; extras D; processing:Ada #1; processing:Ada:#1 C',
        instead: { 'stats cancelled': '3' },
      },
    },
  },
  requeue: {
    refused: ['queues', 'scheduled', 'failed', 'cancelled', 'requeued'],
    skipped: ['idle:mail', 'stale', 'audit', 'stats'],
    same: ['leases', 'quarantine:A', 'quarantine', 'processing:Ada', 'processing:Ada:#2', 'suspects:mail'],
    otherwise: {
      'job:A': {
        reply: ['DAMAGED', 'OK', 'OK', 'OK'],
        undone: 'audit 4; failed A; job:A',
        instead: {
          'audit 1': 'actor eve action requeue target B reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action requeue target C reason {"by":"eve","why":"a test"}',
          'audit 3': 'actor eve action requeue target D reason {"by":"eve","why":"a test"}',
          'ready:mail:2': ['B', 'C', 'D'],
          'stats requeued': '3',
        },
      },
      'ready:mail:2': { instead: { 'quarantine ready:mail:2': 't+0', 'quarantine:ready:mail:2': 'damage' } },
    },
  },
  delete: {
    refused: ['requeued', 'queues', 'scheduled', 'failed', 'cancelled'],
    skipped: ['stale', 'processing:Ada', 'audit', 'stats'],
    same: ['succeeded', 'watched', 'payload:A'],
    otherwise: {
      extras: {
        undone: 'extras A; extras C; log:C; log:C expires; payload:A; progress:C; progress:C expires',
      },
      'processing:Ada:#3': { undone: 'processing:Ada #3; processing:Ada:#3 C' },
      'job:A': {
        reply: ['DAMAGED', 'OK', 'OK', 'OK', 'OK'],
        undone: 'audit 4; job:A; payload:A; extras A; stale mail:2',
        instead: {
          'audit 0': 'actor eve action delete target B reason {"by":"eve","why":"a test"}',
          'audit 1': 'actor eve action delete target C reason {"by":"eve","why":"a test"}',
          'audit 2': 'actor eve action delete target D reason {"by":"eve","why":"a test"}',
          'audit 3': 'actor eve action delete target E reason {"by":"eve","why":"a test"}',
          'stats deleted': '4',
        },
      },
      'progress:C': { undone: 'progress:C expires' },
      'log:C': { undone: 'log:C expires' },
    },
  },
  purge: {
    refused: ['queues'],
    skipped: ['stale', 'quarantine', 'audit', 'stats'],
    same: ['succeeded', 'requeued', 'watched', 'payload:B', 'quarantine:C'],
    otherwise: {
      extras: { undone: 'payload:B; extras B' },
      'job:E': {
        reply: { removed: 2, more: false },
        instead: { 'quarantine E': 't+66000', 'quarantine:E': ['damage'], 'stats deleted': '2' },
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
    },
  },
  trim: {
    refused: ['succeeded', 'failed', 'cancelled'],
    skipped: ['stale'],
    same: ['payload:C', 'job:A', 'job:C'],
    otherwise: {
      requeued: {
        reply: { removed: 2, more: false },
        undone: 'job:C; payload:C; extras C; requeued A; stale succeeded; succeeded',
      },
      watched: { reply: { removed: 4, more: false }, instead: { 'job:B': GONE, succeeded: GONE } },
      extras: { undone: 'payload:C; extras C' },
    },
  },
  pause: {
    refused: ['paused'],
    skipped: ['audit'],
  },
  resume: {
    refused: ['paused'],
    skipped: ['idle:mail', 'audit'],
    same: ['leases'],
  },
  watch: {
    refused: ['watched', 'queues'],
    same: ['processing:Ada', 'processing:Ada:#1'],
    otherwise: {
      'job:A': { reply: ['DAMAGED', 'enqueued', 'GONE'], undone: 'watched A' },
    },
  },
} satisfies Record<string, Deviations>;
