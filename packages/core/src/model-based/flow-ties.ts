import type { JobTies, LimitTie, LockMode, LockPolicy, LockTie, RateTie } from '../job/ties.ts';
import { pick } from './picks.ts';
import { codeOf } from './producer-model.ts';

/**
 * What ties the jobs of a run. A key has the same number in all of its jobs; keys of locks and rates begin with `w:` where
 * they are windows, which expire by the clock of Redis itself: these times are longer than any run.
 */

const HOUR_MS = 3_600_000;
/** How long a rate remembers. */
export const RATE_MS = 60_000;

const LIMITS = [
  ['one', 1],
  ['two', 2],
  ['three', 3],
] as const satisfies readonly LimitTie[];
const [ONE, TWO, THREE] = LIMITS;
/** A queue that has a limit of its own at times. */
export const LIMITED_QUEUE = 'mail';
/** How many may run at one time, by key. */
export const MOST: ReadonlyMap<string, number> = new Map<string, number>([
  ...LIMITS,
  [`queue:${LIMITED_QUEUE}`, 2],
]);

const LIMIT_CHOICES: readonly (readonly LimitTie[])[] = [
  [],
  [],
  [ONE],
  [ONE],
  [TWO],
  [THREE],
  [TWO, ONE],
  [THREE, ONE],
];

export const RATES = [
  ['bucket', 4, RATE_MS, 2],
  ['w:window', 3, RATE_MS, 'w'],
] as const satisfies readonly RateTie[];
const RATE_CHOICES: readonly (readonly RateTie[])[] = [
  [],
  [],
  [],
  [],
  [],
  [RATES[0]],
  [RATES[1]],
  [...RATES],
];

const MODES: readonly LockMode[] = ['finished', 'started', 'window'];
const POLICIES: readonly LockPolicy[] = ['existing', 'replace'];
const lock = (mode: LockMode, n: number, policy: LockPolicy): LockTie => [
  `${mode === 'window' ? 'w' : mode}:${n}`,
  mode,
  mode === 'window' ? HOUR_MS : 0,
  policy,
];

const DEADLINES_MS = [undefined, undefined, undefined, 400, 5_000, 40_000];

/** What a job is tied to; picks choose. */
export function chooseTies([
  limit = 0,
  rate = 0,
  lockPick = 0,
  deadlinePick = 0,
]: readonly number[]): JobTies {
  const limits = pick(LIMIT_CHOICES, limit) ?? [];
  const rates = pick(RATE_CHOICES, rate) ?? [];
  const locks = chooseLocks([lockPick, limit, rate]);
  const deadline = pick(DEADLINES_MS, deadlinePick);
  return {
    ...(limits.length > 0 && { limits }),
    ...(rates.length > 0 && { rates }),
    ...(locks.length > 0 && { locks }),
    ...(deadline !== undefined && { deadline }),
    ...(deadlinePick % 7 === 0 && { tags: ['red', 'green'].slice(0, 1 + (limit % 2)) }),
  };
}

/** None, one, or two of different modes. */
function chooseLocks([modes = 0, key = 0, policy = 0]: readonly number[]): LockTie[] {
  if (modes % 2 === 1) return [];
  const first = MODES.indexOf(pick(MODES, modes >> 1) ?? 'finished');
  const count = modes % 5 === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, i) => {
    const mode = pick(MODES, first + i) ?? 'finished';
    return lock(mode, (key + i) % 3, pick(POLICIES, policy + i) ?? 'existing');
  });
}

/** The record of a new job that is tied. */
export function tiedRecord(
  place: { queue: string; priority: number },
  ties: JobTies,
  payload: string,
): string {
  const mark = `E${codeOf(place.queue)}${place.priority + 4}00${'-'.repeat(24)}`;
  return [mark, `greet ${JSON.stringify({ ties })}`, payload].join('\n');
}

/** The ties in a header. */
export function tiesInHeader(header: string): JobTies {
  const from = header.indexOf(' ');
  if (from < 0) return {};
  return (JSON.parse(header.slice(from + 1)) as { ties?: JobTies }).ties ?? {};
}
