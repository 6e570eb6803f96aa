import type { BulkFilter } from './bulk-request.ts';
import { OptionError } from './errors.ts';
import type { JobTerm, JobTest } from './job-tests.ts';
import { hasWords, jobTest, newerTest, STATES_OF_AGE } from './job-tests.ts';
import type { JobState } from './job/states.ts';
import { queueName } from './options.ts';
import type { JobView } from './store/job-reader.ts';

/** What somebody searches for. */
export interface JobSearch {
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

/** What a search is made of. */
export interface SearchParts {
  /** All of them must hold. */
  readonly terms: readonly JobTerm[];
  /** Texts that must stand in what people see of a job. */
  readonly words?: readonly string[];
  /** Not older than this, ms since 1970; as `newerThan` of a bulk operation. */
  readonly since?: number | undefined;
}

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
/** Of what is no job's name nothing is found, but it is no mistake to ask. */
const CAN_BE_NAME = /^[\w.:/-]{1,128}\*?$/;
/** Each is compared with every job, whose input may have a megabyte. */
const MOST_TERMS = 32;

/** Puts a search together. `now`: ms since 1970, for ages. @throws {OptionError} of `q` */
export function searchOf({ terms, words = [], since }: SearchParts, now: number): JobSearch {
  const tests: JobTest[] = terms.map((term) => jobTest(term, now));
  if (since !== undefined) tests.push(newerTest(since));
  const count = tests.length + words.length;
  if (count > MOST_TERMS)
    throw new OptionError('q', `must have at most ${MOST_TERMS} words and conditions`, count);
  const small = words.map((word) => word.toLowerCase());
  const { filter, isWhole } = filterOf(terms);
  const { state, queue } = filter;
  const newer = since === undefined ? {} : { newerThan: new Date(since) };
  const aged = terms.find(({ key }) => Object.hasOwn(STATES_OF_AGE, key))?.key;
  return {
    tag: valueOf(terms, 'tag'),
    states: state === undefined ? (STATES_OF_AGE[aged ?? ''] ?? ORDER) : [state],
    queue: queueName(queue) === undefined ? queue : undefined,
    name: terms.find(({ key, value }) => key === 'name' && CAN_BE_NAME.test(value))?.value,
    namedQueue: terms.findLast(({ key }) => key === 'queue')?.value,
    matches: (job) => tests.every((test) => test(job)) && hasWords(job, small),
    filter: isWhole && words.length === 0 && state !== undefined ? { ...filter, state, ...newer } : undefined,
  };
}

function valueOf(terms: readonly JobTerm[], wanted: string): string | undefined {
  return terms.find(({ key }) => key === wanted)?.value;
}

/** As much of a search as a bulk operation has a filter for. Whatever else is asked for: a state and a queue make a search shorter. */
function filterOf(terms: readonly JobTerm[]): { readonly filter: Filter; readonly isWhole: boolean } {
  const filter: Filter = {};
  let isWhole = true;
  for (const { key, value } of terms) {
    const isPart = addToFilter(filter, key, value);
    isWhole &&= isPart;
  }
  return { filter, isWhole };
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
