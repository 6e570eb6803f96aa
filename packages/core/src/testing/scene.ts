import type { KEY } from '../redis/keys.ts';
import type { Retention } from '../store/job-store.ts';
import { A, ADA, B, C, no } from './cast.ts';
import type { TestShard } from './test-shard.ts';

/** A script at work: what was before, the call, and every key that it may touch there. */
export interface Scene {
  /** Builds what was before; returns the call, which may be made again. */
  readonly given: (shard: TestShard) => Promise<() => Promise<unknown>>;
  /** Keys by their names in `redis/keys.ts`; all that the script's text names. */
  readonly keys: Readonly<Partial<Record<KeyName, readonly string[]>>>;
}

type KeyName = keyof typeof KEY;

/** Retention that keeps nothing that has ended, but for an hour. */
export const NOTHING_KEPT: Retention = {
  succeededCount: 0,
  succeededMs: 3_600_000,
  failedCount: 0,
  failedMs: 3_600_000,
};
export const MINUTE_MS = 60_000;

/** The keys of a claim of {@link ADA}. */
export const openSet = (claim: number): readonly string[] => [
  `processing:${ADA}`,
  `processing:${ADA}:${no(claim)}`,
];
/** What a script touches that may wake a worker. */
export const wakeKeys = { idle: ['idle:mail'], leases: ['leases'], wake: [] } as const;
/** What a script touches that tells of transitions. Nobody wants to know it here; damaged ones: `store/event-store.test.ts`. */
export const tellKeys = { events: [], eventsMost: [] } as const;
/** What a script touches that meets damaged records. */
export const quarantineKeys = {
  ...tellKeys,
  quarantine: [`quarantine:${A}`],
  damaged: ['quarantine'],
  // Of the oldest that goes when there are too many: `quarantine-bound.test.ts`.
  payload: [],
  progress: [],
  log: [],
  extras: [],
} as const;
/** What a script touches that removes ended jobs. */
export const trimKeys = {
  succeeded: ['succeeded'],
  requeued: ['requeued'],
  watched: ['watched'],
  kept: ['kept'],
  payload: [`payload:${C}`],
  extras: ['extras'],
  progress: [],
  log: [],
  stale: ['stale'],
} as const;

/** Keys that a script may touch and that its scene need not hold, by their names in `redis/keys.ts`. */
export const USUAL_KEYS: Readonly<Record<string, readonly string[]>> = {
  ready: ['ready:mail:2'],
  suspects: ['suspects:mail'],
  idle: ['idle:mail'],
  holders: ['holders:k'],
  rate: ['rate:k'],
  freed: ['freed:k'],
  blocked: ['blocked:limit:k'],
  parked: ['parked:mail'],
  timers: ['timers'],
  lock: ['lock:u:greet:k'],
  deadlines: ['deadlines'],
  tag: ['tag:urgent'],
  settings: ['settings'],
  quotas: ['quotas'],
  group: ['group:mail:2:g'],
  groups: ['groups:mail:2'],
  grouped: ['grouped'],
  rings: ['rings'],
  awaiting: ['awaiting'],
  parents: ['parents'],
  children: [`children:${A}`],
  waits: [`waits:${B}`],
  inputs: [`inputs:${B}`],
  todo: ['todo'],
  recurring: ['recurring:r'],
  ticks: ['ticks'],
  history: ['history:r'],
  scheduled: ['scheduled'],
  stale: ['stale'],
  stats: ['stats'],
  cancelled: ['cancelled'],
  watched: ['watched'],
  kept: ['kept'],
  timekeeper: ['timekeeper'],
  leases: ['leases'],
  extras: ['extras'],
  payload: [`payload:${A}`],
  progress: [`progress:${A}`],
  log: [`log:${A}`],
  processing: openSet(1),
  rescuing: ['rescuing'],
  audit: ['audit'],
  batch: [`batch:${A}`],
  batches: ['batches'],
  members: [`members:${A}`],
  alone: ['alone'],
  paused: ['paused'],
  failed: ['failed'],
  requeued: ['requeued'],
  succeeded: ['succeeded'],
  workers: ['workers'],
  loads: ['loads'],
  order: [`order:${ADA}`],
  contracts: ['contracts'],
  schemas: ['schemas'],
  damaged: ['quarantine'],
  quarantine: [`quarantine:${A}`],
  job: [`job:${A}`],
  queues: ['queues'],
  // Channels, and what a test of its own covers: `store/event-store.test.ts`.
  wake: [],
  ended: [],
  events: [],
  eventsMost: [],
};
