import type { JobInput } from './job-input.ts';
import type { PeerName } from './peer.ts';

/** What a job can have beyond being plain; not every library has each. */
export type Feature =
  | 'keyed'
  | 'keyed-tight'
  | 'groups'
  | 'priorities'
  | 'rate'
  | 'unique'
  | 'unique-started'
  | 'batch'
  | 'continuations'
  | 'workflows'
  | 'debounce'
  | 'throttle'
  | 'deadline'
  | 'tags'
  | 'compressed'
  | 'encrypted'
  | 'middleware'
  | 'recurring';

/** The libraries that have a feature; the others' columns stay empty in its rows. */
const PEERS_WITH: Readonly<Record<Feature, readonly PeerName[]>> = {
  keyed: ['linstock'],
  'keyed-tight': ['linstock'],
  groups: ['linstock'],
  priorities: ['linstock', 'bullmq'],
  rate: ['linstock', 'bullmq'],
  unique: ['linstock', 'bullmq'],
  'unique-started': ['linstock'],
  batch: ['linstock', 'bullmq'],
  continuations: ['linstock', 'bullmq'],
  workflows: ['linstock'],
  debounce: ['linstock', 'bullmq'],
  throttle: ['linstock', 'bullmq'],
  deadline: ['linstock'],
  tags: ['linstock'],
  compressed: ['linstock'],
  encrypted: ['linstock'],
  middleware: ['linstock'],
  recurring: ['linstock', 'bullmq'],
};

export function hasFeature(peer: PeerName, feature: Feature | undefined): boolean {
  return feature === undefined || PEERS_WITH[feature].includes(peer);
}

/** Keys of `keyed`, each with room for as many jobs as there are slots: nothing is ever blocked. */
export const MANY_KEYS = 1_000;
export const ROOMY_LIMIT = 100;

/** Keys of `keyed-tight`, of which one job each runs at a time: as many as slots, so that most jobs meet one that runs. */
export const FEW_KEYS = 100;
export const TIGHT_LIMIT = 1;

export const GROUPS = 1_000;

export const PRIORITY_LEVELS = 4;

/** A limit of starts that no library reaches, in portions of a few claims: what counting costs, and not what waiting does. */
export const RATE = { starts: 900, perMs: 2 };

/** From one tick of a recurring job to the next: only the first comes within a run. */
export const RECURRING_EVERY_MS = 3_600_000;

/** Longer than from one call for a debounced job to the other: they are in one portion, or in neighbouring ones. */
export const DEBOUNCE_WAIT_MS = 3_000;

/** Longer than any run: what is throttled stays so, and no deadline passes. */
export const BEYOND_A_RUN_MS = 3_600_000;

export const TAGS = ['bench', 'customer:42'];

/** Below the size of a payload, so that each is compressed; the default would leave them as they are. */
export const COMPRESS_ABOVE_BYTES = 50;

/** How long after the last call its jobs may run at the latest: a steady state has all of them waiting. */
export function dueAfterMs(feature: Feature | undefined): number {
  return feature === 'debounce' ? DEBOUNCE_WAIT_MS : 0;
}

/** A number from 0 to `count - 1`, scattered as the keys of unrelated jobs are: a run of jobs has some keys twice, some never. */
export function scatter({ n }: JobInput, count: number): number {
  return (Math.imul(n + 1, 2_654_435_761) >>> 8) % count;
}
