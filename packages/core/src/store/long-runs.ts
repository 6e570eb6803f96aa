import type { Connection } from '../redis/connect.ts';
import { says } from '../redis/errors.ts';
import { KEY } from '../redis/keys.ts';

/** A job that runs, as far as its worker has told: one that has run for a second or more. */
export interface LongRun {
  readonly id: string;
  /** When its attempt began, ms since 1970, by the clock of Redis. */
  readonly startedAt: number;
}

/** The same as a load has it. The claim tells attempts of one job apart, also two by the same worker. */
export type StoredLongRun = readonly [id: string, startedAt: number, claim: number];

/** A job that is marked as running, and by which claim. */
export interface HeldBy {
  readonly id: string;
  readonly worker: string;
  /** Its number, as marks have it. */
  readonly claim: string;
}

/** What a load says of long runs; older workers, and those that have none, say nothing. */
export function longRunsIn(load: unknown): readonly StoredLongRun[] {
  const longest = (load as { longest?: unknown } | null | undefined)?.longest;
  return Array.isArray(longest) ? longest.filter(isLongRun) : [];
}

function isLongRun(run: unknown): run is StoredLongRun {
  if (!Array.isArray(run)) return false;
  const [id, startedAt, claim] = run as readonly unknown[];
  return typeof id === 'string' && typeof startedAt === 'number' && typeof claim === 'number';
}

/** When the attempts began that run, by job: in one call, and of those only that their workers have told of. */
export async function readStarts(
  { redis }: Connection,
  prefix: string,
  held: readonly HeldBy[],
): Promise<ReadonlyMap<string, number>> {
  const starts = new Map<string, number>();
  const workers = [...new Set(held.map(({ worker }) => worker))];
  if (workers.length === 0) return starts;
  const loads = await redis.hmget(prefix + KEY.loads, ...workers).catch((error: unknown) => {
    // Whatever else stands there is no reason to show no jobs.
    if (error instanceof Error && says(error, 'WRONGTYPE')) return [];
    throw error;
  });
  const runs = new Map(workers.map((worker, i) => [worker, longRunsIn(parseLoad(loads[i]))]));
  for (const { id, worker, claim } of held) {
    const run = runs.get(worker)?.find(([job, , number]) => job === id && number === Number(claim));
    if (run !== undefined) starts.set(id, run[1]);
  }
  return starts;
}

/** A load as it is stored; undefined: none, or it is damaged. */
export function parseLoad(json: string | null | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    // The next load replaces it.
    return undefined;
  }
}
