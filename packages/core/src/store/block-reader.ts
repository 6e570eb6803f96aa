import { isJobId } from '../job/job-id.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import { jobOfHolder, MOST_HOLDERS } from './why-blocks.ts';

/** A limit, a rate or a pause that jobs wait for, set apart from their queues. */
export interface BlockView {
  /** `limit`: of a key; `rate`: of a key; `name`: jobs of this name are paused. */
  readonly kind: 'limit' | 'rate' | 'name';
  /** The key, or the name. */
  readonly key: string;
  /** How many wait; a little more where some have been cancelled or moved meanwhile. */
  readonly waiting: number;
  /** Jobs that have its places, of a limit; at most 10. */
  readonly holders: readonly string[];
  /** How many have its places, of a limit. */
  readonly running: number | undefined;
  /** The job that waits at the front. */
  readonly next: string | undefined;
}

const KINDS = ['limit', 'rate', 'name'] as const;
const PAGE = 500;
/** Timers that are looked at; the earliest ones. */
const MOST_TIMERS = 10_000;

/** What blocks jobs of a shard: whoever is set apart has a timer. At most `most`. */
export async function readBlocks(shard: Shard, most: number): Promise<BlockView[]> {
  const { connection, prefix } = shard;
  const found: BlockView[] = [];
  for (let from = 0; from < MOST_TIMERS && found.length < most; from += PAGE) {
    const names = await connection.redis.zrange(prefix + KEY.timers, from, String(from + PAGE - 1));
    const reasons = names.flatMap(reasonOf).slice(0, most - found.length);
    found.push(...(await Promise.all(reasons.map((reason) => readBlock(shard, reason)))));
    if (names.length < PAGE) break;
  }
  return found.filter(({ waiting }) => waiting > 0);
}

type Reason = Pick<BlockView, 'kind' | 'key'>;

function reasonOf(timer: string): Reason[] {
  const kind = KINDS.find((one) => timer.startsWith(`${one}:`));
  return kind === undefined ? [] : [{ kind, key: timer.slice(kind.length + 1) }];
}

async function readBlock({ connection: { redis }, prefix }: Shard, reason: Reason): Promise<BlockView> {
  const line = `${prefix}${KEY.blocked}${reason.kind}:${reason.key}`;
  const holders = prefix + KEY.holders + reason.key;
  const isLimit = reason.kind === 'limit';
  const [waiting, next, running, members] = await Promise.all([
    redis.llen(line),
    redis.lindex(line, 0),
    isLimit ? redis.scard(holders) : undefined,
    isLimit ? redis.srandmember(holders, MOST_HOLDERS) : [],
  ]);
  return {
    ...reason,
    waiting,
    running,
    holders: members.map(jobOfHolder).filter(isJobId),
    next: next ?? undefined,
  };
}
