import { decodeMark, MARK_LENGTH } from './job/job.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import { shardWith } from './shard-set.ts';
import type { JobView } from './store/job-reader.ts';
import type { StoredLongRun } from './store/long-runs.ts';
import type { WorkerView } from './store/worker-reader.ts';
import { readWorkerRuns } from './store/worker-reader.ts';

/** A handler that runs on, and keeps its slot, though its attempt has ended: the job was cancelled, or took too long. */
export interface LeftoverRun {
  readonly job: string;
  /** As in `monitor.workers()`. */
  readonly worker: string;
  /** When the attempt began, and when it ended for everybody else. Ms since 1970, by the clock of Redis. */
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Told {
  readonly worker: WorkerView;
  readonly run: StoredLongRun;
}

/** So many runs are compared with what jobs say, the oldest first, and so many of those found are told of. */
const MOST_RUNS = 1000;
const MOST_FOUND = 100;
/** What is worse blocks the event loop, and what its worker told of its runs may be old. */
const STALL_MS = 1000;

/** Handlers that have outlived their attempts, the longest first, as far as workers tell. */
export async function readLeftovers(shards: readonly [Shard, ...Shard[]]): Promise<LeftoverRun[]> {
  const { now, told } = await readWorkerRuns(shards[0]);
  const longest = told
    .filter(({ worker }) => canBeTrusted(worker, now))
    .flatMap(({ worker, runs }) => runs.map((run) => ({ worker, run })))
    .toSorted((a, b) => a.run[1] - b.run[1])
    .slice(0, MOST_RUNS);
  const isHeld = await Promise.all(longest.map(({ run }) => isHeldBy(shards, run)));
  const loose = longest.filter((_, i) => isHeld[i] === false);
  const found = await Promise.all(
    loose.slice(0, MOST_FOUND).map(async (one) => leftoverOf(one, await readJob(shards, one.run), now)),
  );
  return found.filter((one) => one !== undefined).toSorted((a, b) => a.endedAt - b.endedAt);
}

function canBeTrusted({ isLate, leaseExpiresAt, load }: WorkerView, now: number): boolean {
  return !isLate && leaseExpiresAt > now && (load?.stallMs ?? 0) < STALL_MS;
}

/** Undefined: there is no such record. Workers have other identities in other shards: the number of the claim decides. */
async function isHeldBy(
  shards: readonly Shard[],
  [id, , claim]: StoredLongRun,
): Promise<boolean | undefined> {
  const shard = shardWith(shards, id);
  const record = await shard?.connection.redis.getrange(shard.prefix + KEY.job + id, 0, MARK_LENGTH - 1);
  const mark = decodeMark(record ?? '');
  return mark && Number(mark.claim) === claim;
}

async function readJob(shards: readonly Shard[], [id]: StoredLongRun): Promise<JobView | undefined> {
  const job = await shardWith(shards, id)?.reader.find(id);
  return job === undefined || 'damaged' in job ? undefined : job;
}

/** A worker beats five times in a lease, and tells with a beat what ran at the one before: what has just ended is no news. */
function leftoverOf({ worker, run }: Told, job: JobView | undefined, now: number): LeftoverRun | undefined {
  const [id, startedAt] = run;
  const endedAt = job?.history.find((entry) => entry.endedAt >= startedAt)?.endedAt;
  const leaseMs = worker.info?.leaseMs;
  if (endedAt === undefined || leaseMs === undefined || now - endedAt < leaseMs / 2) return undefined;
  return { job: id, worker: worker.id, startedAt, endedAt };
}
