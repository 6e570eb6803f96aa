import type { JobState } from './job/states.ts';
import { checkOptions, oneOf, shortText, wholeNumber } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { StoredRecurring, TickEntry } from './store/recurring-store.ts';
import type { TickPage, TickRange } from './store/tick-reader.ts';
import { ANY_TICK, isMissed, NO_NEXT_TICK, overdue, readLastTicks, readTicks } from './store/tick-reader.ts';

const STATES = ['paused', 'error', 'late', 'missed'] as const;

/** Which recurring jobs a page shows; with several filters all must fit. */
export interface RecurringPageOptions {
  /** What stands in its id or in the name of its job; capitals do not count. */
  readonly text?: string;
  /** `error`: its definition cannot be used. `late`: nobody has run its tick for a minute. `missed`: its last tick was not run in time. */
  readonly state?: (typeof STATES)[number];
  /** How many to pass over, 0 to 100,000. @default 0 */
  readonly offset?: number;
  /** How many to show, 1 to 200. @default 50 */
  readonly limit?: number;
}

/** A recurring job with what became of its last tick, and the state of the job that ran; without one that job is gone. */
export type RecurringRow = StoredRecurring & {
  readonly last: (TickEntry & { readonly state?: JobState }) | undefined;
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
const MOST_LOOKED = 2000;
/** So much input may come along on the way, in characters. */
const MOST_INPUT = 4_000_000;

type Fits = (one: StoredRecurring, ticks: readonly TickEntry[]) => boolean;

/** One recurring job on its way to a page. */
interface Found {
  readonly shard: Shard;
  readonly one: StoredRecurring;
  readonly ticks: readonly TickEntry[];
}

/** Reads a page of recurring jobs. @throws {OptionError} */
export async function readRecurringPage(
  shards: readonly [Shard, ...Shard[]],
  options: RecurringPageOptions,
): Promise<RecurringPage> {
  checkOptions(options, RULES, 'recurring');
  const { offset = 0, limit = 50, text, state } = options;
  const range = await rangeOf(shards[0], state);
  const fits = filterOf(text?.toLowerCase(), state);
  const most = text === undefined && state === undefined ? limit : STEP;
  const found: Found[] = [];
  let [at, total, input] = [offset, 0, 0];
  do {
    const window = await readWindow(shards, range, { from: at, most });
    total = window.total;
    if (window.found.length === 0) break;
    for (const one of window.found) {
      if (found.length === limit) break;
      at++;
      if (one === undefined || !fits(one.one, one.ticks)) continue;
      found.push(one);
    }
    input += window.found.reduce((sum, one) => sum + (one?.one.job.payload.length ?? 0), 0);
  } while (found.length < limit && at < total && at - offset < MOST_LOOKED && input < MOST_INPUT);
  return { recurring: await withStates(found), total, next: at < total ? at : undefined };
}

function rangeOf(home: Shard, state: RecurringPageOptions['state']): Promise<TickRange> | TickRange {
  if (state === 'late') return home.recurring.now().then(overdue);
  return state === 'paused' || state === 'error' ? NO_NEXT_TICK : ANY_TICK;
}

function filterOf(text: string | undefined, state: RecurringPageOptions['state']): Fits {
  return (one, ticks) => {
    const { id, job, paused, error } = one;
    if (text !== undefined && !`${id}\n${job.name}`.toLowerCase().includes(text)) return false;
    if (state === 'paused') return paused !== undefined;
    if (state === 'error') return error !== undefined;
    return state !== 'missed' || isMissed(ticks);
  };
}

interface Window {
  /** In order; undefined where a definition is gone. */
  readonly found: readonly (Found | undefined)[];
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
  const entries = merge(shards, pages).slice(from - start, from - start + most);
  const found = new Map<string, Found>();
  await Promise.all(
    shards.map(async (shard) => {
      const ids = entries.filter((entry) => entry.shard === shard).map(({ id }) => id);
      const [ones, lasts] = await Promise.all([shard.recurring.findMany(ids), readLastTicks(shard, ids)]);
      const ticks = new Map(ids.map((id, i) => [id, lasts[i] ?? []]));
      for (const one of ones) found.set(one.id, { shard, one, ticks: ticks.get(one.id) ?? [] });
    }),
  );
  return {
    found: entries.map(({ id }) => found.get(id)),
    total: pages.reduce((sum, page) => sum + page.total, 0),
  };
}

function merge(shards: readonly Shard[], pages: readonly TickPage[]): { shard: Shard; id: string }[] {
  return shards
    .flatMap((shard, i) => (pages[i]?.entries ?? []).map((entry) => ({ shard, ...entry })))
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/** Runs of a recurring job live where it lives. */
async function withStates(found: readonly Found[]): Promise<RecurringRow[]> {
  const states = new Map<string, JobState>();
  await Promise.all(
    [...new Set(found.map(({ shard }) => shard))].map(async (shard) => {
      const own = found.filter((one) => one.shard === shard).flatMap(({ ticks }) => ticks[0]?.job ?? []);
      for (const job of await shard.reader.findMany([...new Set(own)]))
        if (!('damaged' in job)) states.set(job.id, job.state);
    }),
  );
  return found.map(({ one, ticks: [last] }) => {
    const state = states.get(last?.job ?? '');
    return { ...one, last: last && { ...last, ...(state !== undefined && { state }) } };
  });
}
