import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import type { Spread } from './job/histogram.ts';
import { spreadOf } from './job/histogram.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions } from './options.ts';
import type { Shard } from './shard-set.ts';
import { HISTORY_FIELDS, HISTORY_SPANS, readBuckets } from './store/history-reader.ts';

/** Which part of the history is wanted: the last while, or from an instant to another. */
export interface HistoryOptions {
  /** The time until now, by the clock of Redis, 1 minute to 31 days. */
  readonly last?: Duration;
  /** Instead of `last`: where it begins, at most 31 days ago. */
  readonly from?: Date;
  /** Where it ends. @default now, by the clock of Redis */
  readonly to?: Date;
  /**
   * Length of one point, 1 minute or more. It is rounded up to whole minutes within the last 3 hours, to ten minutes within
   * the last 30, else to hours: the history is no finer there. @default so that there are at most 180 points
   */
  readonly step?: Duration;
}

/** What happened in a part of the history. Times are in ms. */
export interface HistoryFigures {
  /** Jobs that were stored to run at once. */
  readonly enqueued: number;
  /** Jobs that were stored to run later. */
  readonly scheduled: number;
  readonly succeeded: number;
  /** Attempts that failed, with another one to follow. */
  readonly retried: number;
  /** Jobs that failed for good. */
  readonly failed: number;
  readonly cancelled: number;
  /**
   * From when a job was enqueued, by its producer's clock, to when a worker started it; of jobs that ran for the first time and
   * had nothing to wait for but a slot. Undefined: none.
   */
  readonly wait: Spread | undefined;
  /** How long handlers ran, however they ended by themselves. Undefined: none did. */
  readonly run: Spread | undefined;
}

/** One point of the history. */
export interface HistoryPoint extends HistoryFigures {
  /** Where it begins, ms since 1970. */
  readonly at: number;
}

/** A part of the history. */
export interface History {
  /** Length of one point, ms. */
  readonly stepMs: number;
  /** The oldest first, without gaps. The last one is not over yet. */
  readonly points: readonly HistoryPoint[];
  /** All of it together. */
  readonly total: HistoryFigures;
}

const MINUTE_MS = 60_000;
const MOST_MS = 31 * 86_400_000;
const POINTS = 180;
const isDate: Rule = (value) =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : 'must be a valid Date';
const RULES = { last: anything, from: isDate, to: isDate, step: anything };
const COUNTERS = ['enqueued', 'scheduled', 'succeeded', 'retried', 'failed', 'cancelled'] as const;

/** Reads a part of the history of all shards. @throws {OptionError} */
export async function historyOf(
  shards: readonly [Shard, ...Shard[]],
  options: HistoryOptions,
): Promise<History> {
  checkOptions(options, RULES, 'history');
  const { seconds, stepMs, from, to } = planHistory(options, await shards[0].recurring.now());
  const first = from / 1000 / seconds;
  const count = (to - from) / 1000 / seconds;
  const all = await Promise.all(shards.map((shard) => readBuckets(shard, { seconds, first, count })));
  const perPoint = stepMs / 1000 / seconds;
  const points = Array.from({ length: (to - from) / stepMs }, (_, i) => ({
    at: from + i * stepMs,
    ...figuresOf(all.flatMap((buckets) => buckets.slice(i * perPoint, (i + 1) * perPoint))),
  }));
  return { stepMs, points, total: figuresOf(all.flat()) };
}

/** The finest buckets that reach back far enough, and where points begin and end. Pure. */
export function planHistory(
  { last, from, to, step }: HistoryOptions,
  now: number,
): { readonly seconds: number; readonly stepMs: number; readonly from: number; readonly to: number } {
  if ((last === undefined) === (from === undefined))
    throw new OptionError('history', 'must have either "last" or "from"', { last, from });
  if (last !== undefined && to !== undefined)
    throw new OptionError('history.to', 'can only be given with "from"', to);
  const end = Math.min(to?.getTime() ?? now, now);
  const begin = last === undefined ? (from?.getTime() ?? now) : now - toMs(last, 'history.last');
  if (now - begin > MOST_MS)
    throw new OptionError('history', 'must not begin more than 31 days ago', { last, from });
  if (end - begin < MINUTE_MS)
    throw new OptionError('history', 'must be 1 minute or more', { last, from, to });
  const [, , coarsest] = HISTORY_SPANS;
  const { seconds } = HISTORY_SPANS.find(({ keepSeconds }) => now - begin <= keepSeconds * 1000) ?? coarsest;
  const span = seconds * 1000;
  const wanted = step === undefined ? (end - begin) / POINTS : toMs(step, 'history.step');
  const stepMs = Math.max(1, Math.ceil(wanted / span)) * span;
  return {
    seconds,
    stepMs,
    from: Math.floor(begin / stepMs) * stepMs,
    to: Math.ceil(end / stepMs) * stepMs,
  };
}

function figuresOf(buckets: readonly Readonly<Record<string, string>>[]): HistoryFigures {
  const sums: Record<string, number> = {};
  for (const bucket of buckets) {
    for (const [field, n] of Object.entries(bucket)) sums[field] = (sums[field] ?? 0) + Number(n);
  }
  const spread = (letter: string): Spread | undefined => {
    const own = Object.entries(sums).filter(
      ([name]) => name.startsWith(letter) && /^\d+$/.test(name.slice(letter.length)),
    );
    return spreadOf(Object.fromEntries(own.map(([name, n]) => [name.slice(1), n])));
  };
  const counts = Object.fromEntries(COUNTERS.map((name) => [name, sums[name] ?? 0]));
  return {
    ...(counts as Record<(typeof COUNTERS)[number], number>),
    wait: spread(HISTORY_FIELDS.wait),
    run: spread(HISTORY_FIELDS.run),
  };
}
