import { OptionError } from './errors.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES } from './job/states.ts';
import { checkTag } from './lookups.ts';
import { anything, checkOptions, oneOf, queueName, shortText, wholeNumber, yesOrNo } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { MergedEntry } from './store/page-merge.ts';
import { mergePages } from './store/page-merge.ts';
import type { PageWindow, ShardPage } from './store/page-reader.ts';
import { readPage } from './store/page-reader.ts';
import { readTagged } from './store/tag-reader.ts';

/** Which jobs a page shows: those of one state, or those with a tag. */
export interface PageOptions {
  readonly state?: JobState;
  /** Instead of `state`. Entries of jobs that are gone count for `offset`, `limit` and `total`, and are not shown. */
  readonly tag?: string;
  /** Only for `enqueued`: one queue. */
  readonly queue?: string;
  /**
   * How many jobs to pass over, 0 to 100,000; with several shards at most 100,000 divided by them, because all of them are read.
   * @default 0
   */
  readonly offset?: number;
  /** Instead of `offset`: where a page goes on, its `next` or `previous`. As deep as one likes, for the price of the first page. */
  readonly cursor?: string;
  /** How many to show, 1 to 500. @default 50 */
  readonly limit?: number;
  /** Whether it begins at the other end: what runs last comes first, or the oldest. @default false */
  readonly reverse?: boolean;
}

