import { KEY } from '../redis/keys.ts';
import type { Scope } from './scope.ts';
import { readMark, readPlain, readTogether, SLICE, suspicion } from './scope.ts';

/** Batches: their counts must fit each other and their members. */

const FIELDS = ['state', 'total', 'pending', 'succeeded', 'failed', 'cancelled', 'ended'] as const;

/** Looks at a batch. One that changes while its members are counted is left to another check. */
export async function checkBatch(scope: Scope, id: string): Promise<void> {
  const { suspect } = scope;
  const key = KEY.batch + id;
  const problem = await findMiscount(scope, id);
  if (problem === undefined) return;
  const kind = problem.isAboutMembers ? 'batch-without-members' : 'batch-miscounted';
  const isStillSo = async (): Promise<boolean> => (await findMiscount(scope, id)) !== undefined;
  suspect(suspicion(scope, { kind, key, id, detail: problem.detail }, isStillSo));
}

interface Miscount {
  readonly detail: string;
  readonly isAboutMembers: boolean;
}

async function findMiscount(scope: Scope, id: string): Promise<Miscount | undefined> {
  const before = await readCounts(scope, id);
  if (before === undefined || before.state !== 'open') return undefined;
  const { total, pending, ended, members } = before;
  if (members !== total) return { detail: `${members} members, ${total} were added`, isAboutMembers: true };
  if (before.ends + pending !== total)
    return { detail: `${pending} pending and ${before.ends} ended of ${total}`, isAboutMembers: false };
  if (pending === 0 && ended === '')
    return { detail: 'nothing is pending, and it has not ended', isAboutMembers: false };
  // What has not ended yet is pending; a member whose record was lost is pending until somebody cancels the batch.
  const alive = await countAlive(scope, id);
  const after = await readCounts(scope, id);
  if (JSON.stringify(after) !== JSON.stringify(before) || alive === pending) return undefined;
  return { detail: `${pending} pending, but ${alive} members that have not ended`, isAboutMembers: false };
}

interface Counts {
  readonly state: string;
  readonly ended: string;
  readonly total: number;
  readonly pending: number;
  /** How many have ended, in whatever way. */
  readonly ends: number;
  readonly members: number;
}

async function readCounts({ shard }: Scope, id: string): Promise<Counts | undefined> {
  const [fields, members] = await readTogether(shard, [
    ['hmget', KEY.batch + id, ...FIELDS],
    ['llen', KEY.members + id],
  ]);
  if (!Array.isArray(fields) || typeof fields[0] !== 'string' || typeof members !== 'number')
    return undefined;
  const [state, total, pending, succeeded, failed, cancelled, ended] = fields.map((text) =>
    String(text ?? ''),
  );
  const ends = Number(succeeded) + Number(failed) + Number(cancelled);
  return {
    state: state ?? '',
    ended: ended ?? '',
    total: Number(total),
    pending: Number(pending),
    ends,
    members,
  };
}

async function countAlive(scope: Scope, id: string): Promise<number> {
  const { shard, step } = scope;
  const list = shard.prefix + KEY.members + id;
  let alive = 0;
  for (let from = 0, read = SLICE; read === SLICE; from += SLICE) {
    const members = (await readPlain(shard.connection.redis.lrange(list, from, from + SLICE - 1))) ?? [];
    const lives = await Promise.all(members.map((member) => isAlive(scope, member)));
    alive += lives.filter(Boolean).length;
    read = members.length;
    await step(read);
  }
  return alive;
}

async function isAlive({ shard }: Scope, id: string): Promise<boolean> {
  const { redis } = shard.connection;
  const mark = await readMark(shard, id);
  if (mark === '') {
    const ended = await readPlain(redis.hget(shard.prefix + KEY.batch + id, 'ended'));
    return ended === '';
  }
  if (!mark.startsWith('P')) return /^[SEBA]/.test(mark);
  const open = `${shard.prefix}${KEY.processing}${mark.slice(7, 19)}:${mark.slice(19, 31)}`;
  return (await readPlain(redis.sismember(open, id))) === 1;
}
