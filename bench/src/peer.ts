import type { JobInput } from './job-input.ts';

export const PEER_NAMES = ['linstock', 'bullmq', 'bee'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** What becomes of a finished job: kept as the library does by default, or removed at once. */
export type Retention = 'default' | 'remove';

export interface Producer {
  /** Resolves when Redis has the job. */
  readonly enqueue: (input: JobInput) => Promise<void>;
  /** The library's fastest documented way to enqueue many jobs. */
  readonly enqueueMany: (inputs: readonly JobInput[]) => Promise<void>;
  readonly schedule: (input: JobInput, dueAtMs: number) => Promise<void>;
  readonly scheduleMany: (inputs: readonly JobInput[], dueAtMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface WorkerSettings {
  readonly port: number;
  /** Jobs that run at the same time in this process. */
  readonly slots: number;
  readonly retention: Retention;
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
