/** What the API sends. Instants are ms since 1970. */
export type State =
  | 'scheduled'
  | 'enqueued'
  | 'awaiting'
  | 'processing'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

export const STATES: readonly State[] = [
  'enqueued',
  'scheduled',
  'processing',
  'succeeded',
  'failed',
  'awaiting',
  'cancelled',
];

/** States in which a job has a place and a time that can be changed. */
export const MOVABLE: ReadonlySet<string> = new Set(['enqueued', 'scheduled']);

/** The most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

export interface Job {
  readonly id: string;
  readonly damaged?: true;
  readonly name: string;
  readonly version: number;
  readonly displayName?: string;
  readonly state: State;
  readonly queue: string;
  readonly priority: 'critical' | 'high' | 'normal' | 'low';
  readonly isBlocked: boolean;
  readonly tags: readonly string[];
  readonly keys: JobKeys;
  readonly options: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  readonly createdAt: number;
  readonly dueAt?: number;
  readonly attempt: number;
  readonly recoveries: number;
  readonly worker?: string;
  /** When the attempt began that runs, where its worker has told. */
  readonly startedAt?: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
  /** Ids of jobs and batches that it was created to wait for. */
  readonly parents: readonly string[];
  readonly batch?: string;
  readonly history: readonly HistoryEntry[];
}

/** Keys that tie a job, as its options gave them. */
export interface JobKeys {
  readonly unique?: string;
  readonly key?: string;
  readonly debounce?: string;
  readonly throttle?: string;
  readonly limits: readonly string[];
  readonly rates: readonly string[];
  readonly group?: string;
}

/** What a job tells of itself. */
export interface Activity {
  readonly progress?: unknown;
  readonly log: readonly LogLine[];
}

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface HistoryEntry {
  readonly what:
    | 'succeeded'
    | 'retried'
    | 'failed'
    | 'deferred'
    | 'released'
    | 'rescued'
    | 'requeued'
    | 'cancelled'
    | 'rescheduled'
    | 'promoted'
    | 'moved'
    | 'updated';
  readonly attempt?: number;
  readonly worker?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly detail?: unknown;
}

export interface Queue {
  readonly name: string;
  readonly paused?: { readonly by: string; readonly why: string; readonly at: number };
  readonly enqueued: number;
  readonly byPriority: Readonly<Record<string, number>>;
  readonly suspects: number;
  readonly blocked: number;
  /** Per second; left out: not known yet. */
  readonly flow?: { readonly in: number; readonly out: number };
}

export interface WorkerEntry {
  readonly id: string;
  readonly leaseExpiresAt: number;
  readonly beatAgeMs?: number;
  readonly isLate: boolean;
  readonly info?: {
    readonly host: string;
    readonly pid: number;
    readonly version: string;
    readonly node: string;
    readonly queues: readonly string[];
    readonly jobs: readonly string[];
    readonly concurrency: number;
    readonly startedAt: number;
  };
  readonly load?: {
    readonly running: number;
    readonly stallMs: number;
    readonly memoryBytes: number;
    readonly isQuiet?: boolean;
    readonly isStopping?: boolean;
    readonly concurrency?: number;
    /** The job that it has run for longest. */
    readonly longest?: readonly { readonly id: string; readonly startedAt: number }[];
  };
  readonly leftover?: Leftover;
}

/** A handler that runs on though its attempt has ended. */
export interface Leftover {
  readonly job: string;
  readonly endedAt: number;
  readonly worker: string;
  readonly host?: string | undefined;
}

export interface Attention {
  readonly level: 'bad' | 'warn' | 'info';
  readonly code: string;
  readonly about: string;
  readonly count: number;
  /** The first of several. */
  readonly names?: readonly string[];
  readonly detail?: string;
  /** The job that goes on, and since when. */
  readonly job?: string;
  readonly since?: number;
}

export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly kind: 'failures' | 'oldest' | 'no-worker' | 'backlog' | 'missed';
  readonly queue?: string;
  readonly jobName?: string;
  readonly count?: number;
  readonly withinMs?: number;
  readonly ageMs?: number;
  readonly forMs: number;
  readonly enabled: boolean;
  readonly isFiring: boolean;
  readonly since?: number;
  readonly value?: number;
  readonly about: string;
  /** The page that shows more. */
  readonly page: string;
  readonly lookedAt?: number;
  readonly changedAt: number;
  readonly silencedUntil?: number;
}

