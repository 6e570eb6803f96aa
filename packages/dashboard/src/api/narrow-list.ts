/** So many entries are read at once, however few rows are wanted: what is found on the way to them is not to be counted. */
export const NARROW_CHUNK = 200;
/** After so many entries of others a page ends, whatever it has found: some ten ms of Redis. */
const MOST_OTHERS = 1000;
/** What comes line by line says nothing for so long: how often it speaks, and of how many, tells where others are. */
export const NARROW_SILENT_MS = 500;

/** A list of which somebody may see some. */
export interface NarrowList<T, Own extends T> {
  /** Reads entries from a cursor on; empty: from the beginning. */
  readonly read: (cursor: string) => Promise<Chunk<T>>;
  /** Those that may be seen. */
  readonly choose: (entries: readonly T[]) => Promise<readonly Own[]>;
  /** So many rows at most. */
  readonly limit: number;
}

interface Chunk<T> {
  readonly entries: readonly T[];
  /** How many were looked at beside them. */
  readonly passed: number;
  readonly next: string | undefined;
}

/** Some rows, and the place of the first one behind them; undefined: there is none. */
interface Found<Own> {
  readonly rows: readonly Own[];
  readonly next: string | undefined;
}

/**
 * Rows that somebody may see, from a place on. A page ends before the first one too many, at the end of the list, or after so
 * many entries of others: what is one's own does not count for that, so that nobody can measure by it where exactly others are.
 */
export async function findNarrowed<T, Own extends T>(
  { read, choose, limit }: NarrowList<T, Own>,
  from: string,
): Promise<Found<Own>> {
  let [skip, cursor] = placeIn(from);
  const rows: Own[] = [];
  let others = 0;
  for (;;) {
    const { entries, passed, next } = await read(cursor);
    const own = new Map<T, Own>((await choose(entries.slice(skip))).map((row) => [row, row]));
    for (const [i, entry] of entries.entries()) {
      if (i < skip) continue;
      const row = own.get(entry);
      if (row === undefined) others++;
      else if (rows.length === limit) return { rows, next: `${i} ${cursor}` };
      else rows.push(row);
      if (others === MOST_OTHERS) return { rows, next: `${i + 1} ${cursor}` };
    }
    if (next === undefined) return { rows, next };
    [skip, cursor] = [0, next];
    others += passed;
    // Where a part ends is a number of all: a page that has rows goes on behind it.
    if (others >= (rows.length === 0 ? MOST_OTHERS : 3 * MOST_OTHERS)) return { rows, next: `0 ${next}` };
  }
}

/** A place: the part that is read, and how many of its entries were looked at. */
export function placeIn(place: string): [skip: number, cursor: string] {
  const [, skip = '0', cursor = ''] = /^(\d+) (.*)$/s.exec(place) ?? [];
  return [Number(skip), cursor];
}
