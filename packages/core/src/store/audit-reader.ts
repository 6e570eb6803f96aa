import { KEY } from '../redis/keys.ts';
import { filterView } from './filter-view.ts';
import type { StoredFilter } from './operation-store.ts';
import { targetView } from './target-view.ts';
import type { Shard } from '../shard-set.ts';

/** Something that a person, or a program in its name, has changed. */
export interface AuditEntry {
  /** Its place in the log, for `before`. */
  readonly cursor: string;
  /** ms since 1970, by the clock of Redis. */
  readonly at: number;
  readonly actor: string;
  /** A verb: `cancel`, `pause`, `bulk requeue: done` … */
  readonly action: string;
  /** What was changed: the id of a job, a batch, an operation or a recurring job, or the name of a queue. */
  readonly target: string;
  /** Why, in the words of whoever did it; empty: no word. */
  readonly reason: string;
  /** What else is known, such as the counts of a bulk operation. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which entries are wanted. */
export interface AuditFilter {
  /** Who, as it stands there, or without what stands in brackets behind a name: from where. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

/** A place in the log: the instant, the number within it, and the shard. */
type Place = readonly [ms: number, number: number, shard: number];

const PAGE = 500;

/** The newest entries of a shard that fit and are older than a place; at most `most`. A shard keeps about 10,000. */
export async function readAudit(
  { connection: { redis }, prefix, number }: Shard,
  { filter, before, most }: { filter: AuditFilter; before: Place | undefined; most: number },
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let end = endOf(before, number);
  while (found.length < most) {
    const page = await redis.xrevrange(prefix + KEY.audit, end, '-', 'COUNT', PAGE);
    for (const [id, fields] of page) {
      const entry = entryOf(id, fields, number);
      if (found.length < most && fitsAudit(entry, filter)) found.push(entry);
    }
    const last = page.at(-1)?.[0];
    if (page.length < PAGE || last === undefined) break;
    end = `(${last}`;
  }
  return found;
}

/** The place that a cursor names; undefined: it is none. */
export function placeOf(cursor: string): Place | undefined {
  const [, ms, number, shard] = /^(\d{1,15})-(\d{1,9})-(\d{1,4})$/.exec(cursor) ?? [];
  return shard === undefined ? undefined : [Number(ms), Number(number), Number(shard)];
}

/** The newest first. */
export function byPlace(a: AuditEntry, b: AuditEntry): number {
  const [x, y] = [placeOf(a.cursor) ?? [0, 0, 0], placeOf(b.cursor) ?? [0, 0, 0]];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
}

function endOf(before: Place | undefined, shard: number): string {
  if (before === undefined) return '+';
  const id = `${before[0]}-${before[1]}`;
  return shard < before[2] ? id : `(${id}`;
}

/** Whether an entry is one of those wanted. */
export function fitsAudit(entry: AuditEntry, { actor, action, target }: AuditFilter): boolean {
  return (
    (actor === undefined || entry.actor === actor || entry.actor.startsWith(`${actor} (`)) &&
    (action === undefined || entry.action === action) &&
    (target === undefined || entry.target === target)
  );
}

function entryOf(id: string, fields: readonly string[], shard: number): AuditEntry {
  const field = (name: string): string => {
    const at = fields.findIndex((text, i) => i % 2 === 0 && text === name);
    return at < 0 ? '' : (fields[at + 1] ?? '');
  };
  const { by: _by, why, ...details } = parse(field('reason'));
  return {
    cursor: `${id}-${shard}`,
    at: Number(id.split('-', 1)[0]),
    actor: field('actor'),
    action: field('action'),
    target: field('target'),
    reason: typeof why === 'string' ? why : '',
    details: {
      ...details,
      ...('filter' in details && { filter: filterIn(details['filter']) }),
      ...('to' in details && { to: targetView(details['to']) }),
    },
  };
}

/** Of a bulk operation, in the words in which it was asked for. */
function filterIn(stored: unknown): unknown {
  try {
    return isFilter(stored) ? filterView(stored) : stored;
  } catch {
    // Written by hand.
    return stored;
  }
}

function isFilter(stored: unknown): stored is StoredFilter {
  return typeof stored === 'object' && stored !== null && 'state' in stored;
}

function parse(json: string): Record<string, unknown> {
  try {
    const value = JSON.parse(json) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Written by hand, or by another version: who and what stand beside it.
    return {};
  }
}
