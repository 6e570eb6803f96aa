import { isOfNow, leftOutOf } from './left-out-runs.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import { GOES_ON, missedIn, readLastTicks, readTicks } from './store/tick-reader.ts';

/** A tick of a recurring job that nobody has run, or not in time. */
interface LateTick {
  readonly id: string;
  /** How long ago its time was, ms; of one that was passed over, how long ago that was seen. */
  readonly agoMs: number;
  /** How late it is, or was run, ms; Infinity: it will not be run. */
  readonly lateMs: number;
}

/** What alerts know of ticks. */
export interface MissedTicks {
  /** The one that waits for longest. */
  readonly overdue: LateTick | undefined;
  /** The last ticks, of the last day, that were passed over or run late; and of those left out for an earlier run the first. */
  readonly passed: readonly LateTick[];
}

/** So many recurring jobs are looked at, those with the nearest ticks; a look must not grow with the installation. */
const MOST = 10_000;
/** So many at a time, of each shard: about a millisecond of Redis. */
const STEP = 1000;
/** What was missed before is the past: with a tick a month an alert would fire for a month. */
const DAY_MS = 86_400_000;

/** Looks for ticks that were missed; `now` is the clock of Redis, ms since 1970. */
export async function readMissedTicks(shards: readonly Shard[], now: number): Promise<MissedTicks> {
  const most = Math.ceil(MOST / shards.length);
  const [overdue, passed] = await Promise.all([
    Promise.all(shards.map((shard) => readOverdue(shard, now))),
    Promise.all(shards.map((shard) => readPassed(shard, { most, now }))),
  ]);
  return { overdue: longest(overdue.flat()), passed: passed.flat() };
}

async function readOverdue({ connection: { redis }, prefix }: Shard, now: number): Promise<LateTick[]> {
  const [id = '', tick] = await redis.zrange(prefix + KEY.ticks, 0, '0', 'WITHSCORES');
  const late = tick === undefined ? 0 : now - Number(tick);
  return late > 0 ? [{ id, agoMs: late, lateMs: late }] : [];
}

async function readPassed(
  shard: Shard,
  { most, now }: { readonly most: number; readonly now: number },
): Promise<LateTick[]> {
  const found: LateTick[] = [];
  for (let from = 0; from < most; from += STEP) {
    const { entries, total } = await readTicks(shard, GOES_ON, { from, most: Math.min(STEP, most - from) });
    const ids = entries.map(({ id }) => id);
    const lasts = await readLastTicks(shard, ids);
    for (const [i, id] of ids.entries()) {
      const { at, lateMs } = missedIn(lasts[i] ?? []) ?? { at: -Infinity, lateMs: 0 };
      if (now - at < DAY_MS) found.push({ id, lateMs, agoMs: Math.max(0, now - at) });
    }
    for (const one of await leftOutOf(shard, ids, lasts)) {
      // Nothing has run since the first of them: it gets later and later.
      const lateMs = Math.max(0, now - one.firstAt);
      if (isOfNow(one, now)) found.push({ id: one.id, lateMs, agoMs: lateMs });
    }
    if (from + STEP >= total) break;
  }
  return found;
}

/** What an alert says that bears so much lateness. Pure. */
export function judgeMissed(
  { overdue, passed }: MissedTicks,
  ageMs: number,
): { readonly value: number; readonly isOver: boolean; readonly about: string } {
  const isOver = ({ lateMs }: LateTick): boolean => lateMs > ageMs;
  const waits = overdue !== undefined && isOver(overdue);
  // What is still to be run comes first: there somebody can do something.
  const over = waits ? overdue : longest(passed.filter(isOver));
  const { id = '', agoMs = 0 } = over ?? overdue ?? {};
  return { value: agoMs, isOver: over !== undefined, about: id };
}

function longest(ticks: readonly LateTick[]): LateTick | undefined {
  return ticks.toSorted((a, b) => b.agoMs - a.agoMs)[0];
}
