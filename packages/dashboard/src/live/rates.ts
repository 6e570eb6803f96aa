import type { History, HistoryFigures } from '@linstock/core';
import { hundredths } from './flow.ts';

/** What happened up to an instant (ms since 1970), per second: of one second, or on average where nobody looked. */
export interface Rates {
  readonly at: number;
  readonly enqueued: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** So much is kept, and shown. */
export const WINDOW_MS = 180_000;
/** Looks that are no further apart belong to each other: a busy machine is late. */
const NEAR_MS = 3000;
/** Where an average begins, after the instant up to which something else is known. */
const AFTER_MS = 1000;

type Counts = Readonly<Record<string, number>>;

/** The rates of the last minutes, for whoever comes; from what is read anyway, and at first from the history. */
export class RateMeter {
  #last: { readonly at: number; readonly totals: Counts } | undefined;
  #rates: readonly Rates[] = [];

  /** Takes what was read: totals since the beginning; `past`: what the history has of the time when nobody looked. */
  look(totals: Counts, at: number, past: History | undefined): readonly Rates[] {
    const last = this.#last;
    const gap = last === undefined ? Infinity : at - last.at;
    // Of an instant that was told before there is nothing new.
    if (gap === 0) return this.#rates;
    this.#last = { at, totals };
    const isKnown = gap > 0 && gap <= WINDOW_MS;
    const added = last !== undefined && isKnown ? ratesBetween(last, { at, totals }) : averages(past, at);
    this.#rates = newest([...(isKnown ? this.#rates : []), ...added], at - WINDOW_MS);
    return this.#rates;
  }
}

/** With the last one before an instant, so that a line begins there. */
function newest(rates: readonly Rates[], from: number): readonly Rates[] {
  const first = rates.findIndex(({ at }) => at > from);
  return first === -1 ? [] : rates.slice(Math.max(0, first - 1));
}

/** One, or for a longer time its average, from its beginning to its end. */
function ratesBetween(
  last: { readonly at: number; readonly totals: Counts },
  next: { readonly at: number; readonly totals: Counts },
): Rates[] {
  const names = Object.keys(next.totals);
  const counts = Object.fromEntries(
    names.map((name) => [name, (next.totals[name] ?? 0) - (last.totals[name] ?? 0)]),
  );
  const gap = next.at - last.at;
  return level(counts, { from: gap > NEAR_MS ? last.at + AFTER_MS : next.at, to: next.at, overMs: gap });
}

/** By the minute, as the history has it. The last one is not over, and what is newest is not in it yet: it shares an average. */
function averages(past: History | undefined, now: number): Rates[] {
  const { points, stepMs } = past ?? { points: [], stepMs: 0 };
  const [before, beforeLast, last] = [points.slice(0, -2), points.at(-2), points.at(-1)];
  const whole = before.flatMap((point) => {
    const to = point.at + stepMs;
    return level(countsOf([point]), { from: point.at + AFTER_MS, to, overMs: stepMs });
  });
  if (last === undefined || beforeLast === undefined) return whole;
  const overMs = now - beforeLast.at;
  return [
    ...whole,
    ...level(countsOf([beforeLast, last]), { from: beforeLast.at + AFTER_MS, to: now, overMs }),
  ];
}

function countsOf(points: readonly HistoryFigures[]): Counts {
  const names = ['enqueued', 'scheduled', 'succeeded', 'failed', 'retried'] as const;
  return Object.fromEntries(names.map((name) => [name, points.reduce((sum, point) => sum + point[name], 0)]));
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** How long it took to count that many, ms. */
  readonly overMs: number;
}

function level(counts: Counts, { from, to, overMs }: Span): Rates[] {
  const rate = (...names: string[]): number =>
    hundredths(Math.max(0, (1000 * names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)) / overMs));
  const rates = {
    enqueued: rate('enqueued', 'scheduled'),
    succeeded: rate('succeeded'),
    failed: rate('failed', 'retried'),
  };
  return [...new Set([from, to])].map((at) => ({ at, ...rates }));
}
