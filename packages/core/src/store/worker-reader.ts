import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';

/** A worker as a person sees it. */
export interface WorkerView {
  /** Its identity; new at each start. */
  readonly id: string;
  /** When its lease ends unless it beats again, ms since 1970. */
  readonly leaseExpiresAt: number;
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
}

/** How busy a worker is; written at each beat. */
export interface WorkerLoad {
  readonly running: number;
  /** How long its event loop was blocked at the last beat, ms. */
  readonly stallMs: number;
  readonly memoryBytes: number;
  /** It claims nothing; undefined: an older worker, which does not say. */
  readonly isQuiet?: boolean;
  /** How many jobs it runs at once now: what a person has told it, else what its options say. */
  readonly concurrency?: number;
}

/** The workers of an installation, from its home shard. */
export async function readWorkers({ connection: { redis }, prefix }: Shard): Promise<WorkerView[]> {
  const [leases, infos, loads] = await Promise.all([
    redis.zrange(prefix + KEY.leases, 0, '-1', 'WITHSCORES'),
    redis.hgetall(prefix + KEY.workers),
    redis.hgetall(prefix + KEY.loads),
  ]);
  return Array.from({ length: leases.length / 2 }, (_, i) => {
    const id = leases[2 * i] ?? '';
    return {
      id,
      leaseExpiresAt: Number(leases[2 * i + 1]),
      info: parse(infos[id]) as WorkerInfo | undefined,
      load: parse(loads[id]) as WorkerLoad | undefined,
    };
  });
}

function parse(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}
