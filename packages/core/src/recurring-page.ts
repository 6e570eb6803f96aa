import type { JobState } from './job/states.ts';
import type { LeftOutRuns } from './left-out-runs.ts';
import { leftOutOf } from './left-out-runs.ts';
import { checkOptions, oneOf, shortText, wholeNumber } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { StoredRecurring, TickEntry } from './store/recurring-store.ts';
import type { TickRange } from './store/tick-reader.ts';
import {
  ANY_TICK,
  isLeftOut,
  isMissed,
  NO_NEXT_TICK,
  overdue,
  readFailed,
  readLastRuns,
  readLastTicks,
  readTicks,
} from './store/tick-reader.ts';

const STATES = ['paused', 'error', 'failed', 'late', 'missed', 'overlap'] as const;

/** Which recurring jobs a page shows; with several filters all must fit. */
export interface RecurringPageOptions {
  /** What stands in its id or in the name of its job; capitals do not count. */
  readonly text?: string;
  /** `error`: its definition cannot be used. `failed`: its last run has failed for good. `late`: nobody has run its tick for a minute. `missed`: its last tick was not run in time. `overlap`: it was left out, because an earlier run had not ended. */
  readonly state?: (typeof STATES)[number];
  /** How many to pass over, 0 to 100,000. @default 0 */
  readonly offset?: number;
  /** How many to show, 1 to 200. @default 50 */
  readonly limit?: number;
}

/** A recurring job with what became of its last tick, and the state of the job that ran; without one that job is gone. */
export type RecurringRow = StoredRecurring & {
  readonly last: (TickEntry & { readonly state?: JobState }) | undefined;
  /** The job that it has enqueued last, whatever became of ticks since. */
  readonly lastRun?: { readonly job: string; readonly state?: JobState };
  /** What was left out since its last run. */
  readonly leftOut?: LeftOutRuns;
};

/** Some recurring jobs, in the order of their next ticks; those that have none come last. */
export interface RecurringPage {
  readonly recurring: readonly RecurringRow[];
  /** How many there are; with a filter: among how many it looks. */
  readonly total: number;
  /** The offset of the next page; undefined: this was the last one. A filter may find few on a page, and more on the next. */
  readonly next: number | undefined;
}

const RULES = {
  text: shortText(200),
  state: oneOf(STATES),
  offset: wholeNumber(0, 100_000),
  limit: wholeNumber(1, 200),
};

/** So many are read at once where a filter chooses among them. */
const STEP = 250;
/** After so many a page ends, whatever it has found: some ten ms of Redis. */
const MOST_LOOKED = 1500;
/** So much input may come along on the way, in characters. */
const MOST_INPUT = 4_000_000;

/** A recurring job on its way to a page. */
interface Found {
  readonly shard: Shard;
  readonly one: StoredRecurring;
}

/** Reads a page of recurring jobs. @throws {OptionError} */
export async function readRecurringPage(
  shards: readonly [Shard, ...Shard[]],
  options: RecurringPageOptions,
): Promise<RecurringPage> {
  checkOptions(options, RULES, 'recurring');
  const { offset = 0, limit = 50, text, state } = options;
  const range = await rangeOf(shards[0], state);
  const most = text === undefined && state === undefined ? limit : STEP;
  const found: Found[] = [];
  let [at, total, input] = [offset, 0, 0];
  do {
    const window = await readWindow(shards, range, { from: at, most });
    total = window.total;
    if (window.entries.length === 0) break;
    const read = await readDefinitions(window.entries, WANTED[state ?? '']);
    for (const { id } of window.entries) {
      if (found.length === limit) break;
      at++;
      const one = read.get(id);
      input += one?.one.job.payload.length ?? 0;
      if (one !== undefined && fits(one.one, options)) found.push(one);
    }
  } while (found.length < limit && at < total && at - offset < MOST_LOOKED && input < MOST_INPUT);
  return { recurring: await withLastTicks(found), total, next: at < total ? at : undefined };
}

function rangeOf(home: Shard, state: RecurringPageOptions['state']): Promise<TickRange> | TickRange {
  if (state === 'late') return home.recurring.now().then(overdue);
  return state === 'paused' || state === 'error' ? NO_NEXT_TICK : ANY_TICK;
}

