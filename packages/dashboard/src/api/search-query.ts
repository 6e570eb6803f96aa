import type { BulkFilter, JobState, JobView } from '@linstock/core';
import { JOB_STATES, OptionError } from '@linstock/core';
import { queueName, shortText } from '@linstock/core/internal';
import { causeOf } from './error-groups.ts';
import { KEY_QUALIFIERS, keyTest, nameTest } from './search-keys.ts';

/** What somebody searches for. */
export interface SearchQuery {
  /** A tag that every match has: then its index is gone through, and no state. */
  readonly tag: string | undefined;
  /** To be gone through in this order, where there is no tag. */
  readonly states: readonly JobState[];
  /** A queue that every match is in, if there can be one of this name: Redis itself looks for that, too. */
  readonly queue: string | undefined;
  /** A name that every match has, or with a `*` what it begins with: Redis itself looks for that. */
  readonly name: string | undefined;
  /** The same as it is written. */
  readonly namedQueue: string | undefined;
  readonly matches: (job: JobView) => boolean;
  /** The same as a filter of a bulk operation; undefined: it has no filter for this. */
  readonly filter: BulkFilter | undefined;
}

type Test = (job: JobView) => boolean;
type Filter = { -readonly [K in keyof BulkFilter]?: BulkFilter[K] };

/** Where people look first comes first. */
const ORDER: readonly JobState[] = [
  'processing',
  'failed',
  'enqueued',
  'scheduled',
  'awaiting',
  'cancelled',
  'succeeded',
];
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
  'running',
  ...KEY_QUALIFIERS,
  'input.…',
  'result.…',
];
/** Of what is no job's name nothing is found, but it is no mistake to ask. */
const CAN_BE_NAME = /^[\w.:/-]{1,128}\*?$/;
/** Each is compared with every job, whose input may have a megabyte. */
const MOST_TERMS = 32;
const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a search: words, and qualifiers such as `name:mail.send error:"no route" attempts:>2 created:<1h input.user.id:7`. @throws {OptionError} */
export function parseSearch(text: string, now: number): SearchQuery {
  const tests: Test[] = [];
  const words: string[] = [];
  const filter: Filter = {};
  let isFilter = true;
  let namedQueue: string | undefined;
  let states = ORDER;
  let tag: string | undefined;
  let name: string | undefined;
  for (const [, key, , quoted, plain] of text.matchAll(/(?:([\w.]+):)?("([^"]*)"|(\S+))/g)) {
    const value = quoted ?? plain ?? '';
    if (key === undefined) words.push(value.toLowerCase());
    else tests.push(testOf(key, value, now));
    if (key === 'queue') namedQueue = value;
    if (key === 'tag') tag ??= value;
    if (key === 'name' && CAN_BE_NAME.test(value)) name ??= value;
    if (key === 'running') states = ['processing'];
    // Whatever else is asked for: a state and a queue make a search shorter.
    const isPart = key !== undefined && addToFilter(filter, key, value);
    isFilter &&= isPart;
  }
  const terms = tests.length + words.length;
  if (terms === 0) throw new OptionError('q', 'must have something to search for', text);
  if (terms > MOST_TERMS)
    throw new OptionError('q', `must have at most ${MOST_TERMS} words and conditions`, terms);
  const { state, queue } = filter;
  return {
    tag,
    states: state === undefined ? states : [state],
    queue: queueName(queue) === undefined ? queue : undefined,
    name,
    namedQueue,
    matches: (job) => tests.every((test) => test(job)) && hasWords(job, words),
    filter: isFilter && state !== undefined ? { ...filter, state } : undefined,
  };
}

/** What a request asks for by `q` alone. The route and whoever decides about it must read the same. @throws {OptionError} */
export function askedSearch(query: URLSearchParams, now: number): SearchQuery {
  return parseSearch(textOf(query), now);
}

/** As much of a search as is read. */
function textOf(query: URLSearchParams): string {
  return (query.get('q') ?? '').slice(0, 1000);
}

/** What a request asks for by `q`, `state`, `queue` and `tag`: all of it must hold, and one must be there. @throws {OptionError} */
export function askedJobs(query: URLSearchParams, now: number): SearchQuery {
  const chosen = ['state', 'queue', 'tag'].flatMap((key) => {
    const value = query.get(key) ?? '';
    if (value === '') return [];
    if (value.includes('"')) throw new OptionError(key, 'must have no quotes', value);
    return [`${key}:"${value}"`];
  });
  // They come first: a quote that somebody left open must not swallow them.
  return parseSearch([...chosen, textOf(query)].join(' '), now);
}

function testOf(key: string, value: string, now: number): Test {
  const [first = '', ...path] = key.split('.');
  if (first === 'input' || first === 'result') return (job) => sameText(valueAt(job[first], path), value);
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
    case 'name': {
      const fits = nameTest(value);
      return ({ name }) => fits(name);
    }
    case 'tag':
      checkTag(value);
      return (job) => job.tags.includes(value);
    case 'error':
      return errorTest(value);
    case 'attempts':
      return attemptsTest(value);
    case 'created':
    case 'running':
      return ageTest(key, value, now);
    default: {
      const test = keyTest(key, value);
      if (test !== undefined) return test;
      throw new OptionError('q', `knows these qualifiers: ${QUALIFIERS.join(', ')}`, `${key}:`);
    }
  }
}

/** What a filter of a bulk operation says in the same way. Returns whether there is such a thing. */
function addToFilter(filter: Filter, key: string, value: string): boolean {
  // Of two values a filter knows one.
  if (Object.hasOwn(filter, key) && filter[key as keyof Filter] !== value) return false;
  if (key === 'state') filter.state = value as JobState;
  else if (key === 'queue') filter.queue = value;
  else if (key === 'tag') filter.tag = value;
  else if (key === 'batch') filter.batch = value;
  else if (key === 'name' && !value.endsWith('*')) filter.name = value;
  else return false;
  return true;
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

function attemptsTest(value: string): Test {
  const [, sign, number] = /^([<>]?)(\d+)$/.exec(value) ?? [];
  if (number === undefined) throw new OptionError('q', 'must have a number, as in attempts:>2', value);
  const wanted = Number(number);
  if (sign === '>') return ({ attempt }) => attempt > wanted;
  return sign === '<' ? ({ attempt }) => attempt < wanted : ({ attempt }) => attempt === wanted;
}

/** Since when a job is there, or runs. */
const SINCE = {
  created: ({ createdAt }: JobView) => createdAt,
  running: ({ startedAt }: JobView) => startedAt,
};

function ageTest(key: keyof typeof SINCE, value: string, now: number): Test {
  const [, sign, number, unit] = /^([<>])(\d+)([smhd])$/.exec(value) ?? [];
  if (number === undefined)
    throw new OptionError('q', `must have an age, as in ${key}:<1h (shorter) or ${key}:>2d (longer)`, value);
  const limit = now - Number(number) * UNITS[unit as keyof typeof UNITS];
  return (job) => {
    const at = SINCE[key](job);
    return at !== undefined && (sign === '<' ? at >= limit : at < limit);
  };
}

/** Whether all of these stand in what people see of a job, which is put together once for all of them. */
function hasWords({ id, name, displayName, input, error }: JobView, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const seen = [id, name, displayName, JSON.stringify(input), error?.message].map((text) =>
    text?.toLowerCase(),
  );
  return words.every((word) => seen.some((text) => text?.includes(word) === true));
}

function errorTest(value: string): Test {
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

function sameText(value: unknown, wanted: string): boolean {
  if (value === undefined) return false;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.toLowerCase() === wanted.toLowerCase();
}
