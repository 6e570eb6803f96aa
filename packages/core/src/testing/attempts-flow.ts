import { A, ADA, B, EVE, no, START_MS, tailLine } from './cast.ts';
import type { Effect } from './effect.ts';
import type { Difference } from './key-space.ts';
import { GONE } from './key-space.ts';
import { newRecord } from './records.ts';
import { MINUTE_MS } from './scene.ts';
import type { TestShard } from './test-shard.ts';

/** Transitions of flow control, continuations and recurring jobs, tried on job A: see `job-states.ts`, `landings.ts`. */

const JOB = {
  name: 'greet',
  queue: 'mail',
  priority: 2,
  header: 'greet',
  isTied: false,
  payload: '{}',
} as const;

/** A recurring job that is due now. */
async function defineDue(shard: TestShard): Promise<void> {
  await shard.queues.learnCodes(['mail']);
  const policy = { misfire: 'once', graceMs: MINUTE_MS, overlap: 'allow' } as const;
  const parts = { schedule: { cron: '* * * * *' }, job: JOB, policy, next: START_MS };
  await shard.recurring.define('r', parts, EVE);
}

const run = {
  tick: START_MS,
  startAt: undefined,
  job: A,
  record: newRecord({ state: 'E', place: '0002', payload: '{}' }),
};
const tick = {
  id: 'r',
  version: 1,
  due: START_MS,
  next: START_MS + MINUTE_MS,
  overlap: 'allow',
  missed: 0,
  runs: [run],
} as const;

/** Makes job A, whatever its state is, wait for job B, which has succeeded. */
async function waitForB({ redis, prefix }: TestShard): Promise<void> {
  await redis.hset(`${prefix}waits:${A}`, B, 'D');
  await redis.rpush(`${prefix}children:${B}`, A);
  await redis.sadd(`${prefix}parents`, B);
  await redis.rpush(`${prefix}todo`, `D${B} -1`);
}

/** Job B, on its way. */
const childOf = (shard: TestShard) => shard.tiedCall([B], { tags: ['urgent'] });

/** Tries a transition. */
export const FLOW_ATTEMPTS = {
  admit: {
    call: async (shard: TestShard) => shard.jobs.admit(await shard.tiedCall([A], { limits: [['k', 1]] })),
  },
  suspend: {
    given: (shard: TestShard) => shard.queues.learnCodes(['mail']),
    call: async (shard: TestShard) =>
      shard.jobs.suspend(
        ADA,
        { claim: no(1), id: A, line: `\n${tailLine('D', no(1))}` },
        await childOf(shard),
      ),
  },
  drop: {
    call: (shard: TestShard) =>
      shard.jobs.drop(ADA, 100, [{ claim: no(1), id: A, line: `\n${tailLine('C', no(1))}` }]),
  },
  expire: {
    given: ({ redis, prefix }: TestShard) => redis.zadd(`${prefix}deadlines`, START_MS, A),
    call: (shard: TestShard) => shard.jobs.expire(100),
  },
  tick: { given: defineDue, call: (shard: TestShard) => shard.jobs.tick([tick]) },
  follow: { given: waitForB, call: (shard: TestShard) => shard.jobs.follow() },
};

/** What these calls leave behind when they find no job to move. */
export const FLOW_TRACES: Readonly<Record<string, Difference>> = {
  admit: { 'producer:shop 0': '2', 'producer:shop 0 reply': '2 EXISTS' },
  expire: { 'deadlines A': GONE },
  'expire processing': { 'deadlines A': 0 },
  tick: {
    'history:r': ['{"tick":t+0,"at":t+0,"skipped":"unique"}'],
    'ticks r': 't+60000',
    'timers ticks': 't+60000',
  },
  follow: {
    'children:B': GONE,
    'extras A': true,
    'inputs:A B': 'D ',
    'parents B': GONE,
    todo: GONE,
    'waits:A B': GONE,
  },
};

/** What they answer and change where they are legal. */
export const FLOW_LANDINGS = {
  admit: {
    none: {
      changes: {
        'job:A': 'E000600nobody\ngreet {"ties":{"limits":[["k",1]]}}\n{}',
        'producer:shop 0': '1',
        'producer:shop expires': true,
        'queues #000': 'mail',
        'queues mail': '000',
        'ready:mail:2': ['A'],
        'stats enqueued': '1',
      },
      reply: 'OK',
    },
  },
  suspend: {
    processing: {
      changes: {
        'awaiting A': 't+0',
        'children:B': ['A'],
        'extras A': true,
        'extras B': true,
        'inputs:A #': '# B',
        'job:A': 'A000200nobody\ngreet\n{}\nD Ada #1 1 1 2 {}',
        'job:B': 'E000600nobody\ngreet {"ties":{"tags":["urgent"]}}\n{}',
        'parents B': true,
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'ready:mail:2': ['B'],
        'stats deferred': '1',
        'stats enqueued': '2',
        'tag:urgent B': 't+0',
        'waits:A B': 'DFC',
      },
      reply: 'OK',
    },
  },
  drop: {
    processing: {
      changes: {
        'cancelled A': 't+0',
        'job:A': 'C000200nobody\ngreet\n{}\nC Ada #1 1 1 2 {}',
        'processing:Ada #1': GONE,
        'processing:Ada:#1 A': GONE,
        'stats cancelled': '1',
      },
      reply: ['OK'],
    },
  },
  expire: {
    scheduled: {
      changes: {
        'cancelled A': 't+0',
        'deadlines A': GONE,
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"reason":"EXPIRED"}',
        'scheduled A': GONE,
        'stats cancelled': '1',
      },
      reply: { ended: 1, more: false },
    },
    enqueued: {
      changes: {
        'cancelled A': 't+0',
        'deadlines A': GONE,
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"reason":"EXPIRED"}',
        'stale mail:2': '1',
        'stats cancelled': '1',
      },
      reply: { ended: 1, more: false },
    },
    awaiting: {
      changes: {
        'cancelled A': 't+0',
        'deadlines A': GONE,
        'job:A': 'C000200nobody\ngreet\n{}\nC - - - 0 t+0 {"reason":"EXPIRED"}',
        'stats cancelled': '1',
      },
      reply: { ended: 1, more: false },
    },
  },
  tick: {
    none: {
      changes: {
        'history:r': ['{"tick":t+0,"at":t+0,"job":"A"}'],
        'job:A': 'E000200nobody\ngreet\n{}',
        'ready:mail:2': ['A'],
        'recurring:r last': 'A',
        'stats enqueued': '1',
        'ticks r': 't+60000',
        'timers ticks': 't+60000',
      },
      reply: ['OK'],
    },
  },
  follow: {
    awaiting: {
      changes: {
        'children:B': GONE,
        'extras A': true,
        'inputs:A B': 'D ',
        'job:A': 'E000200since t+0\ngreet\n{}',
        'parents B': GONE,
        'ready:mail:2': ['A'],
        todo: GONE,
        'waits:A B': GONE,
      },
      reply: false,
    },
  },
} satisfies Record<string, Record<string, Effect>>;
