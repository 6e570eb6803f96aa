import { decodeMark, MARK_LENGTH } from '../job/job.ts';
import type { JobMark } from '../job/job.ts';
import type { JobState } from '../job/states.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** A job that another one waits for. */
export interface PendingParent {
  readonly id: string;
  /** The states that let the waiting job go on. */
  readonly on: readonly ('succeeded' | 'failed' | 'cancelled')[];
  /**
   * `batch`: it is a batch that has not ended. `missing`: there is no record of it. `unknown`: it was not looked at, because
   * too many records would have to be read whole.
   */
  readonly state: JobState | 'batch' | 'damaged' | 'missing' | 'unknown';
  /** Of a batch: how many of its jobs have not ended, and how many it has. */
  readonly pending: number | undefined;
  readonly total: number | undefined;
}

/** What an awaiting job waits for. */
export interface ParentFacts {
  readonly parents: readonly PendingParent[];
  /** It belongs to a batch that is not complete. */
  readonly isDraft: boolean;
  /** How long it waits after its parents, ms. */
  readonly inMs: number | undefined;
}

type Condition = readonly [id: string, letters: string];

const ON = [
  ['D', 'succeeded'],
  ['F', 'failed'],
  ['C', 'cancelled'],
] as const;
const ENDED = new Map<string, JobState>(ON);
const MOST_PARENTS = 100;
/** A record with its result has up to 1 MiB. */
const MOST_RECORDS = 20;

/** Reads what an awaiting job waits for: at most 100 parents. `batch`: the batch that it is a member of. */
export async function readParents(shard: Shard, id: string, batch: string | undefined): Promise<ParentFacts> {
  const { connection, prefix } = shard;
  const [{ '+': delay, '*': draft, ...waits }, state] = await Promise.all([
    connection.redis.hgetall(prefix + KEY.waits + id),
    batch === undefined ? null : connection.redis.hget(prefix + KEY.batch + batch, 'state'),
  ]);
  const conditions = Object.entries(waits).slice(0, MOST_PARENTS);
  const parents = await Promise.all(conditions.map((condition) => readParent(shard, condition)));
  return {
    parents: await resolveEnded(shard, parents),
    isDraft: draft !== undefined || state === 'draft',
    inMs: delay === undefined || delay.startsWith('@') ? undefined : Number(delay),
  };
}

async function readParent(shard: Shard, [id, letters]: Condition): Promise<PendingParent> {
  const { connection, prefix } = shard;
  const on = ON.filter(([letter]) => letters.includes(letter)).map(([, state]) => state);
  const parent = { id, on, pending: undefined, total: undefined };
  const text = await connection.redis.getrange(prefix + KEY.job + id, 0, MARK_LENGTH - 1);
  if (text === '') return readBatch(shard, parent);
  const mark = decodeMark(text);
  return { ...parent, state: mark === undefined ? 'damaged' : await stateOfMark(shard, id, mark) };
}

/** A job that succeeded keeps the mark of its run; whether it runs, its claim's set tells. */
async function stateOfMark(
  { connection, prefix }: Shard,
  id: string,
  mark: JobMark,
): Promise<JobState | 'unknown'> {
  if (mark.state !== 'processing') return mark.state;
  const open = `${prefix}${KEY.processing}${mark.owner ?? ''}:${mark.claim ?? ''}`;
  return (await connection.redis.sismember(open, id)) === 1 ? 'processing' : 'unknown';
}

async function readBatch(
  { connection, prefix }: Shard,
  parent: Omit<PendingParent, 'state'>,
): Promise<PendingParent> {
  const fields = await connection.redis.hmget(
    prefix + KEY.batch + parent.id,
    'state',
    'ended',
    'pending',
    'total',
  );
  const [state, ended, pending, total] = fields;
  if (typeof state !== 'string') return { ...parent, state: 'missing' };
  return {
    ...parent,
    state: ENDED.get(ended ?? '') ?? 'batch',
    pending: pending === null ? undefined : Number(pending),
    total: total === null ? undefined : Number(total),
  };
}

/** Those that are in no claim any more: only their records tell how they ended. */
async function resolveEnded(shard: Shard, parents: readonly PendingParent[]): Promise<PendingParent[]> {
  const ids = parents.filter(({ state }) => state === 'unknown').map(({ id }) => id);
  const views = await shard.reader.findMany(ids.slice(0, MOST_RECORDS));
  const states = new Map(views.map((view) => [view.id, 'damaged' in view ? 'damaged' : view.state] as const));
  return parents.map((parent) => ({ ...parent, state: states.get(parent.id) ?? parent.state }));
}
