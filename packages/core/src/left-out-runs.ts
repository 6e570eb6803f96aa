import { idTime } from './job/job-id.ts';
import { nextTick } from './job/schedule.ts';
import type { JobState } from './job/states.ts';
import { ENDED_STATES } from './job/states.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import type { StoredSchedule, TickEntry } from './store/recurring-store.ts';
import { ignoreWrongType, isLeftOut, readTickEntries } from './store/tick-reader.ts';
import { parseStored } from './stored-schedule.ts';

/** Runs of a recurring job (`overlap: "skip"`) that were left out because an earlier one had not ended, and none has begun since. */
export interface LeftOutRuns {
  /** The recurring job. */
  readonly id: string;
  /** How many, of the last 100 entries of its history. */
  readonly count: number;
  /** The tick of the first that was left out, and of the last. Ms since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The job that had not ended. */
  readonly job: string;
  /** The tick of that job. Ms since 1970. */
  readonly since: number;
  /** What became of that job; undefined: it is gone. */
  readonly state: JobState | undefined;
}

/** What was left out of these recurring jobs of a shard, of which the last ticks were read. */
export async function leftOutOf(
  shard: Shard,
  ids: readonly string[],
  lasts: readonly (readonly TickEntry[])[],
): Promise<LeftOutRuns[]> {
  return readLeftOut(
    shard,
    ids.filter((_, i) => isLeftOut(lasts[i] ?? [])),
  );
}

/** What was left out of each of these recurring jobs of a shard; of most of them that is nothing. */
export async function readLeftOut(shard: Shard, ids: readonly string[]): Promise<LeftOutRuns[]> {
  const [hashes, histories] = await Promise.all([
    Promise.all(ids.map((id) => readHash(shard, id))),
    readTickEntries(shard, ids, 100),
  ]);
  const found = ids.flatMap((id, i) => {
    const { last, schedule } = hashes[i] ?? NOTHING;
    const history = histories[i] ?? [];
    return last !== null && isLeftOut(history)
      ? [{ id, job: last, ...countIn(history, last, schedule) }]
      : [];
  });
  const states = await shard.reader.statesOf(found.map(({ job }) => job));
  return found.map((one) => ({ ...one, state: states.get(one.job) }));
}

/** Whether somebody should know: while the run goes on for which others are left out, and for a day after the last of these. Pure. */
export function isOfNow({ state, lastAt }: LeftOutRuns, now: number): boolean {
  return (state !== undefined && !ENDED_STATES.includes(state)) || now - lastAt < DAY_MS;
}

/** Of a job that runs once a month, what was left out would be told of for a month. */
const DAY_MS = 86_400_000;

interface Hash {
  readonly last: string | null;
  readonly schedule: string | null;
}

const NOTHING: Hash = { last: null, schedule: null };

async function readHash({ connection: { redis }, prefix }: Shard, id: string): Promise<Hash> {
  const key = `${prefix}${KEY.recurring}${id}`;
  const [last = null, schedule = null] = await redis.hmget(key, 'last', 'schedule').catch(ignoreWrongType);
  return { last, schedule };
}

function countIn(
  history: readonly TickEntry[],
  job: string,
  schedule: string | null,
): Pick<LeftOutRuns, 'count' | 'firstAt' | 'lastAt' | 'since'> {
  const at = history.findIndex((entry) => entry.job !== undefined);
  const left = history.slice(0, at === -1 ? undefined : at).filter(({ skipped }) => skipped === 'overlap');
  const lastAt = timeOf(left[0]);
  const run = history[at];
  // What is older than the history is known by its id.
  const since = run === undefined ? idTime(job) : timeOf(run);
  const firstAt = Math.min(lastAt, tickAfter(schedule, since) ?? lastAt);
  return { count: left.reduce((sum, { count = 1 }) => sum + count, 0), firstAt, lastAt, since };
}

function timeOf(entry: TickEntry | undefined): number {
  return entry?.tick ?? entry?.at ?? 0;
}

/** A history keeps the last of several ticks in a row: the first of them was the one that came after the run. */
function tickAfter(schedule: string | null, at: number): number | undefined {
  try {
    return nextTick(parseStored(JSON.parse(schedule ?? 'null') as StoredSchedule), at);
  } catch {
    // A definition that cannot be used is told of as such.
    return undefined;
  }
}
