/**
 * The model: what docs/protocol.md says a shard holds, as plain data, so that it can be cloned. Lists hold entries as the
 * protocol means them: hints, of which only those count whose job is there.
 */

/** Length of a lease and of a sweep, ms. */
export const LEASE_MS = 15_000;
export const SWEEP_MS = 3_000;
/** Crashes that make a job a suspect, and blamed rescues after which it has its last chance, alone. */
const SUSPECT_FROM = 2;
const MOST_BLAMED = 3;

export type State = 'scheduled' | 'enqueued' | 'processing' | 'succeeded' | 'failed' | 'cancelled';

/** Something that happened to a job. */
export interface Line {
  readonly code: string;
  readonly worker: string;
  readonly claim: string;
  readonly endedAt: number;
}

export interface Job {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly payload: string;
  state: State;
  crashes: number;
  blamed: number;
  /** Who holds it, or who ended it with success. */
  owner: { readonly worker: string; readonly claim: string } | undefined;
  /** Of an enqueued one that was due: when that was. */
  since: number | undefined;
  /** When a scheduled job is due; when a failed or cancelled one ended. */
  at: number;
  readonly tail: Line[];
}

/** What a shard knows of the claims of a worker. */
export interface Claims {
  highest: string | undefined;
  suspect: { readonly claim: string; readonly id: string } | undefined;
  /** Claim → how many it took, and which are open. */
  readonly open: Map<string, { readonly took: number; readonly ids: Set<string> }>;
}

export interface World {
  now: number;
  readonly jobs: Map<string, Job>;
  readonly quarantined: Set<string>;
  /** Ids with a payload of its own → that payload. */
  readonly largePayloads: Map<string, string>;
  /** `<queue>:<priority>` → entries. */
  readonly ready: Map<string, string[]>;
  /** Queue → entries. */
  readonly suspects: Map<string, string[]>;
  /** Entries in order of finishing. */
  succeeded: string[];
  /** Id → how many entries of `succeeded` do not count because the job was requeued or deleted since. */
  readonly requeued: Map<string, number>;
  /** The worker that empties itself for a job that must run alone. */
  alone: string | undefined;
  readonly watched: Map<string, number>;
  readonly leases: Map<string, number>;
  readonly loads: Set<string>;
  readonly claims: Map<string, Claims>;
  readonly rescuing: Set<string>;
  readonly sweep: { last: number | undefined; graceUntil: number; longest: number };
  /** Client → lane → last call executed. */
  readonly lanes: Map<string, Map<number, number>>;
  readonly paused: Set<string>;
  readonly stats: Map<string, number>;
}

export function newWorld(now: number): World {
  return {
    now,
    jobs: new Map(),
    quarantined: new Set(),
    largePayloads: new Map(),
    ready: new Map(),
    suspects: new Map(),
    succeeded: [],
    requeued: new Map(),
    alone: undefined,
    watched: new Map(),
    leases: new Map(),
    loads: new Set(),
    claims: new Map(),
    rescuing: new Set(),
    sweep: { last: undefined, graceUntil: 0, longest: 0 },
    lanes: new Map(),
    paused: new Set(),
    stats: new Map(),
  };
}

export function count(world: World, stat: string, by: number): void {
  world.stats.set(stat, (world.stats.get(stat) ?? 0) + by);
}

export function isSuspect(job: Job): boolean {
  return job.crashes >= SUSPECT_FROM;
}

/** The next rescue of such a job, if it is to blame, ends it. */
export function hasLastChance(job: Job): boolean {
  return job.blamed >= MOST_BLAMED;
}

/** The list in which a job of this place waits. */
export function waitingList(world: World, job: Job): string[] {
  return isSuspect(job)
    ? entries(world.suspects, job.queue)
    : entries(world.ready, `${job.queue}:${job.priority}`);
}

export function entries(lists: Map<string, string[]>, name: string): string[] {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const list: string[] = [];
  lists.set(name, list);
  return list;
}

/** Makes a job wait in its queue. */
export function wait(world: World, job: Job, end: 'front' | 'back'): void {
  job.state = 'enqueued';
  job.owner = undefined;
  job.since = undefined;
  const list = waitingList(world, job);
  if (end === 'front') list.unshift(job.id);
  else list.push(job.id);
}

/** Whether an entry of a list stands for a job that waits there. */
export function waitsIn(world: World, id: string, list: string[]): Job | undefined {
  const job = world.jobs.get(id);
  return job?.state === 'enqueued' && waitingList(world, job) === list ? job : undefined;
}

/** Ids of jobs in a state, the earliest first; ids of one instant in their own order, as in a sorted set. */
export function byTime(world: World, state: State): Job[] {
  const jobs = [...world.jobs.values()].filter((job) => job.state === state);
  jobs.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return jobs;
}

/** The entry that a job left in `succeeded` does not count any more. */
export function disown(world: World, id: string): void {
  world.requeued.set(id, (world.requeued.get(id) ?? 0) + 1);
}

/** A job in a claim of a worker. */
interface OpenJob {
  readonly worker: string;
  readonly claim: string;
  readonly id: string;
}

/** Takes an id out of an open claim; the claim ends with its last id. */
export function close(world: World, { worker, claim, id }: OpenJob): boolean {
  const open = world.claims.get(worker)?.open;
  const wasOpen = open?.get(claim)?.ids.delete(id) ?? false;
  if (open?.get(claim)?.ids.size === 0) open.delete(claim);
  return wasOpen;
}

export function forget(world: World, id: string): boolean {
  world.largePayloads.delete(id);
  return world.jobs.delete(id);
}
