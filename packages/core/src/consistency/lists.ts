import { decodeMark } from '../job/job.ts';
import { KEY } from '../redis/keys.ts';
import type { ExpectedJob, Scope } from './scope.ts';
import { readMark, readPlain, readTogether, SLICE, suspicion } from './scope.ts';
import { hasSucceeded } from './records.ts';

/**
 * Lists cannot be asked for one entry at a fair price. So jobs that should stand in one are gathered, and the list is looked
 * through once for all of them; for those that were not met again, because jobs go from one end to the other.
 */

/** So many jobs are looked for at once: some 50 MB of this process. */
export const MOST_EXPECTED = 200_000;
/** A list that Redis itself may search for one entry: about a millisecond. */
const SEARCHABLE = 50_000;

/** Looks for jobs in their lists, and tells those that were not met. */
export async function checkLists(scope: Scope, jobs: readonly ExpectedJob[]): Promise<void> {
  const byList = new Map<string, Map<string, ExpectedJob>>();
  for (const job of jobs) {
    const some = byList.get(job.list) ?? new Map<string, ExpectedJob>();
    byList.set(job.list, some.set(job.id, job));
  }
  for (const [list, missing] of byList) {
    await lookThrough(scope, list, missing);
    for (const job of missing.values()) {
      // Whatever moved on since is where another look will find it.
      if ((await readMark(scope.shard, job.id)) !== job.mark) missing.delete(job.id);
    }
    if (missing.size > 0) await lookThrough(scope, list, missing);
    // When the first one is asked again, all of a list are looked for together.
    let sweep: Promise<void> | undefined;
    const lookAgain = (): Promise<void> => (sweep ??= lookThrough(scope, list, missing));
    for (const job of missing.values()) suspectMissing(scope, job, { missing, lookAgain });
  }
}

/**
 * Takes out those that stand in the list. From its end, so that what is taken from the front makes it miss nothing. A list to which
 * more is added than is read here has no end: what was not met until then is left to another check.
 */
async function lookThrough(
  { shard, step }: Scope,
  list: string,
  missing: Map<string, ExpectedJob>,
): Promise<void> {
  const { redis } = shard.connection;
  const name = shard.prefix + list;
  const most = 3 * ((await readPlain(redis.llen(name))) ?? 0) + 10 * SLICE;
  for (let read = 0; read < most; read += SLICE) {
    const ids = (await readPlain(redis.lrange(name, -read - SLICE, -read - 1))) ?? [];
    for (const id of ids) missing.delete(id);
    if (missing.size === 0 || ids.length < SLICE) return;
    await step(ids.length);
  }
  missing.clear();
}

interface Search {
  readonly missing: ReadonlyMap<string, ExpectedJob>;
  readonly lookAgain: () => Promise<void>;
}

function suspectMissing(scope: Scope, job: ExpectedJob, { missing, lookAgain }: Search): void {
  const { id, list, mark } = job;
  const isRun = decodeMark(mark)?.state === 'processing';
  const detail = isRun
    ? `processing and open in no claim, or succeeded and not in ${list}`
    : `enqueued, and not in ${list}`;
  const isNotMet = async (): Promise<boolean> => {
    await lookAgain();
    return missing.has(id);
  };
  const found = { kind: 'job-not-indexed', key: KEY.job + id, id, detail } as const;
  scope.suspect(suspicion(scope, found, () => isMissing(scope, job, isNotMet)));
}

async function isMissing(
  { shard }: Scope,
  { id, list, mark }: ExpectedJob,
  isNotMet: () => Promise<boolean>,
): Promise<boolean> {
  const decoded = decodeMark(mark);
  const open = `${KEY.processing}${decoded?.owner ?? ''}:${decoded?.claim ?? ''}`;
  const entries = await shard.connection.redis.llen(shard.prefix + list);
  const isLong = entries > SEARCHABLE;
  if (isLong && !(await isNotMet())) return false;
  const isRun = decoded?.state === 'processing';
  const [record, at, isOpen] = await readTogether(shard, [
    isRun ? ['get', KEY.job + id] : ['getrange', KEY.job + id, 0, 31],
    isLong ? ['exists', KEY.none] : ['lpos', list, id],
    ['sismember', open, id],
  ]);
  if (typeof record !== 'string' || !record.startsWith(mark) || isOpen === 1) return false;
  if (isRun && !hasSucceeded(record)) return true;
  return isLong || at === null;
}
