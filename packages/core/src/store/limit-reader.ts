import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { PlaceRight } from './limit-store.ts';
import { jobOfHolder } from './why-blocks.ts';

/** A job that has a place of a limit. */
export interface PlaceView {
  readonly job: string;
  /** The identity of the worker that took it; undefined: none yet. */
  readonly worker: string | undefined;
  /**
   * `runs`: a worker that lives has it. `stops`: a person has ended it, its handler perhaps not yet. `waits`: its turn has come, it
   * waits for a slot. Undefined: by none; a look finds that within seconds while somebody waits, and `client.limits.release()` at once.
   */
  readonly right: PlaceRight | undefined;
}

/** What is held by a key of `concurrency` or `rateLimit`. */
export interface LimitView {
  readonly key: string;
  /** Places that are taken. */
  readonly taken: number;
  /** Who has them; at most 100. */
  readonly places: readonly PlaceView[];
  /** Jobs that wait for a place; a little more where some have been cancelled or moved meanwhile. */
  readonly waiting: number;
  /** Jobs that wait for its rate; as `waiting`. */
  readonly waitingForRate: number;
  /** Whether starts by its rate are counted now: some of it is used up. */
  readonly isCounting: boolean;
}

const MOST_PLACES = 100;
const IDENTITY = 12;
const NOBODY = '-'.repeat(2 * IDENTITY);
/** The mark of a job that waits and has places: lua/parts/place.lua. */
const KEEPS_PLACE = /^E.{6}-r/;

/** What a shard holds by a key. */
export async function readLimitView(
  { connection: { redis }, prefix }: Shard,
  key: string,
): Promise<LimitView> {
  const holders = prefix + KEY.holders + key;
  const blocked = (kind: string): Promise<number> => redis.llen(`${prefix}${KEY.blocked}${kind}:${key}`);
  const [taken, members, waiting, waitingForRate, counts] = await Promise.all([
    redis.scard(holders),
    redis.srandmember(holders, MOST_PLACES),
    blocked('limit'),
    blocked('rate'),
    redis.exists(prefix + KEY.rate + key),
  ]);
  const places = await Promise.all(members.map((member) => readPlaceOf({ redis, prefix }, member)));
  return { key, taken, places, waiting, waitingForRate, isCounting: counts === 1 };
}

/** The rule of lua/parts/holder.lua. */
async function readPlaceOf(
  { redis, prefix }: { readonly redis: Shard['connection']['redis']; readonly prefix: string },
  member: string,
): Promise<PlaceView> {
  const job = jobOfHolder(member);
  if (member.startsWith(NOBODY)) {
    const mark = await redis.getrange(prefix + KEY.job + job, 0, 31);
    return { job, worker: undefined, right: KEEPS_PLACE.test(mark) ? 'waits' : undefined };
  }
  const [worker, claim] = [member.slice(0, IDENTITY), member.slice(IDENTITY, 2 * IDENTITY)];
  const claims = prefix + KEY.processing + worker;
  const [lease, isRescued, runs, stops] = await Promise.all([
    redis.zscore(prefix + KEY.leases, worker),
    redis.sismember(prefix + KEY.rescuing, worker),
    redis.sismember(`${claims}:${claim}`, job),
    redis.hexists(claims, `~${claim}${job}`),
  ]);
  if (lease === null && isRescued === 0) return { job, worker, right: undefined };
  if (runs === 1) return { job, worker, right: 'runs' };
  return { job, worker, right: stops === 1 ? 'stops' : undefined };
}
