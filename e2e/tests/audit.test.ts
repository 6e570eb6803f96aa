import { expect, test } from 'vitest';
import { audit } from '../src/audit.ts';
import { parseEvents, Sightings } from '../src/events.ts';
import type { ShardSnapshot, TailEntry } from '../src/store-snapshot.ts';

// Who audits the auditor: each promise is broken on purpose, once, and must be noticed.

const W = 'AAAAAAAAAAAA';
const NO = '000000000001';
const FENCE = `${W}:${NO}`;
const GOOD = [`ack 1 J1 3`, `start 2 J1 ${FENCE} 1 0`, `end 3 J1 ${FENCE} ok`, `accepted 4 J1`];
const SUCCESS: TailEntry = { code: 'S', worker: W, claim: NO, json: `{"fence":"${FENCE}","pad":""}` };
const MARK = `P000200${W}${NO}`;

function shard(
  change: Partial<ShardSnapshot> = {},
  mark = MARK,
  tail: readonly TailEntry[] = [SUCCESS],
): ShardSnapshot {
  return {
    prefix: '{t:0}:',
    keys: ['job:J1', 'leases', 'stats', 'succeeded'],
    jobs: new Map([['J1', { id: 'J1', mark, tail }]]),
    stats: { enqueued: 1, succeeded: 1 },
    stale: {},
    succeeded: ['J1'],
    failed: [],
    cancelled: [],
    scheduled: [],
    ready: [],
    leases: [W],
    idle: [W],
    openIds: [],
    openClaims: [],
    ...change,
  };
}

function problemsOf(lines: readonly string[], shards: readonly ShardSnapshot[]): readonly string[] {
  return audit(new Sightings(parseEvents('worker-0', `${lines.join('\n')}\n`)), shards, {}).problems;
}

test('an honest history has no problem', () => {
  expect(problemsOf(GOOD, [shard()])).toEqual([]);
});

const empty = { jobs: new Map(), succeeded: [], stats: { enqueued: 1 } };
const again = `start 9 J1 ${W}:000000000002 1 0`;

test.each([
  ['an acknowledged job that is gone', ['ack 1 J1 3'], shard(empty), /^lost: J1/],
  ['a record that is gone after its run', GOOD, shard(empty), /^lost after their run: 1/],
  [
    'a job that still waits',
    ['ack 1 J1 3'],
    shard({ succeeded: [], ready: ['J1'] }, `E000200${'-'.repeat(24)}`, []),
    /^not ended: J1/,
  ],
  ['a job that nobody enqueued', GOOD.slice(1), shard(), /^unexpected: nobody enqueued J1/],
  ['two accepted outcomes', GOOD, shard({}, MARK, [SUCCESS, SUCCESS]), /^J1 has 2 accepted outcomes/],
  [
    'two outcomes of one claim',
    GOOD,
    shard({}, MARK, [{ ...SUCCESS, code: 'R' }, SUCCESS]),
    /^J1: a claim has two outcomes/,
  ],
  ['a success without a run', GOOD.slice(0, 1), shard(), /^J1: the run that succeeded/],
  [
    'a success of a run that failed',
    [...GOOD.slice(0, 2), `end 3 J1 ${FENCE} error`],
    shard(),
    /^J1: accepted as succeeded, its run ended "error"/,
  ],
  [
    'the result of another run',
    GOOD,
    shard({}, MARK, [{ ...SUCCESS, json: '{"fence":"other"}' }]),
    /^J1: the result is of another run/,
  ],
  ['a start that nothing explains', [...GOOD, again], shard(), /^J1 started 2 times, explained are 1/],
  [
    'a counter that is off',
    GOOD,
    shard({ stats: { enqueued: 1, succeeded: 2 } }),
    /accepted successes counts 2, records say 1/,
  ],
  [
    'a list with an entry too many',
    GOOD,
    shard({ succeeded: ['J1', 'J1'] }),
    /succeeded counts 2, records say 1/,
  ],
  ['a claim that stayed open', GOOD, shard({ openIds: ['J1'] }), /still open in claims: J1/],
  [
    'a field of a claim that has no jobs',
    GOOD,
    shard({ openClaims: [NO] }),
    /fields of claims without open jobs/,
  ],
  ['a key of an unknown kind', GOOD, shard({ keys: ['job:J1', 'surprise'] }), /left over: surprise/],
  [
    'a key of a worker that is gone',
    GOOD,
    shard({ keys: ['job:J1', 'processing:BBBBBBBBBBBB'] }),
    /belongs to no worker/,
  ],
  ['a payload of no job', GOOD, shard({ keys: ['job:J1', 'payload:J2'] }), /belongs to no job/],
  ['an error that nobody caught', [...GOOD, 'unhandled 9 Error'], shard(), /nobody caught Error/],
  ['a script that failed', [...GOOD, 'trouble 9 REDIS_FAULT ERR_script'], shard(), /REDIS_FAULT/],
])('the audit notices %s', (...[, lines, snapshot, problem]) => {
  expect(problemsOf(lines, [snapshot]).join('\n')).toMatch(new RegExp(problem, 'm'));
});

test('one claim that starts twice is not even read', () => {
  expect(() => problemsOf([...GOOD, `start 9 J1 ${FENCE} 1 0`], [shard()])).toThrow(/started twice/);
});
