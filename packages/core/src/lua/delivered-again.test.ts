import { COUNTED } from '../testing/count-rows.ts';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { GONE } from '../testing/key-space.ts';
import type { Effect } from '../testing/effect.ts';
import type { Written } from '../testing/script-scenes.ts';
import { SCENES, SCRIPTS } from '../testing/script-scenes.ts';
import { describedAgain } from '../testing/describe-rows.ts';
import { ALERT_AGAIN, ALERT_LATER } from '../testing/alert-rows.ts';
import { collectedAgain } from '../testing/selection-rows.ts';
import { steeredAgain } from '../testing/steer-rows.ts';
import { Shards } from '../testing/shards.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

const nothing = (reply?: unknown): Effect => ({ reply, changes: {} });
const purged = 'actor eve action purge target mail reason {"by":"eve","why":"a test"}';
const twice = { 'log:A': ['"one"', '"two"', '"one"', '"two"'] };

/** What a call answers and changes that is executed a second time at once. */
const AGAIN: Readonly<Record<Written, Effect>> = {
  enqueue: nothing('ALREADY'),
  schedule: nothing('ALREADY'),
  queue: nothing(),
  draft: nothing(true),
  gather: nothing('ALREADY'),
  launch: nothing('DONE'),
  discard: nothing('GONE'),
  halt: nothing('ENDED'),
  promote: nothing({ moved: 0, nextDue: 't+60000', isTimekeeper: false }),
  claim: nothing({ status: 'STALE' }),
  succeed: nothing(['ALREADY', 'ALREADY']),
  retry: nothing(['ALREADY', 'ALREADY']),
  defer: nothing(['ALREADY', 'ALREADY']),
  fail: nothing(['ALREADY', 'ALREADY']),
  release: nothing(['ALREADY', 'ALREADY']),
  quarantine: nothing(['GONE', 'GONE']),
  reconcile: nothing({ moved: 0, lost: [{ claim: '#1', id: 'D' }] }),
  rescue: nothing({ status: 'NONE', moved: 0 }),
  cancel: nothing(['cancelled', 'cancelled', 'cancelled']),
  requeue: nothing(['enqueued', 'enqueued', 'enqueued', 'enqueued']),
  delete: nothing(['GONE', 'GONE', 'GONE', 'GONE', 'GONE']),
  purge: { reply: { removed: 0, more: false }, changes: { 'audit 2': purged } },
  trim: nothing({ removed: 0, more: false }),
  pause: nothing('ALREADY'),
  resume: nothing('ALREADY'),
  watch: nothing(['succeeded', 'enqueued', 'GONE']),
  nudge: nothing(),
  register: nothing('EXISTS'),
  unregister: nothing('OK'),
  renew: nothing({ now: 't+33000', dead: ['Ada'] }),
  // Lines are not numbered: a call that is executed twice writes them twice.
  progress: { reply: 'OK', changes: twice },
  record: nothing('ALREADY'),
  steer: steeredAgain(1),
  describe: nothing(),
  reset: nothing('NONE'),
  unlock: nothing('GONE'),
  free: nothing('GONE'),
  admit: nothing(['OK', { id: 'A', replaced: false }, { id: 'B', replaced: true }]),
  suspend: nothing('ALREADY'),
  drop: nothing(['ALREADY', 'ALREADY']),
  expire: nothing({ ended: 0, more: false }),
  reopen: nothing({ due: ['deadline'], isTimekeeper: false, nextTimer: 't+5000' }),
  follow: nothing(false),
  tick: nothing(['STALE']),
  define: nothing('SAME'),
  adjust: nothing('STALE'),
  undefine: nothing(false),
  configure: nothing('SAME'),
  measure: nothing([
    [0, 0, 0, 1, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0],
  ]),
  // Who asks is appointed for longer, by another number.
  appoint: { reply: 9, changes: { 'steward number': '9' } },
  allot: nothing(2),
  rest: nothing({ queue: 'mail' }),
  reschedule: nothing(['OK', 'OK', 'processing', 'GONE']),
  hasten: nothing(['enqueued', 'GONE']),
  move: nothing(['OK', 'OK', 'failed']),
  update: nothing('OK'),
  collect: nothing(2),
  count: nothing(COUNTED),
  sift: nothing({ ids: ['B', 'A'], read: 2, isOver: false }),
  operate: nothing('ALREADY'),
  step: nothing({ status: 'DONE' }),
  abort: nothing('ALREADY'),
  ...ALERT_AGAIN,
};

