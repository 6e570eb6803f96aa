import { expect, test } from 'vitest';
import type { Bond } from '../src/bonds-kept.ts';
import { brokenBonds, brokenShares } from '../src/bonds-kept.ts';
import { parseEvents, Sightings } from '../src/events.ts';
import { overLimits, overRates } from '../src/limits-kept.ts';
import { poisoned } from '../src/poisoned.ts';
import { wrongTicks } from '../src/recurring-ticks.ts';
import type { StoredJob, TailEntry } from '../src/store-snapshot.ts';

// Who audits the auditors: each promise is broken on purpose, once, and must be noticed.

const NO = '000000000001';
const MS = 1_000_000n;
/** Of this process, in both of its clocks. */
const NOW = { ns: process.hrtime.bigint(), ms: Date.now() };

function see(...lines: readonly string[]): Sightings {
  return new Sightings(parseEvents('worker-0', lines.map((text) => `${text}\n`).join('')));
}

function at(ms: number): bigint {
  return NOW.ns + BigInt(ms) * MS;
}

/** A run of job `id` by worker `w`, in ms from now; without an end it was not seen to end. */
function run(id: string, worker: string, [start, end]: readonly [number, number?]): string[] {
  const fence = `${worker}:${NO}`;
  const began = `start ${at(start)} ${id} ${fence} 1 0`;
  return end === undefined ? [began] : [began, `end ${at(end)} ${id} ${fence} ok`];
}

function stored(id: string, state: string, tail: readonly TailEntry[] = []): StoredJob {
  const last = tail.at(-1);
  const mark = state === 'D' && last !== undefined ? `P000200${last.worker}${last.claim}` : `${state}000200`;
  return { id, mark, tail };
}

function line(code: string, worker: string, endedAt = NOW.ms): TailEntry {
  return { code, worker, claim: NO, endedAt, json: '{}' };
}

function byId(...jobs: readonly StoredJob[]): ReadonlyMap<string, StoredJob> {
  return new Map(jobs.map((job) => [job.id, job]));
}

const W1 = 'AAAAAAAAAAAA';
const W2 = 'BBBBBBBBBBBB';
const ONE = new Map([
  ['J1', [['key', 1]] as const],
  ['J2', [['key', 1]] as const],
]);

test.each([
  ['one after the other', [...run('J1', W1, [0, 10]), ...run('J2', W2, [10, 20])], byId(), 0],
  ['at one time', [...run('J1', W1, [0, 10]), ...run('J2', W2, [9, 20])], byId(), 1],
  [
    'after the rescue of the first, whose process was stopped',
    [...run('J1', W1, [0, 500]), ...run('J2', W2, [300, 320])],
    byId(stored('J1', 'D', [line('W', W1, NOW.ms + 200)])),
    0,
  ],
  [
    'before the rescue of the first, whose process was killed',
    [...run('J1', W1, [0]), ...run('J2', W2, [300, 320])],
    byId(stored('J1', 'D', [line('W', W1, NOW.ms + 400)])),
    1,
  ],
])('two runs of a key with one place, %s', (...[, lines, jobs, problems]) => {
  expect(overLimits(see(...lines), jobs, ONE).problems).toHaveLength(problems);
});

test('a rate that starts more than its burst and the time allow is noticed', () => {
  const rates = new Map(['J1', 'J2', 'J3', 'J4'].map((id) => [id, { key: 'r', perSecond: 10, burst: 1 }]));
  const starts = (...ms: readonly number[]): Sightings =>
    see(...ms.flatMap((start, i) => run(`J${i + 1}`, W1, [start, start])));
  expect(overRates(starts(0, 100, 200, 300), rates, NOW.ns)).toEqual([]);
  expect(overRates(starts(0, 1, 2, 3), rates, NOW.ns)).toHaveLength(1);
});

const BOND: Bond = { id: 'C', parents: ['P'], on: 'succeeded' };
const PARENT = stored('P', 'D', [line('S', W1)]);
const CHILD = stored('C', 'D', [line('S', W2)]);

test.each([
  ['after its parent', [...run('P', W1, [0, 10]), ...run('C', W2, [11, 12])], byId(PARENT, CHILD), 0],
  [
    'before its parent has ended',
    [...run('P', W1, [0, 10]), ...run('C', W2, [9, 12])],
    byId(PARENT, CHILD),
    1,
  ],
  [
    'although its parent failed',
    [...run('P', W1, [0, 10]), ...run('C', W2, [11, 12])],
    byId(stored('P', 'F', [line('F', W1)]), CHILD),
    1,
  ],
  ['not, and waits for ever', run('P', W1, [0, 10]), byId(PARENT, stored('C', 'A')), 1],
  ['not, because its parent was cancelled', [], byId(stored('P', 'C'), stored('C', 'C')), 0],
  [
    'not, and is cancelled although its parent succeeded',
    run('P', W1, [0, 10]),
    byId(PARENT, stored('C', 'C')),
    1,
  ],
])('a job that waits for another runs %s', (...[, lines, jobs, problems]) => {
  expect(brokenBonds(see(...lines), jobs, [BOND])).toHaveLength(problems);
});

const child = (id: string): StoredJob =>
  Object.assign(stored(id, 'D', [line('S', W1)]), { header: 'act {"metadata":{"parent":"J9"}}' });
const SHARER = stored('J9', 'D', [line('S', W1)]);

test.each([
  ['that it asked for', [40, 50], [child('J1'), child('J2')], 0],
  ['of which one runs longer', [10, 35], [child('J1'), child('J2')], 1],
  ['one of which is missing', [40, 50], [child('J1')], 1],
  ['and one more', [40, 50], [child('J1'), child('J2'), child('J3')], 1],
] as const)('a job that waits for children %s', (...[, [from, to], children, problems]) => {
  const lines = [...run('J1', W1, [0, 10]), ...run('J2', W1, [0, 36]), ...run('J3', W1, [0, 10])];
  const jobs = new Map([SHARER, ...children].map((job) => [job.id, job]));
  const seen = see(...lines, ...run('J9', W1, [from, to]));
  expect(brokenShares(seen, jobs, { sharing: ['J9'], count: 2 })).toHaveLength(problems);
});

test('what failed by itself is not poisoned', () => {
  expect(poisoned([stored('J1', 'F', [line('F', W1)]), stored('J2', 'F', [line('W', W1)]), PARENT])).toEqual([
    'J2',
  ]);
});

test.each([
  ['each once', [1000, 2000], []],
  ['one of them twice', [1000, 2000, 2000], ['tick 2000 of r: its jobs are "DD"']],
  ['one of them never', [1000], ['tick 2000 of r: its jobs are ""']],
  ['and one that is none', [1000, 2000, 3000], ['a run of no tick: r 3000']],
])('ticks that ran, %s', (_, ticks, problems) => {
  const jobs = ticks.map((tick, i) =>
    Object.assign(stored(`J${i}`, 'D', [line('S', W1)]), { header: `act {"recurring":["r",${tick}]}` }),
  );
  expect(wrongTicks(jobs, [{ id: 'r', first: 1000, last: 2000 }])).toEqual(problems);
});
