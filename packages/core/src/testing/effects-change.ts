import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';

/** The effects of the scripts that change jobs that wait, and of those of operations, in their scenes. */
export const CHANGE_EFFECTS = {
  reschedule: {
    reply: ['OK', 'OK', 'processing', 'GONE'],
    changes: {
      'audit 0': 'actor eve action reschedule target A reason {"by":"eve","why":"a test","to":{"at":t+5000}}',
      'audit 1': 'actor eve action reschedule target B reason {"by":"eve","why":"a test","to":{"at":t+5000}}',
      'job:A': 'S000200nobody\ngreet\n{}\nT - - - 0 t+0 {"by":"eve","why":"a test"}',
      'job:B': 'S000200nobody\ngreet\n{}\nT - - - 0 t+0 {"by":"eve","why":"a test"}',
      'scheduled A': 't+5000',
      'scheduled B': 't+5000',
      'stale mail:2': '1',
      'stats rescheduled': '2',
    },
  },
  hasten: {
    reply: ['OK', 'GONE'],
    changes: {
      'audit 0': 'actor eve action promote target A reason {"by":"eve","why":"a test"}',
      'idle:mail Bob': GONE,
      'job:A': 'E000200nobody\ngreet\n{}\nH - - - 0 t+0 {"by":"eve","why":"a test"}',
      'ready:mail:2': ['A'],
      'scheduled A': GONE,
      'stats hastened': '1',
    },
  },
  move: {
    reply: ['OK', 'OK', 'failed'],
    changes: {
      'audit 0':
        'actor eve action move target A reason {"by":"eve","why":"a test","to":{"queue":"pics","priority":"0"}}',
      'audit 1':
        'actor eve action move target B reason {"by":"eve","why":"a test","to":{"queue":"pics","priority":"0"}}',
      'idle:pics Bob': GONE,
      'job:A': 'E001000nobody\ngreet\n{}\nM - - - 0 t+0 {"by":"eve","why":"a test","from":"mail:2"}',
      'job:B': 'S001000nobody\ngreet\n{}\nM - - - 0 t+0 {"by":"eve","why":"a test","from":"mail:2"}',
      'ready:pics:0': ['A'],
      'stale mail:2': '1',
    },
  },
  update: {
    reply: 'OK',
    changes: {
      'audit 0': 'actor eve action update target A reason {"by":"eve","why":"a test"}',
      'job:A': 'E000200nobody\ngreet {"maxAttempts":3}\n{"a":1}\nU - - - 0 t+0 {"by":"eve","why":"a test"}',
      'payload:A': GONE,
    },
  },
  operate: {
    reply: 'OK',
    changes: {
      'audit 0':
        'actor eve action bulk requeue target o reason {"by":"eve","why":"a test","operation":"o","filter":{"state":"F","name":"greet"}}',
      'operation:o changed': '0',
      'operation:o createdAt': 't+0',
      'operation:o cursor': '',
      'operation:o dry': '0',
      'operation:o failed': '0',
      'operation:o filter': '{"state":"F","name":"greet"}',
      'operation:o looked': '0',
      'operation:o matched': '0',
      'operation:o nextAt': '0',
      'operation:o rate': '0',
      'operation:o reason': '{"by":"eve","why":"a test","operation":"o"}',
      'operation:o state': 'running',
      'operation:o step': '0',
      'operation:o target': '{}',
      'operation:o total': '1',
      'operation:o verb': 'requeue',
      'operation:o who': 'eve',
      'operations o': 't+0',
      'plan:o': ['Z -inf t+0 failed'],
      'timers operation:o': 't+2000',
    },
  },
  step: {
    reply: { status: 'DONE' },
    changes: {
      'audit 2':
        'actor eve action bulk requeue: done target o reason {"by":"eve","why":"a test","operation":"o","looked":2,"matched":2,"changed":2,"failed":0}',
      'failed A': GONE,
      'failed B': GONE,
      'idle:mail Bob': GONE,
      'job:A':
        'E000200nobody\ngreet\n{}\nF Ada #1 1 1 2 {}\nQ - - - 0 t+0 {"by":"eve","why":"a test","operation":"o"}',
      'job:B':
        'E000200nobody\ngreet\n{}\nF Ada #1 1 1 2 {}\nQ - - - 0 t+0 {"by":"eve","why":"a test","operation":"o"}',
      'operation:o changed': '2',
      'operation:o endedAt': 't+0',
      'operation:o looked': '2',
      'operation:o matched': '2',
      'operation:o state': 'done',
      'operation:o step': '1',
      'plan:o': GONE,
      'ready:mail:2': ['A', 'B'],
      'stats requeued': '2',
      'timers operation:o': GONE,
    },
  },
  abort: {
    reply: 'OK',
    changes: {
      'audit 1':
        'actor eve action bulk requeue: cancelled target o reason {"by":"eve","why":"a test","looked":0,"matched":0,"changed":0,"failed":0}',
      'operation:o endedAt': 't+0',
      'operation:o state': 'cancelled',
      'plan:o': GONE,
      'timers operation:o': GONE,
    },
  },
} satisfies Record<string, Effect>;
