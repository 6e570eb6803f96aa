import type { JobState, TransitionVerb } from '../job/states.ts';
import { BATCH_LANDINGS } from './attempts-batch.ts';
import { CHANGE_LANDINGS } from './attempts-change.ts';
import { FLOW_LANDINGS } from './attempts-flow.ts';
import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';

/** What each legal transition of job A answers and changes, from each state that it may leave (`job-states.ts`). */
export const LANDINGS: Readonly<
  Record<TransitionVerb, Readonly<Partial<Record<JobState | 'none', Effect>>>>
> = {
  ...CHANGE_LANDINGS,
  ...BATCH_LANDINGS,
  ...FLOW_LANDINGS,
  enqueue: {
    none: {
      reply: 'OK',
      changes: {
        'job:A': 'E000200nobody\ngreet\n{}',
        'producer:shop 0': '1',
        'producer:shop expires': true,
        'queues #000': 'mail',
        'queues mail': '000',
        'ready:mail:2': ['A'],
        'stats enqueued': '1',
      },
    },
  },
  schedule: {
    none: {
      reply: 'OK',
      changes: {
        'job:A': 'S000200nobody\ngreet\n{}',
        'producer:shop 0': '1',
        'producer:shop expires': true,
        'queues #000': 'mail',
        'queues mail': '000',
        'scheduled A': 't+5000',
        'stats scheduled': '1',
      },
    },
  },
  promote: {
    scheduled: {
      reply: { moved: 1, isTimekeeper: false },
      changes: { 'job:A': 'E000200since t+60000\ngreet\n{}', 'ready:mail:2': ['A'], 'scheduled A': GONE },
    },
  },
  claim: {
    enqueued: {
      reply: {
        status: 'OK',
        now: 't+0',
        isTimekeeper: false,
        mustEmpty: false,
        isCut: false,
        jobs: ['A', 'E000200nobody\ngreet\n{}'],
      },
      changes: {
        'idle:mail Bob': 't+0',
        'job:A': 'P000200Bob#1\ngreet\n{}',
        'processing:Bob #1': '1',
        'processing:Bob n': '#1',
        'processing:Bob:#1 A': true,
        'ready:mail:2': GONE,
        'taken mail': '1',
      },
    },
  },
  succeed: {
    processing: {
      reply: 'OK',
      changes: {
        'job:A': 'P000200Ada#1\ngreet\n{}\nS Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'stats succeeded': '1',
        succeeded: ['A'],
      },
    },
  },
  retry: {
    processing: {
      reply: ['OK'],
      changes: {
        'job:A': 'S000200nobody\ngreet\n{}\nR Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'scheduled A': 't+5000',
        'stats retried': '1',
      },
    },
  },
  defer: {
    processing: {
      reply: ['OK'],
      changes: {
        'job:A': 'S000200nobody\ngreet\n{}\nD Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'scheduled A': 't+5000',
        'stats deferred': '1',
      },
    },
  },
  fail: {
    processing: {
      reply: ['OK'],
      changes: {
        'failed A': 't+0',
        'job:A': 'F000200nobody\ngreet\n{}\nF Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'stats failed': '1',
      },
    },
  },
  release: {
    processing: {
      reply: ['OK'],
      changes: {
        'job:A': 'E000200nobody\ngreet\n{}\nL Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'ready:mail:2': ['A'],
        'stats released': '1',
      },
    },
  },
  reconcile: {
    processing: {
      reply: { moved: 1, lost: [] },
      changes: {
        'job:A': 'E000200nobody\ngreet\n{}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'ready:mail:2': ['A'],
        'stats released': '1',
      },
    },
  },
  rescue: {
    processing: {
      reply: { status: 'DONE', moved: 1 },
      changes: {
        'job:A':
          'E000210nobody\ngreet\n{}\nW Ada #1 - 0 t+33000 {"reason":"lease expired","crashes":1,"blamed":0}',
        'leases Ada': GONE,
        'processing:Ada #1': GONE,
        'processing:Ada n': GONE,
        'processing:Ada:#1 A': GONE,
        'ready:mail:2': ['A'],
        'stats rescued': '1',
        'workers Ada': GONE,
      },
    },
  },
  quarantine: {
    processing: {
      reply: ['OK'],
      changes: {
        'job:A': GONE,
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'quarantine A': 't+0',
        'quarantine:A': 'P000200Ada#1\ngreet\n{}',
      },
    },
  },
  cancel: {
    scheduled: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action cancel target A reason {"by":"eve","why":"a test"}',
        'cancelled A': 't+0',
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"by":"eve","why":"a test"}',
        'scheduled A': GONE,
        'stats cancelled': '1',
      },
    },
    enqueued: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action cancel target A reason {"by":"eve","why":"a test"}',
        'cancelled A': 't+0',
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"by":"eve","why":"a test"}',
        'stale mail:2': '1',
        'stats cancelled': '1',
      },
    },
    awaiting: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action cancel target A reason {"by":"eve","why":"a test"}',
        'cancelled A': 't+0',
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"by":"eve","why":"a test"}',
        'stats cancelled': '1',
      },
    },
    processing: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action cancel target A reason {"by":"eve","why":"a test"}',
        'cancelled A': 't+0',
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"by":"eve","why":"a test"}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'stats cancelled': '1',
      },
    },
  },
  requeue: {
    scheduled: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action requeue target A reason {"by":"eve","why":"a test"}',
        'job:A': 'E000200nobody\ngreet\n{}\nQ - - - 0 t+0 {"by":"eve","why":"a test"}',
        'ready:mail:2': ['A'],
        'scheduled A': GONE,
        'stats requeued': '1',
      },
    },
    succeeded: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action requeue target A reason {"by":"eve","why":"a test"}',
        'job:A': 'E000200nobody\ngreet\n{}\nS Ada #1 1 1 2 {}\nQ - - - 0 t+0 {"by":"eve","why":"a test"}',
        'ready:mail:2': ['A'],
        'requeued A': '1',
        'stale succeeded': '1',
        'stats requeued': '1',
      },
    },
    failed: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action requeue target A reason {"by":"eve","why":"a test"}',
        'failed A': GONE,
        'job:A': 'E000200nobody\ngreet\n{}\nF Ada #1 1 1 2 {}\nQ - - - 0 t+0 {"by":"eve","why":"a test"}',
        'ready:mail:2': ['A'],
        'stats requeued': '1',
      },
    },
    cancelled: {
      reply: ['OK'],
      changes: {
        'audit 1': 'actor eve action requeue target A reason {"by":"eve","why":"a test"}',
        'cancelled A': GONE,
        'job:A':
          'E000200nobody\ngreet\n{}\nC - - - 0 t+0 {"by":"eve","why":"a test"}\nQ - - - 0 t+0 {"by":"eve","why":"a test"}',
        'ready:mail:2': ['A', 'A'],
        'stats requeued': '1',
      },
    },
  },
  delete: {
    scheduled: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'scheduled A': GONE,
        'stats deleted': '1',
      },
    },
    enqueued: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'stale mail:2': '1',
        'stats deleted': '1',
      },
    },
    awaiting: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'stats deleted': '1',
      },
    },
    processing: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'stats deleted': '1',
      },
    },
    succeeded: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'requeued A': '1',
        'stale succeeded': '1',
        'stats deleted': '1',
      },
    },
    failed: {
      reply: ['OK'],
      changes: {
        'audit 0': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'failed A': GONE,
        'job:A': GONE,
        'stats deleted': '1',
      },
    },
    cancelled: {
      reply: ['OK'],
      changes: {
        'audit 1': 'actor eve action delete target A reason {"by":"eve","why":"a test"}',
        'cancelled A': GONE,
        'job:A': GONE,
        'stats deleted': '1',
      },
    },
  },
  purge: {
    enqueued: {
      reply: { removed: 1, more: false },
      changes: {
        'audit 0': 'actor eve action purge target mail reason {"by":"eve","why":"a test"}',
        'job:A': GONE,
        'ready:mail:2': GONE,
        'stats deleted': '1',
      },
    },
  },
  trim: {
    succeeded: { reply: { removed: 1, more: false }, changes: { 'job:A': GONE, succeeded: GONE } },
    failed: { reply: { removed: 1, more: false }, changes: { 'failed A': GONE, 'job:A': GONE } },
    cancelled: { reply: { removed: 1, more: false }, changes: { 'cancelled A': GONE, 'job:A': GONE } },
  },
};
