import type { Feature } from './features.ts';
import type { JobInput } from './job-input.ts';

export const PEER_NAMES = ['linstock', 'bullmq', 'bee'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** What becomes of a finished job: kept as the library does by default, or removed at once. */
export type Retention = 'default' | 'remove';

/** Enqueues many jobs in the way of one feature. */
export type EnqueueMany = (inputs: readonly JobInput[]) => Promise<void>;

export interface Producer {
  /** Resolves when Redis has the job. */
  readonly enqueue: (input: JobInput) => Promise<void>;
  /** The library's fastest documented way to enqueue many jobs. */
  readonly enqueueMany: EnqueueMany;
  /** As {@link enqueueMany}, with a feature; those that the library has. */
  readonly enqueueWith: Readonly<Partial<Record<Feature, EnqueueMany>>>;
  readonly schedule: (input: JobInput, dueAtMs: number) => Promise<void>;
  readonly scheduleMany: (inputs: readonly JobInput[], dueAtMs: number) => Promise<void>;
  /** Defines a recurring job that first runs at this time; missing where the library has none. */
  readonly recur?: (input: JobInput, firstAtMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface WorkerSettings {
  readonly port: number;
  /** Jobs that run at the same time in this process. */
  readonly slots: number;
  readonly retention: Retention;
  /** What the jobs were enqueued with, for features that are a setting of the worker. */
  readonly feature: Feature | undefined;
  /** The body of every job's handler. */
  readonly run: (n: number) => Promise<void>;
}

export interface RunningWorker {
  /** Lets the running jobs finish and acknowledges them. */
  stop(): Promise<void>;
}

/** A job library under measurement. Every setting that is not named in its adapter is the library's default. */
export interface Peer {
  connectProducer(port: number): Promise<Producer>;
  startWorker(settings: WorkerSettings): Promise<RunningWorker>;
}

const LOADERS: Readonly<Record<PeerName, () => Promise<Peer>>> = {
  linstock: async () => (await import('./peers/linstock.ts')).linstock,
  bullmq: async () => (await import('./peers/bullmq.ts')).bullmq,
  bee: async () => (await import('./peers/bee.ts')).bee,
};

/** Loads one library into this process; the others stay out of it. */
export function loadPeer(name: PeerName): Promise<Peer> {
  return LOADERS[name]();
}
