import { createHash } from 'node:crypto';
import type { JobState, Monitor, PageOptions } from '@linstock/core';
import { searchSteps } from '@linstock/core/internal';
import { UsageError } from './errors.ts';
import type { FilterFlags } from './job-filters.ts';
import { hasFilter, wantedJobs } from './job-filters.ts';
import type { JobJson } from './job-view.ts';
import { jobJson } from './job-view.ts';

/** Jobs as they are found. */
export interface FoundJobs {
  readonly jobs: readonly JobJson[];
  /** Entries looked at for them. */
  readonly looked: number;
  /** How many there are in all; undefined: only whoever looks at all of them knows. */
  readonly total: number | undefined;
  /** From where another list goes on behind them; undefined: nothing is left. */
  readonly next: string | undefined;
}

/** What is listed. */
export interface Question {
  readonly filters: FilterFlags;
  /** Undefined: all that there are. */
  readonly limit: number | undefined;
  /** The `next` of another list with the same filters. */
  readonly cursor: string | undefined;
}

const MOST_ON_PAGE = 500;
/** Without a filter: what a person wants to see first comes first. */
const ORDER: readonly JobState[] = [
  'processing',
  'enqueued',
  'awaiting',
  'scheduled',
  'failed',
  'cancelled',
  'succeeded',
];

/** Finds jobs, some at a time: by pages where these filters have pages, else by looking at all that can be meant. */
export function findJobs(monitor: Monitor, question: Question): AsyncGenerator<FoundJobs, undefined> {
  const { filters, limit, cursor } = question;
  const place = cursor === undefined ? undefined : openCursor(cursor, filters);
  const isPaged = place === undefined ? limit !== undefined && isPlain(filters) : place.kind === 'page';
  return isPaged ? pages(monitor, question, place?.text ?? '') : hits(monitor, question, place?.text ?? '');
}

/** Whether pages show nothing else: of one state, of one queue's waiting jobs, of a tag, of all. */
function isPlain(filters: FilterFlags): boolean {
  const { state, queue, tag, ...others } = filters;
  if (hasFilter(others)) return false;
  if (tag !== undefined) return state === undefined && queue === undefined;
  return queue === undefined || state === 'enqueued';
}

interface Lists {
  readonly lists: ReadonlyMap<string, PageOptions>;
  /** Undefined: a page tells. */
  readonly total: number | undefined;
}

async function listsOf(monitor: Monitor, { state, queue, tag }: FilterFlags): Promise<Lists> {
  if (tag !== undefined) return { lists: new Map([['tag', { tag }]]), total: undefined };
  if (state !== undefined) {
    const list = queue === undefined ? { state } : { state, queue };
    return { lists: new Map([[state, list]]), total: undefined };
  }
  const counts = await monitor.counts();
  const total = ORDER.reduce((sum, each) => sum + counts[each], 0);
  // An empty list has no page: after the last job there is no other one.
  return {
    lists: new Map(ORDER.filter((each) => counts[each] > 0).map((each) => [each, { state: each }])),
    total,
  };
}

async function* pages(
  monitor: Monitor,
  { filters, limit = MOST_ON_PAGE }: Question,
  from: string,
): AsyncGenerator<FoundJobs, undefined> {
  const { lists, total } = await listsOf(monitor, filters);
  const names = [...lists.keys()];
  const [start = '', position = ''] = from.split(' ');
  let [left, cursor] = [limit, position];
  for (const [i, name] of names.entries()) {
    if (isBefore(name, start)) continue;
    if (name !== start) cursor = '';
    for (let isOver = false; !isOver && left > 0; isOver = cursor === '') {
      const range = { limit: Math.min(left, MOST_ON_PAGE), ...(cursor !== '' && { cursor }) };
      const page = await monitor.page({ ...lists.get(name), ...range });
      left -= page.jobs.length;
      cursor = page.next ?? '';
      const following = cursor === '' ? names[i + 1] : `${name} ${cursor}`;
      yield {
        jobs: page.jobs.map(jobJson),
        looked: page.jobs.length,
        total: total ?? page.total,
        next: following === undefined ? undefined : closeCursor('page', following, filters),
      };
    }
    if (left <= 0) return;
  }
}

/** Lists that were passed; the one where a cursor stands may be empty by now. */
function isBefore(name: string, start: string): boolean {
  return ORDER.indexOf(name as JobState) < ORDER.indexOf(start as JobState);
}

async function* hits(
  monitor: Monitor,
  { filters, limit = Infinity }: Question,
  from: string,
): AsyncGenerator<FoundJobs, undefined> {
  const { search } = await wantedJobs(monitor, filters);
  // From where it goes on, and how many of the hits that are found there were told.
  const [, start = '0', place = ''] = /^(\d{1,4}) (.*)$/s.exec(from) ?? [];
  let [passed, cursor, left] = [Number(start), place, limit];
  for await (const step of searchSteps(monitor, search, cursor)) {
    const own = step.hits.slice(passed);
    const taken = own.slice(0, left);
    left -= taken.length;
    const found = { jobs: taken.map(jobJson), looked: step.looked, total: undefined };
    if (taken.length < own.length) {
      yield { ...found, next: closeCursor('hit', `${passed + taken.length} ${cursor}`, filters) };
      return;
    }
    [passed, cursor] = [0, step.cursor];
    yield { ...found, next: closeCursor('hit', `0 ${cursor}`, filters) };
    if (left <= 0) return;
  }
  yield { jobs: [], looked: 0, total: undefined, next: undefined };
}

type Kind = 'page' | 'hit';
const PRINT_LENGTH = 6;

/** Without blanks, so that it can be copied into a shell; it tells of which filters it is. */
function closeCursor(kind: Kind, text: string, filters: FilterFlags): string {
  return Buffer.from(`${printOf(filters)}${kind} ${text}`).toString('base64url');
}

function openCursor(cursor: string, filters: FilterFlags): { readonly kind: Kind; readonly text: string } {
  const whole = Buffer.from(cursor, 'base64url').toString();
  const [, kind, text = ''] = /^(page|hit) (.*)$/s.exec(whole.slice(PRINT_LENGTH)) ?? [];
  if (kind === undefined || !whole.startsWith(printOf(filters)))
    throw new UsageError(
      '--cursor must be the "next" of a list with the same filters: begin again without it',
    );
  return { kind: kind as Kind, text };
}

function printOf({ state, queue, name, tag, error, where, since }: FilterFlags): string {
  const filters = JSON.stringify([state, queue, name, tag, error, where, since]);
  return createHash('sha256').update(filters).digest('base64url').slice(0, PRINT_LENGTH);
}