function fits({ id, job, paused, error }: StoredRecurring, { text, state }: RecurringPageOptions): boolean {
  if (text !== undefined && !`${id}\n${job.name}`.toLowerCase().includes(text.toLowerCase())) return false;
  if (state === 'paused') return paused !== undefined;
  return state !== 'error' || error !== undefined;
}

interface Window {
  readonly entries: readonly { readonly shard: Shard; readonly id: string }[];
  readonly total: number;
}

async function readWindow(
  shards: readonly Shard[],
  range: TickRange,
  { from, most }: { readonly from: number; readonly most: number },
): Promise<Window> {
  // Where a part of several shards begins in each of them is not known before they are merged.
  const start = shards.length === 1 ? from : 0;
  const reach = { from: start, most: from + most - start };
  const pages = await Promise.all(shards.map((shard) => readTicks(shard, range, reach)));
  const merged = shards
    .flatMap((shard, i) => (pages[i]?.entries ?? []).map((entry) => ({ shard, ...entry })))
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return {
    entries: merged.slice(from - start, from - start + most),
    total: pages.reduce((sum, page) => sum + page.total, 0),
  };
}

type Choice = (shard: Shard, ids: readonly string[]) => Promise<boolean[]>;

/** States that the last ticks tell, or the last run. */
const WANTED: Readonly<Record<string, Choice>> = {
  failed: readFailed,
  missed: async (shard, ids) => (await readLastTicks(shard, ids)).map(isMissed),
  overlap: async (shard, ids) => (await readLastTicks(shard, ids)).map(isLeftOut),
};

/** Definitions by their ids. What need not be read is not: there may be thousands on the way to a page. */
async function readDefinitions(
  entries: Window['entries'],
  choose: Choice | undefined,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  await Promise.all(
    byShard(entries).map(async ([shard, own]) => {
      const ids = own.map(({ id }) => id);
      const chosen = await choose?.(shard, ids);
      const wanted = chosen === undefined ? ids : ids.filter((_, i) => chosen[i]);
      for (const one of await shard.recurring.findMany(wanted)) found.set(one.id, { shard, one });
    }),
  );
  return found;
}

type Lasts = Pick<RecurringRow, 'last' | 'lastRun' | 'leftOut'>;

/** Runs of a recurring job live where it lives. */
async function withLastTicks(found: readonly Found[]): Promise<RecurringRow[]> {
  const rows = new Map<string, Lasts>();
  await Promise.all(
    byShard(found).map(async ([shard, own]) => {
      const ids = own.map(({ one }) => one.id);
      for (const [id, row] of await readLasts(shard, ids)) rows.set(id, row);
    }),
  );
  return found.map(({ one }) => ({ ...one, ...(rows.get(one.id) ?? { last: undefined }) }));
}

async function readLasts(shard: Shard, ids: readonly string[]): Promise<[string, Lasts][]> {
  const [ticks, runs] = await Promise.all([readLastTicks(shard, ids), readLastRuns(shard, ids)]);
  const lasts = ticks.map(([last]) => last);
  const [states, left] = await Promise.all([
    shard.reader.statesOf([...lasts.map((last) => last?.job), ...runs].filter((job) => job !== undefined)),
    leftOutOf(shard, ids, ticks),
  ]);
  const withState = <T extends { readonly job?: string }>(run: T): T & { readonly state?: JobState } => {
    const state = states.get(run.job ?? '');
    return { ...run, ...(state !== undefined && { state }) };
  };
  return ids.map((id, i) => {
    const [last, job] = [lasts[i], runs[i]];
    const leftOut = left.find((one) => one.id === id);
    return [
      id,
      {
        last: last && withState(last),
        ...(job !== undefined && { lastRun: withState({ job }) }),
        ...(leftOut !== undefined && { leftOut }),
      },
    ];
  });
}

function byShard<T extends { readonly shard: Shard }>(all: readonly T[]): [Shard, T[]][] {
  const shards = [...new Set(all.map(({ shard }) => shard))];
  return shards.map((shard) => [shard, all.filter((one) => one.shard === shard)]);
}
