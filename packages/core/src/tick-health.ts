import type { LeftOutRuns } from './left-out-runs.ts';
import { isOfNow, leftOutOf } from './left-out-runs.ts';
import { checkOptions, wholeNumber } from './options.ts';
import type { Shard } from './shard-set.ts';
import {
  ANY_TICK,
  isMissed,
  NEVER,
  overdue,
  readBroken,
  readLastTicks,
  readTicks,
} from './store/tick-reader.ts';

/** Which recurring jobs are looked at, of each shard, in the order of their next ticks. */
export interface TickHealthOptions {
  /** How many are passed over. @default 0 */
  readonly offset?: number;
  /** How many are looked at, 1 to 1,000. @default 1000 */
  readonly limit?: number;
}

/** Whether the ticks of recurring jobs are run. */
export interface TickHealth {
  /** How many recurring jobs there are. */
  readonly total: number;
  /** How many have a tick that is more than a minute old. */
  readonly late: number;
  /** The one that waits longest; undefined: none does. */
  readonly latest: string | undefined;
  /** Of those that were looked at and go on, those whose last tick, in the last day, was missed or ran more than a minute late. */
  readonly missed: readonly string[];
  /** Of those that were looked at and go on, what was left out while an earlier run goes on, or in the last day. */
  readonly leftOut: readonly LeftOutRuns[];
  /** Of those that were looked at, those whose definition cannot be used: `get()` tells why. */
  readonly broken: readonly string[];
  /** Where another look goes on; undefined: all were looked at. */
  readonly next: number | undefined;
}

const DAY_MS = 86_400_000;
const RULES = { offset: wholeNumber(0, 100_000), limit: wholeNumber(1, 1000) };

/** Looks how ticks are run; a thousand recurring jobs cost Redis about a millisecond. @throws {OptionError} */
export async function readTickHealth(
  shards: readonly Shard[],
  options: TickHealthOptions,
): Promise<TickHealth> {
  checkOptions(options, RULES, 'ticks');
  const { offset: from = 0, limit: most = 1000 } = options;
  const parts = await Promise.all(shards.map((shard) => look(shard, { from, most })));
  const [first] = parts.flatMap(({ latest }) => latest).toSorted((a, b) => a.order - b.order);
  const next = from + most;
  return {
    total: parts.reduce((sum, { total }) => sum + total, 0),
    late: parts.reduce((sum, { late }) => sum + late, 0),
    latest: first?.id,
    missed: parts.flatMap(({ missed }) => missed),
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
    broken: parts.flatMap(({ broken }) => broken),
    next: parts.some(({ total }) => total > next) ? next : undefined,
  };
}

interface Look {
  readonly total: number;
  readonly late: number;
  readonly latest: readonly { readonly id: string; readonly order: number }[];
  readonly missed: readonly string[];
  readonly leftOut: readonly LeftOutRuns[];
  readonly broken: readonly string[];
}

async function look(shard: Shard, window: { readonly from: number; readonly most: number }): Promise<Look> {
  const now = await shard.recurring.now();
  const range = overdue(now);
  const [late, all] = await Promise.all([
    readTicks(shard, range, { from: 0, most: 1 }),
    readTicks(shard, ANY_TICK, window),
  ]);
  const idsOf = (goesOn: boolean): string[] =>
    all.entries.flatMap(({ id, order }) => (order < NEVER === goesOn ? [id] : []));
  const [going, standing] = [idsOf(true), idsOf(false)];
  const [lasts, broken] = await Promise.all([readLastTicks(shard, going), readBroken(shard, standing)]);
  const isRecent = (at: number | undefined): boolean => at !== undefined && now - at < DAY_MS;
  const leftOut = await leftOutOf(shard, going, lasts);
  return {
    total: all.total,
    late: late.total,
    latest: late.entries,
    missed: going.filter((_, i) => isMissed(lasts[i] ?? []) && isRecent(lasts[i]?.[0]?.at)),
    leftOut: leftOut.filter((one) => isOfNow(one, now)),
    broken,
  };
}
