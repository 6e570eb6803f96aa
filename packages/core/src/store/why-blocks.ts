import type { LimitTie, RateTie } from '../job/ties.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { StoredQueueSettings } from './queue-store.ts';

/** A job that has a place of a limit. */
export interface LimitHolder {
  readonly job: string;
  /** The identity of the worker that runs it; undefined: its turn has come, and it waits for a slot. */
  readonly worker: string | undefined;
  /** Whether that worker's lease is alive; without one the place is free when its jobs are taken back. True without a worker. */
  readonly isWorkerAlive: boolean;
  /** Whether a person has taken the job from its worker; its place is free when its handler has ended. */
  readonly isStopping: boolean;
}

/** A limit, and who has its places. */
export interface LimitFacts {
  readonly key: string;
  readonly limit: number;
  /** How many places are taken: by jobs that run, or whose turn has come. */
  readonly running: number;
  /** At most 10. */
  readonly holders: readonly LimitHolder[];
  /** Whether one of them is kept for the job that asks. */
  readonly isKept: boolean;
}

/** A rate. `startsAt`: when the next job may start, ms since 1970; now or earlier: it has room. */
export interface RateFacts {
  readonly key: string;
  readonly startsAt: number;
}

/** Who paused something. */
export interface Pause {
  readonly by: string | undefined;
  readonly why: string | undefined;
  readonly at: number | undefined;
}

/** What holds a whole queue, or all jobs of a name. */
export interface GateFacts {
  readonly everything: Pause | undefined;
  readonly queue: Pause | undefined;
  readonly name: Pause | undefined;
  /** Until when the queue rests, ms since 1970. */
  readonly restsUntil: number | undefined;
  readonly limit: LimitFacts | undefined;
  readonly rate: RateFacts | undefined;
}

/** How many holders of a limit are shown. */
export const MOST_HOLDERS = 10;
const IDENTITY = 12;
const CLAIM = 12;
/** Stands for worker and claim of a job that has a place and waits for a slot. */
const NOBODY = '-'.repeat(IDENTITY + CLAIM);

/** A limit by its key, as job `id` counts it. */
export async function readLimit(
  shard: Shard,
  { now, id }: { readonly now: number; readonly id: string },
  [key, limit]: LimitTie,
): Promise<LimitFacts> {
  const { connection, prefix } = shard;
  const name = prefix + KEY.holders + key;
  const [running, members, kept] = await Promise.all([
    connection.redis.scard(name),
    connection.redis.srandmember(name, MOST_HOLDERS),
    connection.redis.sismember(name, NOBODY + id),
  ]);
  return {
    key,
    limit,
    running,
    isKept: kept === 1,
    holders: await Promise.all(members.map((member) => readHolder(shard, now, member))),
  };
}

/** The job that a member of `holders:<key>` stands for. */
export function jobOfHolder(member: string): string {
  return member.slice(IDENTITY + CLAIM);
}

async function readHolder({ connection, prefix }: Shard, now: number, member: string): Promise<LimitHolder> {
  const job = jobOfHolder(member);
  if (member.startsWith(NOBODY)) return { job, worker: undefined, isWorkerAlive: true, isStopping: false };
  const worker = member.slice(0, IDENTITY);
  const [expiry, isStopping] = await Promise.all([
    connection.redis.zscore(prefix + KEY.leases, worker),
    connection.redis.hexists(prefix + KEY.processing + worker, `~${member.slice(IDENTITY)}`),
  ]);
  return {
    job,
    worker,
    isWorkerAlive: expiry !== null && Number(expiry) > now,
    isStopping: isStopping === 1,
  };
}

/** A rate by its key, as this job counts it: the rule of `lua/parts/rates.lua`. */
export async function readRate(shard: Shard, now: number, rate: RateTie): Promise<RateFacts> {
  const [key, most, perMs, burst] = rate;
  const { redis } = shard.connection;
  const name = shard.prefix + KEY.rate + key;
  if (burst !== 'w') {
    const full = Math.max(Number((await redis.get(name)) ?? 0), now);
    return { key, startsAt: Math.max(now, Math.ceil(full - ((burst - 1) * perMs) / most)) };
  }
  const [length, first] = await Promise.all([redis.llen(name), redis.lindex(name, 0)]);
  return { key, startsAt: length < most || first === null ? now : Math.max(now, Number(first) + perMs) };
}

/** What holds a queue back in a shard, and the jobs of a name there. */
export async function readGates(
  shard: Shard,
  now: number,
  job: { id: string; queue: string; name: string },
): Promise<GateFacts> {
  const { connection, prefix } = shard;
  const { id, queue, name } = job;
  const [pauses, text, quotas] = await Promise.all([
    connection.redis.hmget(prefix + KEY.paused, '*', queue, `name:${name}`, `until:${queue}`),
    connection.redis.hget(prefix + KEY.settings, queue),
    connection.redis.hmget(prefix + KEY.quotas, `places:${queue}`, `tokens:${queue}`),
  ]);
  const [everything, ofQueue, ofName, rests] = pauses;
  const settings = settingsOf(text);
  const { limit, rate } = settings;
  const [places, tokens] = quotas;
  const isGuest = settings.shards !== undefined && settings.home !== true;
  const own = Math.min(limit ?? 0, Number(places ?? (isGuest ? 0 : limit)));
  const key = `queue:${queue}`;
  const facts = {
    everything: pauseOf(everything),
    queue: pauseOf(ofQueue),
    name: pauseOf(ofName),
    restsUntil: typeof rests === 'string' && Number(rests) > now ? Number(rests) : undefined,
    limit: limit === undefined ? undefined : await readLimit(shard, { now, id }, [key, own]),
    rate: rate === undefined ? undefined : await readRate(shard, now, [key, ...rate]),
  };
  // A guest starts what it was given, and is given more every second.
  const startsAt = Number(tokens ?? 0) > 0 ? now : now + 1000;
  return isGuest && rate !== undefined ? { ...facts, rate: { key, startsAt } } : facts;
}

/** Who paused something, from what is stored of it. */
export function pauseOf(json: string | null | undefined): Pause | undefined {
  if (typeof json !== 'string') return undefined;
  const { by, why, at } = objectOf(json);
  return {
    by: typeof by === 'string' ? by : undefined,
    why: typeof why === 'string' && why !== '' ? why : undefined,
    at: typeof at === 'number' ? at : undefined,
  };
}

function settingsOf(json: string | null): StoredQueueSettings {
  return json === null ? {} : objectOf(json);
}

/** What was written by hand, and is no object, says nothing. */
function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
