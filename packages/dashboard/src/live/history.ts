import type { History, Monitor } from '@linstock/core';

/** How far back the history is shown, and how old what is shown may be, ms. */
const RANGES = { '1h': 5000, '6h': 20_000, '24h': 20_000, '7d': 60_000, '30d': 60_000 } as const;

/** A part of the history that can be asked for. */
export type Range = keyof typeof RANGES;
export const HISTORY_RANGES = Object.keys(RANGES) as readonly Range[];

interface Kept {
  readonly readAt: number;
  readonly history: Promise<History>;
}

/** Reads the history once for all who look. */
export class HistoryReader {
  readonly #monitor: Monitor;
  readonly #now: () => number;
  readonly #kept = new Map<Range, Kept>();

  constructor(monitor: Monitor, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
  }

  /** @throws {RedisError} */
  latest(range: Range): Promise<History> {
    const kept = this.#kept.get(range);
    if (kept !== undefined && this.#now() - kept.readAt < RANGES[range]) return kept.history;
    const next = { readAt: this.#now(), history: this.#monitor.history({ last: range }) };
    this.#kept.set(range, next);
    // What failed is asked for again by the next who looks.
    next.history.catch(() => this.#kept.get(range) === next && this.#kept.delete(range));
    return next.history;
  }
}