/** How somebody took what he was told. */
export interface Delivery {
  readonly channel: string;
  readonly ok: boolean;
  readonly tries: number;
  readonly error?: string;
}

export interface AlertEvent {
  readonly id: string;
  readonly what: 'fired' | 'resolved' | 'define' | 'change' | 'silence' | 'unsilence' | 'remove' | 'test';
  readonly at: number;
  readonly rule?: { readonly name: string; readonly ageMs?: number };
  readonly value?: number;
  readonly about: string;
  readonly by?: string;
  readonly why: string;
  readonly deliveries: readonly Delivery[];
}

/** What happened per second. */
export interface Rates {
  readonly at: number;
  readonly enqueued: number;
  readonly succeeded: number;
  readonly failed: number;
}

export interface Pulse {
  readonly at: number;
  /** Of a state that is left out: of some queues alone it is not known. */
  readonly counts: Readonly<Partial<Record<State, number>>>;
  /** At first of the last minutes, then the newest; nothing where one may not see it. */
  readonly rates: readonly Rates[];
  readonly queues: readonly Queue[];
  readonly workers: readonly WorkerEntry[];
  readonly attention: readonly Attention[];
  /** Alerts that fire. */
  readonly alerts: readonly { readonly id: string; readonly name: string }[];
  /** The job that has waited longest. */
  readonly oldest?: { readonly queue: string; readonly since: number };
}

/** How long something took, ms. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Figures {
  readonly enqueued: number;
  readonly scheduled: number;
  readonly succeeded: number;
  readonly retried: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly wait?: Spread;
  readonly run?: Spread;
}

export interface History {
  readonly stepMs: number;
  readonly points: readonly (Figures & { readonly at: number })[];
  readonly total: Figures;
}

/** What workers have described of a job. */
export interface Contract {
  readonly name: string;
  readonly version: number;
  readonly queue: string;
  readonly priority: string;
  readonly hasSchema: boolean;
}

export interface Batch {
  readonly id: string;
  readonly name: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly outer?: string;
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface Operation {
  readonly id: string;
  readonly verb: 'requeue' | 'cancel' | 'move' | 'reschedule' | 'delete';
  readonly filter: Readonly<Record<string, unknown>>;
  /** Where they go, or when they are due. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly by: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly total: number;
  readonly looked: number;
  readonly matched: number;
  readonly changed: number;
  readonly failed: number;
}

export interface ErrorGroup {
  readonly key: string;
  readonly job: string;
  /** Of all of them, where one may see some queues only. */
  readonly queue?: string;
  readonly error: string;
  readonly message: string;
  readonly cause: 'error' | 'poison' | 'other';
  readonly frame?: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly sample: string;
  /** How many in each part of the time, the oldest first. */
  readonly spread: readonly number[];
}

export interface AuditEntry {
  readonly cursor: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Block {
  readonly kind: 'limit' | 'rate' | 'name';
  readonly key: string;
  readonly waiting: number;
  readonly holders: readonly string[];
  readonly running?: number;
  readonly next?: string;
}

export interface PlaceOfLimit {
  readonly job: string;
  readonly worker?: string;
  readonly right?: 'runs' | 'stops' | 'waits';
}

export interface LimitOfKey {
  readonly key: string;
  readonly taken: number;
  readonly places: readonly PlaceOfLimit[];
  readonly waiting: number;
  readonly waitingForRate: number;
  readonly isCounting: boolean;
}

export interface Lock {
  readonly id: string;
  readonly state?: State;
  readonly expiresInMs?: number;
}

export interface Server {
  readonly address: string;
  readonly version?: string;
  readonly mode?: string;
  readonly uptime?: number;
  readonly clients?: number;
  readonly opsPerSecond?: number;
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly evictionPolicy?: string;
  readonly hasAppendOnlyFile?: boolean;
  readonly hasSnapshots?: boolean;
  readonly replicas?: number;
  readonly keys?: number;
  readonly slow?: readonly { readonly at: number; readonly ms: number; readonly command: string }[];
}

/** A reason why a job waits. Its other fields are the facts that its message, in English, is made of. */
export interface Why {
  readonly code: string;
  readonly message: string;
  /** Of the worker that runs it. */
  readonly host?: string;
  readonly isWorkerAlive?: boolean;
  readonly leaseEndedAt?: number;
  readonly [fact: string]: unknown;
}
