import { A, E } from './cast.ts';
import type { Effect } from './effect.ts';
import type { Difference } from './key-space.ts';
import { GONE } from './key-space.ts';
import { gatherCall } from './scenes-batch.ts';
import type { TestShard } from './test-shard.ts';

/** Transitions of batches, tried on job A as the only member of batch E: see `job-states.ts`, `landings.ts`. */

const HEADER = 'greet {"ties":{"batch":"E"}}';

/** Makes job A, whatever its state is, a member of a batch that is stored as told. */
async function joinBatch(shard: TestShard, batch: Readonly<Record<string, string>>): Promise<void> {
  const { redis, prefix } = shard;
  const counts = {
    total: '1',
    pending: '1',
    succeeded: '0',
    failed: '0',
    cancelled: '0',
    inner: '0',
    ended: '',
  };
  await redis.hset(
    `${prefix}batch:${E}`,
    'state' in batch && batch['state'] === 'discarded' ? batch : { ...counts, ...batch },
  );
  await redis.rpush(`${prefix}members:${E}`, A);
  const record = await redis.get(`${prefix}job:${A}`);
  if (record === null) return;
  const tied = record.replace('\ngreet\n', `\ngreet {"ties":{"batch":"${E}"}}\n`);
  await redis.set(`${prefix}job:${A}`, `${tied.slice(0, 4)}6${tied.slice(5)}`);
}

/** Tries a transition of batches. */
export const BATCH_ATTEMPTS = {
  gather: {
    given: (shard: TestShard) => shard.batches.draft(E, 'album', undefined),
    call: async (shard: TestShard) => shard.jobs.gather(await gatherCall(shard, [A])),
  },
  launch: {
    given: (shard: TestShard) => joinBatch(shard, { state: 'open', cursor: '0' }),
    call: (shard: TestShard) => shard.jobs.launch(E),
  },
  discard: {
    given: (shard: TestShard) => joinBatch(shard, { state: 'discarded' }),
    call: (shard: TestShard) => shard.jobs.discard(E, true),
  },
  halt: {
    // "again": what is pending is not taken for lost.
    given: (shard: TestShard) =>
      joinBatch(shard, { state: 'open', halted: '{"by":"eve"}', halt: '0', again: '1' }),
    call: (shard: TestShard) => shard.jobs.halt(E, undefined, 100),
  },
};

const LAUNCHED: Difference = { 'batch:E cursor': GONE };
const DISCARDED: Difference = { 'batch:E state': GONE, 'members:E': GONE };
const HALTED: Difference = { 'batch:E halt': GONE };

/** What these calls leave behind when they find no job to move. */
export const BATCH_TRACES: Readonly<Record<string, Difference>> = {
  gather: { 'producer:shop 0': '2' },
  launch: LAUNCHED,
  discard: DISCARDED,
  halt: HALTED,
};

const haltedJob = {
  ...HALTED,
  'batch:E cancelled': '1',
  'batch:E pending': '0',
  'batch:E ended': 'C',
  'batch:E endedAt': 't+0',
  'cancelled A': 't+0',
  'job:A': `C000600nobody\n${HEADER}\n{}\nC - - - 0 t+0 {"reason":"BATCH_CANCELLED","batch":"E","by":"eve"}`,
  'stats cancelled': '1',
  'timers forget:E': '1700604800000',
};
const halted = (changes: Difference): Effect => ({ reply: 'DONE', changes: { ...haltedJob, ...changes } });

/** What they answer and change where they are legal. */
export const BATCH_LANDINGS = {
  gather: {
    none: {
      reply: 'OK',
      changes: {
        'batch:E pending': '1',
        'batch:E total': '1',
        'job:A': `A000600nobody\n${HEADER}\n{}`,
        'members:E': ['A'],
        'producer:shop 0': '1',
        'producer:shop expires': true,
        'queues #000': 'mail',
        'queues mail': '000',
      },
    },
  },
  launch: {
    awaiting: {
      reply: 'DONE',
      changes: {
        ...LAUNCHED,
        'job:A': `E000600since t+0\n${HEADER}\n{}`,
        'ready:mail:2': ['A'],
        'stats enqueued': '1',
      },
    },
  },
  discard: {
    awaiting: { reply: 'DONE', changes: { ...DISCARDED, 'job:A': GONE } },
    cancelled: { reply: 'DONE', changes: { ...DISCARDED, 'cancelled A': GONE, 'job:A': GONE } },
  },
  halt: {
    scheduled: halted({ 'scheduled A': GONE }),
    enqueued: halted({ 'stale mail:2': '1' }),
    awaiting: halted({}),
    processing: halted({ 'processing:Ada #1': GONE, 'processing:Ada:#1 A': GONE }),
  },
} satisfies Record<string, Record<string, Effect>>;
