import { decodeHeader, decodeMark, decodeTail, splitRecord } from '../job/job.ts';
import type { JobRecord } from '../job/job.ts';
import { idTime, isJobId } from '../job/job-id.ts';
import { PRIORITIES } from '../job/priority.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import { readCountsOf } from './queue-reader.ts';

/** A job that waits, and since when. */
export interface OldestJob {
  readonly queue: string;
  /** ms since 1970. */
  readonly since: number;
}

interface Candidate {
  readonly queue: string;
  readonly id: string;
}

/** Entries that are looked at from each end of a list, at its front besides those that no longer count. */
const LOOKED_AT = 8;
/** However many of those there are. */
const MOST_LOOKED_AT = 200;
/** Groups of a queue and priority whose first jobs are looked at: those whose turn comes first. */
const MOST_GROUPS = 100;
/** Records that are read in a call, and in a look. */
const PAGE = 50;
const MOST_RECORDS = 400;

/** Jobs that are due and in no queue yet, because no worker lives, that are looked at. */
const MOST_OVERDUE = 50;

/**
 * The job of a shard's queues that has waited longest for a worker, since it may run; also one that was due, and that no worker
 * has brought to its queue. A job that came back from a worker without a line about it does not tell; whoever waits behind it does.
 */
export async function readOldest(shard: Shard, queues: readonly string[]): Promise<OldestJob | undefined> {
  const found = (await candidatesOf(shard, queues)).toSorted((a, b) => idTime(a.id) - idTime(b.id));
  let oldest = await oldestOverdue(shard, queues);
  for (let from = 0; from < Math.min(found.length, MOST_RECORDS); from += PAGE) {
    const page = found.slice(from, from + PAGE);
    const first = page[0];
    // Nobody waits since before it was made.
    if (first === undefined || (oldest !== undefined && oldest.since <= idTime(first.id))) break;
    for (const job of await sinceOf(shard, page)) {
      if (oldest === undefined || job.since < oldest.since) oldest = job;
    }
  }
  return oldest;
}

/** Ids from the ends of all lists of the queues: with `lifo` the oldest stands last. */
async function candidatesOf(shard: Shard, queues: readonly string[]): Promise<Candidate[]> {
  const { connection, prefix } = shard;
  const { redis } = connection;
  const counts = await readCountsOf(shard, queues);
  const reads = queues.flatMap((queue, q) => {
    const { lengths = [], grouped = [], entries = 0, enqueued = 0 } = counts[q] ?? {};
    const most = Math.min(LOOKED_AT + Math.max(0, entries - enqueued), MOST_LOOKED_AT);
    const own = PRIORITIES.map((_, digit) => `${KEY.ready}${queue}:${digit}`);
    const lists = [KEY.suspects + queue, ...own].filter((__, i) => (lengths[i] ?? 0) > 0);
    const rings = PRIORITIES.flatMap((_, digit) => ((grouped[digit] ?? 0) > 0 ? [`${queue}:${digit}`] : []));
    return [
      ...lists.map((list) => redis.lrange(prefix + list, 0, most - 1)),
      ...lists.map((list) => redis.lrange(prefix + list, -LOOKED_AT, -1)),
      ...rings.map((ring) => firstOfGroups(shard, ring)),
      ...((lengths.at(-1) ?? 0) > 0 ? [redis.zrange(prefix + KEY.parked + queue, 0, String(most - 1))] : []),
    ].map(async (read) => (await read).filter(isJobId).map((id) => ({ queue, id })));
  });
  return (await Promise.all(reads)).flat();
}

/** Of the jobs that are due and still scheduled, the first that belongs to one of the queues. */
async function oldestOverdue(shard: Shard, queues: readonly string[]): Promise<OldestJob | undefined> {
  if (queues.length === 0) return undefined;
  const { connection, prefix } = shard;
  const { redis } = connection;
  const [now, flat] = await Promise.all([
    shard.recurring.now(),
    redis.zrange(prefix + KEY.scheduled, 0, String(MOST_OVERDUE - 1), 'WITHSCORES'),
  ]);
  const due = Array.from({ length: flat.length / 2 }, (_, i) => ({
    id: flat[2 * i] ?? '',
    at: Number(flat[2 * i + 1]),
  })).filter(({ at }) => at <= now);
  if (due.length === 0) return undefined;
  const [codes, records] = await Promise.all([
    redis.hmget(prefix + KEY.queues, ...queues),
    redis.mget(due.map(({ id }) => prefix + KEY.job + id)),
  ]);
  const found = due.flatMap(({ id, at }, i) => {
    const parts = splitRecord(records[i] ?? '');
    const mark = parts && decodeMark(parts.mark);
    const queue = mark?.state === 'scheduled' ? queues[codes.indexOf(mark.queueCode)] : undefined;
    return parts === undefined || queue === undefined ? [] : [{ queue, since: sinceDue(at, id, parts) }];
  });
  return found.toSorted((a, b) => a.since - b.since)[0];
}

async function firstOfGroups({ connection: { redis }, prefix }: Shard, ring: string): Promise<string[]> {
  const groups = await redis.zrange(prefix + KEY.groups + ring, 0, String(MOST_GROUPS - 1));
  const ids = await Promise.all(
    groups.map((group) => redis.lindex(`${prefix}${KEY.group}${ring}:${group}`, 0)),
  );
  return ids.filter((id) => id !== null);
}

async function sinceOf(
  { connection: { redis }, prefix }: Shard,
  jobs: readonly Candidate[],
): Promise<OldestJob[]> {
  const records = await redis.mget(jobs.map(({ id }) => prefix + KEY.job + id));
  return jobs.flatMap(({ id, queue }, i) => {
    const parts = splitRecord(records[i] ?? '');
    const since = parts === undefined ? undefined : waitsSince(id, parts);
    return since === undefined ? [] : [{ queue, since }];
  });
}

/** What brings a job to its queue at once. */
const AT_ONCE: ReadonlySet<string> = new Set(['L', 'W', 'Q', 'H']);

/** A job may be due at an instant before it was made, or before somebody said so: it waits since then. */
function sinceDue(at: number, id: string, { tail }: Pick<JobRecord, 'tail'>): number {
  const said = decodeTail(tail).findLast(({ code }) => code === 'T')?.endedAt ?? 0;
  return Math.max(at, idTime(id), said);
}

/** Since when a job waits; undefined: it does not, or its record does not tell. */
function waitsSince(id: string, { mark, header, tail }: JobRecord): number | undefined {
  const [about, waiting] = [decodeHeader(header), decodeMark(mark)];
  if (waiting?.state !== 'enqueued' || about === undefined) return undefined;
  if (waiting.waitsSince !== undefined) return sinceDue(waiting.waitsSince, id, { tail });
  const last = decodeTail(tail).at(-1);
  if (last !== undefined) return AT_ONCE.has(last.code) ? last.endedAt : undefined;
  const { parents, batch } = about.ties ?? {};
  return about.delayed === true || parents !== undefined || batch !== undefined ? undefined : idTime(id);
}
