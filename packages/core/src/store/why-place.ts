import type { JobMark } from '../job/job.ts';
import type { JobTies } from '../job/ties.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** Where a waiting job stands. */
export interface PlaceFacts {
  /** `blocked`: set apart for a limit, a rate, or because the jobs of its name are paused. */
  readonly list: 'ready' | 'group' | 'suspects' | 'blocked';
  /** The group; or what it is set apart for, such as `limit:customer:42`. Undefined where that is not known. */
  readonly of: string | undefined;
  /** From 1; entries before it may no longer count. Undefined: not among those that were looked at. */
  readonly position: number | undefined;
  /** Entries of the list. */
  readonly length: number;
  /** Whether the whole list was looked at. */
  readonly isThorough: boolean;
}

/** A waiting job, as far as its place needs it. */
export interface Waiting {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly mark: JobMark;
  readonly ties: JobTies;
}

/** How many entries are looked at from each end of a list. */
const MOST_LOOKED_AT = 10_000;
const SUSPECT_FROM = 2;

/** Finds a waiting job in the list where it must stand. */
export async function readPlace(shard: Shard, job: Waiting): Promise<PlaceFacts> {
  const { id, queue, mark, ties } = job;
  if (mark.isParked) return readBlocked(shard, job);
  if (mark.crashes >= SUSPECT_FROM)
    return { list: 'suspects', of: undefined, ...(await find(shard, KEY.suspects + queue, id)) };
  const [group] = ties.group ?? [];
  const slot = `${queue}:${mark.priority}`;
  if (group === undefined)
    return { list: 'ready', of: undefined, ...(await find(shard, KEY.ready + slot, id)) };
  return { list: 'group', of: group, ...(await find(shard, `${KEY.group}${slot}:${group}`, id)) };
}

/** It stands in the list of the first thing that blocked it; a later one may block it as well. */
async function readBlocked(shard: Shard, { id, name, ties }: Waiting): Promise<PlaceFacts> {
  const reasons = [
    ...(ties.limits ?? []).map(([key]) => `limit:${key}`),
    ...(ties.rates ?? []).map(([key]) => `rate:${key}`),
    `name:${name}`,
  ];
  const places = await Promise.all(reasons.map((reason) => find(shard, KEY.blocked + reason, id)));
  const at = places.findIndex(({ position }) => position !== undefined);
  const place = places[at];
  if (place !== undefined) return { list: 'blocked', of: reasons[at], ...place };
  return {
    list: 'blocked',
    of: undefined,
    position: undefined,
    length: 0,
    isThorough: places.every(({ isThorough }) => isThorough),
  };
}

type Found = Pick<PlaceFacts, 'position' | 'length' | 'isThorough'>;

async function find({ connection: { redis }, prefix }: Shard, list: string, id: string): Promise<Found> {
  const key = prefix + list;
  const [length, fromStart, fromEnd] = await Promise.all([
    redis.llen(key),
    redis.lpos(key, id, 'MAXLEN', MOST_LOOKED_AT),
    redis.lpos(key, id, 'RANK', -1, 'MAXLEN', MOST_LOOKED_AT),
  ]);
  const index = fromStart ?? fromEnd;
  return {
    position: index === null ? undefined : index + 1,
    length,
    isThorough: length <= 2 * MOST_LOOKED_AT,
  };
}

/** How many jobs of its queue come before a job because their priority is higher. */
export async function countUrgent(
  { connection: { redis }, prefix }: Shard,
  { queue, mark }: Pick<Waiting, 'queue' | 'mark'>,
): Promise<number> {
  const slots = Array.from({ length: mark.priority }, (_, digit) => `${queue}:${digit}`);
  if (slots.length === 0) return 0;
  const [grouped, stale, ...lengths] = await Promise.all([
    redis.hmget(prefix + KEY.grouped, ...slots),
    redis.hmget(prefix + KEY.stale, ...slots),
    ...slots.map((slot) => redis.llen(prefix + KEY.ready + slot)),
  ]);
  return lengths.reduce(
    (sum, length, i) =>
      sum + Math.max(0, length - Number(stale[i] ?? 0)) + Math.max(0, Number(grouped[i] ?? 0)),
    0,
  );
}
