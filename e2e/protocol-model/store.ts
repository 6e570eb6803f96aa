import type { Rules } from './rules.ts';

/** A record: the mark, and a tail of "code worker#claim" lines. Header and payload decide nothing and are left out. */
export interface JobRecord {
  state: 'S' | 'E' | 'P' | 'F' | 'C';
  queue: string;
  crashes: number;
  blamed: number;
  /** `worker#claim`, or `-`. */
  claim: string;
  tail: string[];
}

export interface Processing {
  /** The highest claim number executed. */
  n: number;
  /** Open claims: number → how many jobs it took. */
  claims: Record<number, number>;
  /** `claim id` of the suspect taken last. */
  suspect?: string;
}

export type Stat =
  | 'enqueued'
  | 'succeeded'
  | 'retried'
  | 'failed'
  | 'released'
  | 'rescued'
  | 'cancelled'
  | 'requeued';

/** The model's Redis: one shard. Only the scripts change it. */
export interface Store {
  jobs: Record<string, JobRecord>;
  /** `ready:<q>` and `suspects:<q>`, front first. Priorities are more lists of the same kind and are left out. */
  lists: Record<string, string[]>;
  /** Entries of a ready list that no longer count. */
  stale: Record<string, number>;
  scheduled: string[];
  leases: Record<string, 'live' | 'expired'>;
  processing: Record<string, Processing>;
  /** `worker#claim` → open ids. A Redis set has no order, so the ids are kept sorted. */
  open: Record<string, string[]>;
  rescuing: string[];
  /** `client/lane` → last call executed. */
  lanes: Record<string, number>;
  succeeded: string[];
  failed: string[];
  cancelled: string[];
  requeued: Record<string, number>;
  stats: Record<Stat, number>;
}

export function emptyStore(): Store {
  return {
    jobs: {},
    lists: {},
    stale: {},
    scheduled: [],
    leases: {},
    processing: {},
    open: {},
    rescuing: [],
    lanes: {},
    succeeded: [],
    failed: [],
    cancelled: [],
    requeued: {},
    stats: {
      enqueued: 0,
      succeeded: 0,
      retried: 0,
      failed: 0,
      released: 0,
      rescued: 0,
      cancelled: 0,
      requeued: 0,
    },
  };
}

export const isSuspect = (job: JobRecord): boolean => job.crashes >= 2;
/** The next blamed rescue ends it. */
export const isLastChance = (job: JobRecord): boolean => isSuspect(job) && job.blamed >= 3;

export const listOf = (job: JobRecord): string => (isSuspect(job) ? 'suspects:' : 'ready:') + job.queue;

export function list(store: Store, name: string): string[] {
  return (store.lists[name] ??= []);
}

function wait(job: JobRecord): void {
  job.state = 'E';
  job.claim = '-';
}

export function toBack(store: Store, id: string): void {
  const job = store.jobs[id];
  if (!job) return;
  wait(job);
  list(store, listOf(job)).push(id);
}

/** Puts jobs back in front of what waits, the first of `ids` foremost. */
export function toFront(store: Store, ids: readonly string[]): void {
  for (const id of ids.toReversed()) {
    const job = store.jobs[id];
    if (!job) continue;
    wait(job);
    list(store, listOf(job)).unshift(id);
  }
}

export function without(ids: string[], id: string): boolean {
  const at = ids.indexOf(id);
  if (at < 0) return false;
  ids.splice(at, 1);
  return true;
}

/** Only ready lists are counted: a suspects list is short. */
export function countStale(store: Store, name: string, by: number): void {
  if (!name.startsWith('ready:')) return;
  const count = (store.stale[name] ?? 0) + by;
  if (count === 0) delete store.stale[name];
  else store.stale[name] = count;
}

/** SREM: the set vanishes with its last member. */
export function removeMember(store: Store, claim: string, id: string): boolean {
  const ids = store.open[claim];
  if (!ids || !without(ids, id)) return false;
  if (ids.length === 0) delete store.open[claim];
  return true;
}

/** SREM, and the claim's field goes with the last member. */
export function removeOpen(store: Store, claim: string, id: string): boolean {
  if (!removeMember(store, claim, id)) return false;
  const [worker = '', no = ''] = claim.split('#');
  if (!store.open[claim]) delete store.processing[worker]?.claims[Number(no)];
  return true;
}

/** Open claims of a worker, oldest first. */
export function openClaims(store: Store, worker: string): { no: number; ids: string[] }[] {
  const numbers = Object.keys(store.processing[worker]?.claims ?? {}).map(Number);
  return numbers
    .toSorted((a, b) => a - b)
    .map((no) => ({ no, ids: (store.open[`${worker}#${no}`] ?? []).toSorted() }));
}

/** A job that succeeded keeps `P`: the last tail line is an S line of the claim that its mark names. */
export function hasSucceeded(job: JobRecord): boolean {
  return job.state === 'P' && job.tail.at(-1) === `S ${job.claim}`;
}

/** An entry of `succeeded` stops to count: the job lives on, or its id may be used again. */
export function forgetSuccess(store: Store, id: string, rules: Rules): void {
  if (rules.requeued === 'not kept') return;
  const count = rules.requeued === 'set' ? 1 : (store.requeued[id] ?? 0) + 1;
  store.requeued[id] = count;
}