/** A page of jobs. `enqueued` and `scheduled`: what runs first comes first; all others: the newest first. */
export interface JobPage {
  readonly jobs: readonly (JobView | DamagedJob)[];
  /** How many there are in all. */
  readonly total: number;
  /** How many come before them. */
  readonly offset: number;
  /** Cursors of the pages behind and before this one; undefined: there is none. Between two looks jobs come and go, and pages shift with them. */
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

const MOST_PASSED = 100_000;
/** So many pages are passed over whose entries all stand for jobs that are elsewhere by now. */
const MOST_EMPTY = 20;

const RULES = {
  state: oneOf(JOB_STATES),
  tag: anything,
  queue: queueName,
  offset: wholeNumber(0, MOST_PASSED),
  cursor: shortText(10_000),
  limit: wholeNumber(1, 500),
  reverse: yesOrNo,
};

type Read = (shard: Shard, window: PageWindow) => Promise<ShardPage>;

/** What a page holds, in its order, and where others begin. */
interface Found {
  readonly ids: readonly string[];
  readonly total: number;
  readonly offset: number;
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

/** Reads a page over all shards. `find`: reads records, in the order of their ids. @throws {OptionError} */
export async function pageOf(
  shards: readonly Shard[],
  options: PageOptions,
  find: (ids: readonly string[]) => Promise<(JobView | DamagedJob)[]>,
): Promise<JobPage> {
  checkOptions(options, RULES, 'page');
  const { offset: _, ...which } = options;
  let page = await onePage(shards, options, find);
  for (let passed = 0; page.jobs.length === 0 && page.next !== undefined && passed < MOST_EMPTY; passed++)
    page = await onePage(shards, { ...which, cursor: page.next }, find);
  return page;
}

async function onePage(...[shards, options, find]: Parameters<typeof pageOf>): Promise<JobPage> {
  const { ids, ...place } = await findPage(shards, options);
  const jobs = (await find([...new Set(ids)])).filter((job) => 'damaged' in job || fits(job, options));
  return { jobs, ...place };
}

/** Positions are how far each shard has been read: of one alone, how many were passed over. */
type Positions = readonly number[];

async function findPage(shards: readonly Shard[], options: PageOptions): Promise<Found> {
  const { limit = 50, reverse: isReversed = false } = options;
  const read = readerOf(options);
  const { starts, skip } = startOf(options, shards.length);
  const most = skip + limit + 1;
  const pages = await Promise.all(
    shards.map((shard, i) => read(shard, { from: starts[i] ?? 0, most, isReversed })),
  );
  const entries = mergePages(pages);
  const taken = entries.slice(skip, skip + limit);
  const here = moveOn(starts, entries.slice(0, skip), 1);
  return {
    ids: taken.filter(({ isGone }) => isGone !== true).map(({ id }) => id),
    total: pages.reduce((sum, page) => sum + page.total, 0),
    offset: totalOf(here),
    next: entries.length > skip + limit ? moveOn(here, taken, 1).join('.') : undefined,
    previous:
      totalOf(here) === 0
        ? undefined
        : (await findPrevious(shards, here, { read, limit, isReversed })).join('.'),
  };
}

interface Backwards {
  readonly read: Read;
  readonly limit: number;
  readonly isReversed: boolean;
}

/** Where the page before a place begins: of several shards their last jobs are put in order to know. */
async function findPrevious(
  shards: readonly Shard[],
  here: Positions,
  { read, limit, isReversed }: Backwards,
): Promise<Positions> {
  const starts = here.map((position) => Math.max(0, position - limit));
  if (shards.length === 1) return starts;
  const pages = await Promise.all(
    shards.map(async (shard, i) => {
      const [from, until] = [starts[i] ?? 0, here[i] ?? 0];
      return until === 0 ? { entries: [] } : read(shard, { from, most: until - from, isReversed });
    }),
  );
  // Less than was asked for: the list has become shorter, and ends here.
  const ends = pages.map(({ entries }, i) => (starts[i] ?? 0) + entries.length);
  return moveOn(ends, mergePages(pages).slice(-limit), -1);
}

/** Pure. */
function moveOn(positions: Positions, entries: readonly MergedEntry[], sign: 1 | -1): Positions {
  const moved = [...positions];
  for (const { shard } of entries) moved[shard] = Math.max(0, (moved[shard] ?? 0) + sign);
  return moved;
}

function totalOf(positions: Positions): number {
  return positions.reduce((total, position) => total + position, 0);
}

/** @throws {OptionError} */
function startOf(
  { offset = 0, cursor }: PageOptions,
  shards: number,
): { readonly starts: Positions; readonly skip: number } {
  if (cursor !== undefined) {
    const starts = /^\d{1,9}(\.\d{1,9})*$/.test(cursor) ? cursor.split('.').map(Number) : [];
    if (starts.length !== shards || offset > 0)
      throw new OptionError(
        'page.cursor',
        'must be "next" or "previous" of a page, and stand without "offset"',
        cursor,
      );
    return { starts, skip: 0 };
  }
  const most = Math.floor(MOST_PASSED / shards);
  if (offset > most)
    throw new OptionError(
      'page.offset',
      `must be at most ${most} with ${shards} shards: go on by "cursor"`,
      offset,
    );
  // Where a page of several shards begins in each of them is not known before they are merged.
  return shards === 1
    ? { starts: [offset], skip: 0 }
    : { starts: Array.from({ length: shards }, () => 0), skip: offset };
}

/** How a page is read from a shard. @throws {OptionError} */
function readerOf({ state, tag, queue }: PageOptions): Read {
  if ((state === undefined) === (tag === undefined))
    throw new OptionError('page', 'must have either "state" or "tag"', { state, tag });
  if (queue !== undefined && state !== 'enqueued')
    throw new OptionError('page.queue', 'can only be given with the state "enqueued"', queue);
  if (state !== undefined) return (shard, window) => readPage(shard, { state, queue, ...window });
  checkTag(tag, 'page.tag');
  return (shard, window) => readTagged(shard, tag ?? '', window);
}

/** Entries are hints: some jobs have gone on, or were moved to another queue. */
function fits(job: JobView, { tag, state, queue }: PageOptions): boolean {
  if (tag !== undefined) return job.tags.includes(tag);
  return state !== 'enqueued' || (job.state === state && (queue ?? job.queue) === job.queue);
}
