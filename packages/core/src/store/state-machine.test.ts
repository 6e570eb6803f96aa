import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import type { JobState, TransitionVerb } from '../job/states.ts';
import { allows, JOB_STATES, TRANSITIONS } from '../job/states.ts';
import type { Difference } from '../testing/key-space.ts';
import { FLOW_TRACES } from '../testing/attempts-flow.ts';
import { GONE } from '../testing/key-space.ts';
import { BATCH_TRACES } from '../testing/attempts-batch.ts';
import { ATTEMPT, BRING } from '../testing/job-states.ts';
import { LANDINGS } from '../testing/landings.ts';
import { Shards } from '../testing/shards.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

type From = JobState | 'none';

const VERBS = Object.keys(TRANSITIONS) as TransitionVerb[];
const MOVES = VERBS.flatMap((verb) =>
  (['none', ...JOB_STATES] as From[]).map((from) => [verb, from] as const),
);

async function attempt(verb: TransitionVerb, from: From): Promise<{ reply: unknown; changes: Difference }> {
  const shard = await shards.next();
  await BRING[from](shard);
  await ATTEMPT[verb].given?.(shard);
  return shard.changesOf(() => ATTEMPT[verb].call(shard));
}

describe('a legal transition lands', () => {
  test.each(MOVES.filter(([verb, from]) => allows(verb, from)))('%s, from %s', async (verb, from) => {
    expect(await attempt(verb, from)).toEqual(LANDINGS[verb][from]);
  });
});

const PURGED = 'actor eve action purge target mail reason {"by":"eve","why":"a test"}';
const CLAIMED = { 'idle:mail Bob': 't+0', 'processing:Bob n': '#1' };
const ADA_ENDED = { 'leases Ada': GONE, 'workers Ada': GONE };
/** The stale entry that a cancelled job left in its list is dropped when it is met. */
const HINT_DROPPED = { 'ready:mail:2': GONE, 'stale mail:2': '0' };
const hasRun = (from: From): boolean => ['processing', 'succeeded', 'failed'].includes(from);

/** What a call that finds no job to move leaves behind: traces of the caller, none of the job. */
function traces(verb: TransitionVerb, from: From): Difference {
  const name: string = verb;
  switch (name) {
    case 'enqueue':
      return { 'producer:shop 0': '2', ...(isScheduledFirst(from) ? { 'stats enqueued': '0' } : {}) };
    case 'schedule':
      return { 'producer:shop 0': '2', ...(isScheduledFirst(from) ? {} : { 'stats scheduled': '0' }) };
    case 'claim':
      if (from === 'scheduled') return { ...CLAIMED, timekeeper: 'Bob', 'timekeeper expires': true };
      return { ...CLAIMED, ...(from === 'cancelled' ? HINT_DROPPED : {}) };
    case 'reconcile':
      return hasRun(from) ? {} : { 'processing:Ada n': '#1' };
    case 'rescue':
      return { ...ADA_ENDED, ...(hasRun(from) ? { 'processing:Ada n': GONE } : {}) };
    case 'purge':
      return from === 'cancelled' ? { ...HINT_DROPPED, 'audit 1': PURGED } : { 'audit 0': PURGED };
    default:
      return BATCH_TRACES[verb] ?? FLOW_TRACES[`${verb} ${from}`] ?? FLOW_TRACES[verb] ?? {};
  }
}

/** Whether the job was stored by `schedule`; the others by `enqueue`. */
function isScheduledFirst(from: From): boolean {
  return from === 'scheduled' || from === 'awaiting';
}

describe('an illegal transition changes nothing of the job', () => {
  test.each(MOVES.filter(([verb, from]) => !allows(verb, from)))('%s, from %s', async (verb, from) => {
    const { reply, changes } = await attempt(verb, from);
    expect(reply).not.toBeInstanceOf(Error);
    expect(changes).toEqual(traces(verb, from));
  });
});

test('each state can be reached by a transition', () => {
  const reached = new Set<string>(VERBS.flatMap((verb) => [...TRANSITIONS[verb].to]));
  expect(JOB_STATES.filter((state) => !reached.has(state))).toEqual([]);
});

test('a landing is spelled out for each legal move, and for no other', () => {
  const spelled = VERBS.flatMap((verb) => Object.keys(LANDINGS[verb]).map((from) => `${verb} ${from}`));
  const legal = MOVES.filter(([verb, from]) => allows(verb, from)).map(([verb, from]) => `${verb} ${from}`);
  expect(spelled.toSorted()).toEqual(legal.toSorted());
});
