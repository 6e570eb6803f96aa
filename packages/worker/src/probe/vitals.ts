import type { ShardLink } from '../shard-link.ts';

/** What a worker does now. */
export type WorkerPhase = 'new' | 'starting' | 'running' | 'quiet' | 'stopping' | 'stopped';

/** How a worker is, for those who ask from outside. */
export interface Vitals {
  readonly phase: WorkerPhase;
  /** Whether the thread that keeps its leases lives. */
  readonly isBeating: boolean;
  /** Whether it has a connection, and its lease in every shard. */
  readonly isConnected: boolean;
  readonly running: number;
  readonly slots: number;
  readonly leasesLost: number;
}

/** Whether to send it jobs, and whether to start it again. */
export interface ProbeHealth {
  /** False: only a new process helps. */
  readonly isLive: boolean;
  /** Whether it takes jobs. */
  readonly isReady: boolean;
  /** In words, why it is not ready; "ok" if it is. */
  readonly reason: string;
}

const REASONS: Readonly<Record<Exclude<WorkerPhase, 'running'>, string>> = {
  new: 'not started',
  starting: 'starting',
  quiet: 'quiet: somebody has told it to take no jobs',
  stopping: 'stopping: it takes no more jobs',
  stopped: 'stopped',
};

/** What probes say of a worker. Pure. */
export function healthOf({ phase, isBeating, isConnected }: Vitals): ProbeHealth {
  if (!isBeating) return { isLive: false, isReady: false, reason: 'the heartbeat thread died' };
  if (phase !== 'running') return { isLive: true, isReady: false, reason: REASONS[phase] };
  if (!isConnected) return { isLive: true, isReady: false, reason: 'no connection to Redis, or no lease' };
  return { isLive: true, isReady: true, reason: 'ok' };
}

/** What the links to its shards tell of a worker. Pure. */
export function linkVitals(
  links: readonly Pick<ShardLink, 'fenced' | 'leasesLost' | 'shard'>[],
): Pick<Vitals, 'isConnected' | 'leasesLost'> {
  const isConnected = links.every(
    ({ fenced, shard }) => !fenced && shard.connection.redis.status === 'ready',
  );
  return { isConnected, leasesLost: links.reduce((sum, { leasesLost }) => sum + leasesLost, 0) };
}