/**
 * The same call, executed a second time after the jobs went on: another worker claimed and ended what waits. A person's
 * call has no number, and is never sent again by itself; it acts on the states that it finds.
 */
const LATER: Readonly<Partial<Record<Written, Effect>>> = {
  enqueue: nothing('STALE'),
  gather: nothing('STALE'),
  schedule: nothing('STALE'),
  trim: { reply: { removed: 1, more: false }, changes: { succeeded: ['B'], 'job:a later job': GONE } },
  watch: {
    reply: ['succeeded', 'succeeded', 'GONE'],
    changes: { 'watched A': 't+72000', 'watched B': 't+72000' },
  },
  renew: {
    reply: { now: 't+43000', dead: [] },
    changes: { 'leases Bob': 't+58000', 'sweep last': 't+43000', 'sweep graceUntil': 't+58000' },
  },
  admit: nothing('STALE'),
  reschedule: nothing(['succeeded', 'succeeded', 'processing', 'GONE']),
  hasten: nothing(['succeeded', 'GONE']),
  update: nothing('succeeded'),
  measure: nothing([
    [0, 0, 0, 0, 0, 0, 3],
    [0, 0, 0, 0, 0, 0, 0],
  ]),
  appoint: { reply: 9, changes: { 'steward number': '9', 'steward until': 't+16000' } },
  // A job that was put off has waited too long again since.
  expire: {
    reply: { ended: 0, more: false },
    changes: {
      'deadlines E': 't+14000',
      'job:E':
        'S000600nobody\ngreet {"ties":{"deadline":1000,"overdue":"later"}}\n{}\nT - - - 0 t+2000 {"reason":"EXPIRED"}\nT - - - 0 t+12000 {"reason":"EXPIRED"}',
      'parked:mail E': GONE,
      'scheduled E': 't+13000',
      'stats rescheduled': '2',
      'timers deadline': 't+14000',
    },
  },
  sift: nothing({ ids: [], read: 0, isOver: true }),
  collect: collectedAgain(10_000),
  steer: steeredAgain(10_000),
  describe: describedAgain(10_000),
  rest: { reply: { queue: 'mail' }, changes: { 'paused until:mail': 't+11000' } },
  ...ALERT_LATER,
};

describe('a call that is executed twice counts once', () => {
  test.each(SCRIPTS)('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await call();
    expect(await shard.changesOf(call)).toEqual(AGAIN[script]);
  });
});

describe('a call that is executed again after three later ones counts once', () => {
  test.each(SCRIPTS.filter((script) => script !== 'requeue'))('%s', async (script) => {
    const shard = await shards.next();
    const call = await SCENES[script].given(shard);
    await call();
    await shard.later();
    expect(await shard.changesOf(call)).toEqual(LATER[script] ?? AGAIN[script]);
  });
});

test('a requeue that is executed again after the jobs ended runs them again', async () => {
  const shard = await shards.next();
  const call = await SCENES.requeue.given(shard);
  await call();
  await shard.later();
  const { reply, changes } = await shard.changesOf(call);
  expect(reply).toEqual(['OK', 'OK', 'OK', 'OK']);
  expect(changes).toMatchObject({ 'ready:mail:2': ['A', 'B', 'C', 'D'], 'stats requeued': '8' });
});
