import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { LongRun, StoredLongRun } from './long-runs.ts';
import { longRunsIn } from './long-runs.ts';

/** A worker as a person sees it. */
export interface WorkerView {
  /** Its identity; new at each start. */
  readonly id: string;
  /** When its lease ends unless it beats again, ms since 1970. */
  readonly leaseExpiresAt: number;
  /** How long ago it was heard of: when it beat, or claimed. Ms by the clock of Redis; undefined: an older worker, of which one cannot know. */
  readonly beatAgeMs: number | undefined;
  /** Whether that is more than half of its lease. It beats five times in one. */
  readonly isLate: boolean;
  readonly info: WorkerInfo | undefined;
  readonly load: WorkerLoad | undefined;
}

/** Who a worker is; written once, at its start. */
export interface WorkerInfo {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly node: string;
  readonly queues: readonly string[];
  readonly jobs: readonly string[];
  readonly concurrency: number;
  readonly startedAt: number;
  /** For how long its lease is, ms; undefined: an older worker, which does not say. */
  readonly leaseMs?: number;
}

/** How busy a worker is; written at each beat. */
export interface WorkerLoad {
  readonly running: number;
  /** How long its event loop was blocked at the last beat, ms. */
  readonly stallMs: number;
  readonly memoryBytes: number;
  /** It claims nothing; undefined: an older worker, which does not say. */
  readonly isQuiet?: boolean;
  /** It stops, and waits for what it runs; undefined: it does not, or is an older worker, which does not say. */
  readonly isStopping?: boolean;
  /** How many jobs it runs at once now: what a person has told it, else what its options say. */
  readonly concurrency?: number;
  /** The jobs of all shards that it has run for a second or more at its last beat, the oldest first, at most 100; undefined: none, or an older worker. */
  readonly longest?: readonly LongRun[];
}

/**
 * The workers of an installation, from its home shard: by host, process and id. In the order of their leases each beat would let
 * them change places while somebody reads them.
 */
export async function readWorkers(home: Shard): Promise<WorkerView[]> {
  return (await readWorkerRuns(home)).told.map(({ worker }) => worker);
}

/** A worker, with what it has told of its long runs as it is stored. */
export interface WorkerRuns {
  readonly worker: WorkerView;
  readonly runs: readonly StoredLongRun[];
}

/** The same with the long runs of each, and the clock of Redis, ms since 1970. */
export async function readWorkerRuns(
  home: Shard,
): Promise<{ readonly now: number; readonly told: readonly WorkerRuns[] }> {
  const { connection, prefix } = home;
  const { redis } = connection;
  const [leases, infos, loads, now] = await Promise.all([
    redis.zrange(prefix + KEY.leases, 0, '-1', 'WITHSCORES'),
    redis.hgetall(prefix + KEY.workers),
    redis.hgetall(prefix + KEY.loads),
    home.recurring.now(),
  ]);
  const told = Array.from({ length: leases.length / 2 }, (_, i): WorkerRuns => {
    const id = leases[2 * i] ?? '';
    const stored = parse(loads[id]);
    const runs = longRunsIn(stored);
    const info = parse(infos[id]) as WorkerInfo | undefined;
    const leaseExpiresAt = Number(leases[2 * i + 1]);
    const beat = beatOf(info?.leaseMs, leaseExpiresAt - now);
    return { worker: { id, leaseExpiresAt, ...beat, info, load: loadOf(stored, runs) }, runs };
  });
  return { now, told: told.toSorted((a, b) => byPlace(a.worker, b.worker)) };
}

function byPlace(a: WorkerView, b: WorkerView): number {
  const [here, there] = [a.info?.host ?? '', b.info?.host ?? ''];
  if (here !== there) return here < there ? -1 : 1;
  return (a.info?.pid ?? 0) - (b.info?.pid ?? 0) || (a.id < b.id ? -1 : 1);
}

/** A beat gives a lease its whole length again: what is left of it tells when that was. Pure. */
export function beatOf(
  leaseMs: number | undefined,
  leftMs: number,
): Pick<WorkerView, 'beatAgeMs' | 'isLate'> {
  if (typeof leaseMs !== 'number') return { beatAgeMs: undefined, isLate: false };
  const beatAgeMs = Math.max(0, leaseMs - leftMs);
  return { beatAgeMs, isLate: beatAgeMs > leaseMs / 2 };
}

function loadOf(stored: unknown, runs: readonly StoredLongRun[]): WorkerLoad | undefined {
  if (stored === undefined) return undefined;
  const { longest: _, ...load } = stored as WorkerLoad;
  const longest = runs.map(([id, startedAt]) => ({ id, startedAt }));
  return longest.length === 0 ? load : { ...load, longest };
}

function parse(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}
