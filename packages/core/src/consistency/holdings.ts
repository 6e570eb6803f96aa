import { KEY } from '../redis/keys.ts';
import { jobOfHolder } from '../store/why-blocks.ts';
import type { Scope } from './scope.ts';
import { entriesOf, readPlain, readTogether, suspicion } from './scope.ts';
import { hasSucceeded } from './records.ts';

/** What jobs hold by keys: places of limits, and unique keys. */

const IDENTITY = 12;
const NOBODY = '-'.repeat(2 * IDENTITY);
/** The mark of a job that waits and has places: lua/parts/place.lua. */
const KEEPS_PLACE = /^E.{6}-r/;

/** Looks at the places of a limit. The rule of lua/parts/holder.lua, in one execution. */
export async function checkPlaces(scope: Scope, key: string): Promise<void> {
  const holders = KEY.holders + key;
  const check = async (member: string): Promise<void> => {
    if (!(await isRightless(scope, holders, member))) return;
    const id = jobOfHolder(member);
    const by = member.startsWith(NOBODY) ? 'kept for a slot' : `of worker ${member.slice(0, IDENTITY)}`;
    const found = { kind: 'place-without-right', key: holders, id, entry: member, detail: by } as const;
    scope.suspect(suspicion(scope, found, () => isRightless(scope, holders, member)));
  };
  for await (const members of entriesOf(scope, holders, 'set')) await Promise.all(members.map(check));
}

async function isRightless({ shard }: Scope, holders: string, member: string): Promise<boolean> {
  const [worker, claim] = [member.slice(0, IDENTITY), member.slice(IDENTITY, 2 * IDENTITY)];
  const id = jobOfHolder(member);
  const claims = KEY.processing + worker;
  const [has, mark, lease, rescue, runs, stops] = await readTogether(shard, [
    ['sismember', holders, member],
    ['getrange', KEY.job + id, 0, 31],
    ['zscore', KEY.leases, worker],
    ['sismember', KEY.rescuing, worker],
    ['sismember', `${claims}:${claim}`, id],
    ['hexists', claims, `~${claim}${id}`],
  ]);
  if (has !== 1) return false;
  if (member.startsWith(NOBODY)) return !KEEPS_PLACE.test(String(mark));
  return (lease === null && rescue === 0) || (runs !== 1 && stops !== 1);
}

/**
 * Looks at a unique key. Those that are held for a time, and idempotency keys, may outlive their jobs; one that is held until its job
 * starts or ends may not.
 */
export async function checkLock(scope: Scope, lock: string): Promise<void> {
  const { shard } = scope;
  if (!lock.startsWith('u:')) return;
  const key = KEY.lock + lock;
  const id = await readPlain(shard.connection.redis.get(shard.prefix + key));
  if (typeof id !== 'string') return;
  const isIdle = async (): Promise<boolean> => {
    const [holder, record] = await readTogether(shard, [
      ['get', key],
      ['getrange', KEY.job + id, 0, 31],
    ]);
    if (holder !== id) return false;
    return (
      record === '' || /^[FC]/.test(String(record)) || (String(record).startsWith('P') && hasEnded(scope, id))
    );
  };
  if (!(await isIdle())) return;
  const found = { kind: 'unique-key-of-ended-job', key, id, detail: `held by ${id}` } as const;
  scope.suspect(suspicion(scope, found, isIdle));
}

/** A job that succeeded keeps the mark of a run; only its whole record tells. */
async function hasEnded({ shard }: Scope, id: string): Promise<boolean> {
  const record = await readPlain(shard.connection.redis.get(shard.prefix + KEY.job + id));
  return typeof record === 'string' && hasSucceeded(record);
}
