import { STATE_LETTERS } from '../job/states.ts';
import { says } from '../redis/errors.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { TickEntry } from './recurring-store.ts';

/** A tick that is older than this counts as one that nobody runs, ms. */
const LATE_MS = 60_000;

/** Recurring jobs whose next ticks lie between two instants, as Redis writes them. */
export interface TickRange {
  readonly min: string;
  readonly max: string;
}

/** All of them; those that have no next tick come last. */
export const ANY_TICK: TickRange = { min: '-inf', max: '+inf' };
/** Those that have one. */
export const GOES_ON: TickRange = { min: '-inf', max: '(+inf' };
/** Those that have none: they are paused, switched off, or over. */
export const NO_NEXT_TICK: TickRange = { min: '+inf', max: '+inf' };

/** Those whose tick nobody has run, by the clock of Redis. */
export function overdue(now: number): TickRange {
  return { min: '-inf', max: String(now - LATE_MS) };
}

/** The order of those that have no next tick. */
export const NEVER = Number.MAX_VALUE;

/** Recurring jobs of a shard with what orders them among shards. */
export interface TickPage {
  readonly entries: readonly { readonly id: string; readonly order: number }[];
  /** How many the range has. */
  readonly total: number;
}

/** Reads recurring jobs in the order of their next ticks: so many, after so many others. */
export async function readTicks(
  { connection: { redis }, prefix }: Shard,
  { min, max }: TickRange,
  { from, most }: { readonly from: number; readonly most: number },
): Promise<TickPage> {
  const key = prefix + KEY.ticks;
  const [flat, total] = await Promise.all([
    redis.zrangebyscore(key, min, max, 'WITHSCORES', 'LIMIT', from, most),
    redis.zcount(key, min, max),
  ]);
  const entries = Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    order: orderOf(flat[2 * i + 1]),
  }));
  return { entries, total };
}

/** Of these, those that were switched off because their definition cannot be used. */
export async function readBroken(
  { connection: { redis }, prefix }: Shard,
  ids: readonly string[],
): Promise<string[]> {
  const errors = await Promise.all(ids.map((id) => redis.hget(`${prefix}${KEY.recurring}${id}`, 'error')));
  return ids.filter((_, i) => (errors[i] ?? '') !== '');
}

/** What became of the last ticks of each, the newest first: as many as tell whether the last one was missed, or left out. */
export function readLastTicks(shard: Shard, ids: readonly string[]): Promise<TickEntry[][]> {
  return readTickEntries(shard, ids, 2);
}

/** The job that each has enqueued last, whatever became of ticks since; undefined: none. */
export function readLastRuns(
  { connection: { redis }, prefix }: Shard,
  ids: readonly string[],
): Promise<(string | undefined)[]> {
  return Promise.all(
    ids.map(async (id) => {
      const [last] = await redis.hmget(`${prefix}${KEY.recurring}${id}`, 'last').catch(ignoreWrongType);
      return last ?? undefined;
    }),
  );
}

/** Of each, whether its last run has failed for good. */
export async function readFailed(shard: Shard, ids: readonly string[]): Promise<boolean[]> {
  const { connection, prefix } = shard;
  const runs = await readLastRuns(shard, ids);
  const letters = await Promise.all(
    // The state is the first letter of a record; of one that is gone there is none.
    runs.map((job = '') => connection.redis.getrange(prefix + KEY.job + job, 0, 0).catch(ignoreWrongType)),
  );
  return letters.map((letter) => letter === STATE_LETTERS.failed);
}

/** What became of so many of the last ticks of each, the newest first. */
export async function readTickEntries(
  { connection: { redis }, prefix }: Shard,
  ids: readonly string[],
  most: number,
): Promise<TickEntry[][]> {
  const lists = await Promise.all(
    ids.map((id) => redis.lrange(`${prefix}${KEY.history}${id}`, 0, most - 1).catch(ignoreWrongType)),
  );
  return lists.map((lines) => lines.flatMap(entryIn));
}

/** Somebody has put something else there: one recurring job must not hide all the others. */
export function ignoreWrongType(error: unknown): [] {
  if (says(error, 'WRONGTYPE')) return [];
  throw error;
}

function entryIn(line: string): TickEntry[] {
  try {
    const entry = JSON.parse(line) as TickEntry | null;
    return typeof entry === 'object' && entry !== null ? [entry] : [];
  } catch {
    // Somebody has written here by hand: one line must not hide all the others.
    return [];
  }
}

/** A tick that was not run, or long after its time. */
export interface MissedTick {
  /** Its time; of one that was passed over, when that was seen. Ms since 1970. */
  readonly at: number;
  /** How late it was run, ms; Infinity: it was not. */
  readonly lateMs: number;
}

/** The last tick, if it was missed. Pure. */
export function missedIn([last, before]: readonly TickEntry[]): MissedTick | undefined {
  if (last === undefined) return undefined;
  const { at, tick = at, job, skipped } = last;
  if (job === undefined) return skipped === 'missed' ? { at, lateMs: Infinity } : undefined;
  // One run for many that were missed stands behind them, written at the same instant. When the first of them was is not known:
  // it is as late as the one that was run, at least.
  const isForMany = before?.skipped === 'missed' && before.at === at;
  return isForMany || at - tick > LATE_MS ? { at: tick, lateMs: at - tick } : undefined;
}

/** Whether the last tick was missed. Pure. */
export function isMissed(ticks: readonly TickEntry[]): boolean {
  return missedIn(ticks) !== undefined;
}

/** Whether the last tick that could run was left out, because an earlier run had not ended. Pure. */
export function isLeftOut(ticks: readonly TickEntry[]): boolean {
  return ticks.find(({ job, skipped }) => job !== undefined || skipped === 'overlap')?.skipped === 'overlap';
}

function orderOf(score: string | undefined): number {
  const order = Number(score);
  return Number.isFinite(order) ? order : NEVER;
}
