import { OptionError } from './errors.ts';
import { causeOf } from './job-cause.ts';
import { KEY_QUALIFIERS, keyTest } from './job-key-tests.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES } from './job/states.ts';
import { fitsName } from './name-pattern.ts';
import { shortText } from './options.ts';
import type { JobView } from './store/job-reader.ts';

/** Whether a job is looked for. */
export type JobTest = (job: JobView) => boolean;

/** How a value of an input is compared. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** One thing that a job must have to be found. */
export interface JobTerm {
  /** `state`, `name`, `input.user.id` …: {@link QUALIFIERS}. */
  readonly key: string;
  readonly value: string;
  /** Only with values of the input and the result. @default "=" */
  readonly comparison?: Comparison;
}

/** What a term can look at. */
const QUALIFIERS = [
  'state',
  'queue',
  'name',
  'tag',
  'id',
  'error',
  'worker',
  'batch',
  'priority',
  'attempts',
  'created',
  'ended',
  'failed',
  'running',
  ...KEY_QUALIFIERS,
  'input.…',
  'result.…',
];
const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a term says of a job. `now`: ms since 1970, for ages. @throws {OptionError} of `q` */
export function jobTest({ key, value, comparison = '=' }: JobTerm, now: number): JobTest {
  const [first = '', ...path] = key.split('.');
  if (first === 'input' || first === 'result')
    return (job) => isSo(comparison, valueAt(job[first], path), value);
  switch (key) {
    case 'state':
      checkState(value);
      return (job) => job.state === value;
    case 'queue':
    case 'worker':
    case 'batch':
    case 'priority':
    case 'id':
      return (job) => job[key] === value;
    case 'name':
      return ({ name }) => fitsName(name, value);
    case 'tag':
      checkTag(value);
      return (job) => job.tags.includes(value);
    case 'error':
      return errorTest(value);
    case 'attempts':
      return attemptsTest(value);
    case 'created':
    case 'ended':
    case 'failed':
    case 'running':
      return ageTest(key, value, now);
    default: {
      const test = keyTest(key, value);
      if (test !== undefined) return test;
      throw new OptionError('q', `knows these qualifiers: ${QUALIFIERS.join(', ')}`, `${key}:`);
    }
  }
}

function checkState(value: string): void {
  if (!JOB_STATES.includes(value as JobState))
    throw new OptionError('q', `must have a state of ${JOB_STATES.join(', ')}`, `state:${value}`);
}

const tagText = shortText(64);

function checkTag(value: string): void {
  const problem = tagText(value);
  if (problem !== undefined) throw new OptionError('q', `${problem} behind tag:`, value);
}

function attemptsTest(value: string): JobTest {
  const [, sign, number] = /^([<>]?)(\d+)$/.exec(value) ?? [];
  if (number === undefined) throw new OptionError('q', 'must have a number, as in attempts:>2', value);
  const wanted = Number(number);
  if (sign === '>') return ({ attempt }) => attempt > wanted;
  return sign === '<' ? ({ attempt }) => attempt < wanted : ({ attempt }) => attempt === wanted;
}

/** Changes that make no job younger. */
const IN_PASSING: ReadonlySet<string> = new Set(['moved', 'updated']);

/** When it came into its state. */
function lastChange({ history, createdAt }: JobView): number {
  return history.findLast(({ what }) => !IN_PASSING.has(what))?.endedAt ?? createdAt;
}

const ENDED: readonly JobState[] = ['failed', 'cancelled', 'succeeded'];

/** Where those stand that can have such an age: no other state has to be gone through. */
export const STATES_OF_AGE: Readonly<Record<string, readonly JobState[]>> = {
  running: ['processing'],
  failed: ['failed'],
  ended: ENDED,
};

/** Since when a job is there, runs, has ended, or has failed for good. */
const SINCE = {
  created: ({ createdAt }: JobView) => createdAt,
  running: ({ startedAt }: JobView) => startedAt,
  ended: (job: JobView) => (ENDED.includes(job.state) ? lastChange(job) : undefined),
  failed: (job: JobView) => (job.state === 'failed' ? lastChange(job) : undefined),
};

function ageTest(key: keyof typeof SINCE, value: string, now: number): JobTest {
  const [, sign, number, unit] = /^([<>])(\d+)([smhd])$/.exec(value) ?? [];
  if (number === undefined)
    throw new OptionError('q', `must have an age, as in ${key}:<1h (shorter) or ${key}:>2d (longer)`, value);
  const limit = now - Number(number) * UNITS[unit as keyof typeof UNITS];
  return (job) => {
    const at = SINCE[key](job);
    return at !== undefined && (sign === '<' ? at >= limit : at < limit);
  };
}

/** Whether a job is not older than an instant, as `BulkFilter.newerThan` counts: since it ended or began to wait for others, else since it was made. */
export function newerTest(instant: number): JobTest {
  return (job) => {
    const { state, createdAt } = job;
    if (state === 'scheduled' || state === 'enqueued' || state === 'processing') return createdAt >= instant;
    return lastChange(job) >= instant;
  };
}

/** Whether all of these stand in what people see of a job, which is put together once for all of them. */
export function hasWords(
  { id, name, displayName, input, error }: JobView,
  words: readonly string[],
): boolean {
  if (words.length === 0) return true;
  const seen = [id, name, displayName, JSON.stringify(input), error?.message].map((text) =>
    text?.toLowerCase(),
  );
  return words.every((word) => seen.some((text) => text?.includes(word) === true));
}

function errorTest(value: string): JobTest {
  return (job) => {
    const { cause, name, message } = causeOf(job);
    return cause !== 'other' && [name, message, job.error?.stack].some((text) => contains(text, value));
  };
}

function contains(text: string | undefined, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) === true;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

/** Of what is not there nothing is so, not even that it is different: a path that is written wrong finds nothing. */
function isSo(comparison: Comparison, value: unknown, wanted: string): boolean {
  if (value === undefined) return false;
  if (comparison === '=') return sameText(value, wanted);
  if (comparison === '!=') return !sameText(value, wanted);
  const order = orderOf(value, wanted);
  if (order === undefined) return false;
  if (order === 0) return comparison === '<=' || comparison === '>=';
  return comparison.startsWith(order < 0 ? '<' : '>');
}

function sameText(value: unknown, wanted: string): boolean {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.toLowerCase() === wanted.toLowerCase();
}

/** Numbers are compared as numbers, texts as texts: instants as ISO 8601 writes them come in their order. Undefined: they have none. */
function orderOf(value: unknown, wanted: string): number | undefined {
  if (typeof value === 'number') {
    const number = wanted.trim() === '' ? Number.NaN : Number(wanted);
    return Number.isNaN(number) ? undefined : Math.sign(value - number);
  }
  if (typeof value !== 'string') return undefined;
  const [own, other] = [value.toLowerCase(), wanted.toLowerCase()];
  if (own === other) return 0;
  return own < other ? -1 : 1;
}
