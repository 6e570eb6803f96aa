import type { RecurringOptions } from '@linstock/core';
import { shardPrefix } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import type { TestRedis } from '@linstock/test-kit/redis';
import type { Stage } from './stage.ts';
import { act } from './stage.ts';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** What is known of a recurring job whose ticks are counted: whole seconds from the first to the last, ms since 1970. */
export interface Ticks {
  readonly id: string;
  readonly first: number;
  readonly last: number;
}

/** A history holds 100. */
const TICKS_EACH = 90;

/** A recurring job that was missed, and what is to become of it. */
interface MissedPlan extends Pick<RecurringOptions, 'misfire' | 'misfireAfter' | 'overlap'> {
  readonly id: string;
  /** How long a run takes. */
  readonly ms?: number;
}

/** Defines a recurring job that nobody has run for a while. Its last tick is over, so nothing but its backlog is ever due. */
export async function defineMissed(
  stage: Stage,
  redis: TestRedis,
  { id, ms = 40, misfire = 'all', ...policy }: MissedPlan,
): Promise<Ticks> {
  const last = Math.floor(Date.now() / 1000) * 1000 - 5000;
  const first = last - (TICKS_EACH - 1) * 1000;
  const schedule = { every: 1000, misfire, ...policy, endAt: new Date(last) };
  await stage.client.recurring.upsert(id, act, { ms }, schedule);
  const connection = redis.connect();
  for (let shard = 0; shard < stage.shards; shard++) {
    const prefix = shardPrefix(stage.namespace, shard);
    if ((await connection.zadd(`${prefix}ticks`, 'XX', 'CH', first, id)) === 1)
      await connection.zadd(`${prefix}timers`, 'LT', first, 'ticks');
  }
  connection.disconnect();
  return { id, first, last };
}

/** Resolves when no recurring job has a tick to come. */
export async function allTicked(stage: Stage, timeoutMs = 100_000): Promise<void> {
  const look = async (): Promise<void> => {
    const left = (await stage.client.recurring.list()).filter(({ nextAt }) => nextAt !== undefined);
    if (left.length > 0) throw new Error(`ticks to come: ${left.map(({ id }) => id).join(', ')}`);
  };
  await eventually(look, { timeoutMs, intervalMs: 100 });
}

/** The history of a recurring job whose last ticks were each run once is these ticks. */
export async function historyProblems(stage: Stage, { id, first, last }: Ticks): Promise<readonly string[]> {
  const history = await stage.client.recurring.history(id);
  const ran = history.filter(({ job }) => job !== undefined).map(({ tick }) => tick);
  const wanted = Array.from({ length: (last - first) / 1000 + 1 }, (_, i) => last - i * 1000);
  const isRight = ran.join(' ') === wanted.slice(0, 100).join(' ');
  return isRight ? [] : [`the history of ${id} is ${ran.join(' ')}`];
}

/** Ticks that were not run exactly once, by jobs that succeeded. Pure. */
export function wrongTicks(jobs: Iterable<StoredJob>, wanted: readonly Ticks[]): readonly string[] {
  const runs = new Map<string, string[]>();
  for (const job of jobs) {
    const [, id, tick] = /"recurring":\["([^"]+)",(\d+)\]/.exec(job.header ?? '') ?? [];
    if (id === undefined) continue;
    const name = `${id} ${tick}`;
    runs.set(name, [...(runs.get(name) ?? []), storedState(job)]);
  }
  const problems: string[] = [];
  for (const { id, first, last } of wanted) {
    for (let tick = first; tick <= last; tick += 1000) {
      const states = runs.get(`${id} ${tick}`)?.join('') ?? '';
      runs.delete(`${id} ${tick}`);
      if (states !== 'D') problems.push(`tick ${tick} of ${id}: its jobs are "${states}"`);
    }
  }
  return [...problems, ...[...runs.keys()].map((name) => `a run of no tick: ${name}`)];
}

/** Runs of a recurring job that began to exist before the one before them had ended, or that share a tick. */
export async function overlapProblems(
  stage: Stage,
  jobs: ReadonlyMap<string, StoredJob>,
  id: string,
): Promise<readonly string[]> {
  const history = await stage.client.recurring.history(id);
  const runs = history.filter(({ job }) => job !== undefined).toReversed();
  const isTwice = new Set(runs.map(({ tick }) => tick)).size < runs.length;
  const early = runs.filter(({ at }, i) => {
    const tail = jobs.get(runs[i - 1]?.job ?? '')?.tail ?? [];
    // A person's requeue is beside the schedule.
    if (tail.some(({ code }) => code === 'Q')) return false;
    return (tail.at(-1)?.endedAt ?? 0) > at + ROUNDING_MS;
  });
  return [
    ...(isTwice ? [`a tick of ${id} ran twice: ${runs.map(({ tick }) => tick).join(' ')}`] : []),
    ...early.map(({ tick }) => `tick ${tick} of ${id} ran while the run before had not ended`),
  ];
}

/** Both instants are rounded to whole ms. */
const ROUNDING_MS = 1;
