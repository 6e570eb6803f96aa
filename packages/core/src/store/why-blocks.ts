import type { LimitTie, RateTie } from '../job/ties.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { StoredQueueSettings } from './queue-store.ts';

/** A job that has a place of a limit. */
export interface LimitHolder {
  readonly job: string;
  /** The identity of the worker that runs it. */
  readonly worker: string;
  /** Whether that worker's lease is alive; without one the place is free when its jobs are taken back. */
  readonly isWorkerAlive: boolean;
  /** Whether a person has taken the job from its worker; its place is free when its handler has ended. */
  readonly isStopping: boolean;
}

/** A limit, and who has its places. */
export interface LimitFacts {
  readonly key: string;
  readonly limit: number;
  readonly running: number;
  /** At most 10. */
  readonly holders: readonly LimitHolder[];
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

const MOST_HOLDERS = 10;
const IDENTITY = 12;
const CLAIM = 12;

/** A limit by its key, as this job counts it. */
export async function readLimit(shard: Shard, now: number, [key, limit]: LimitTie): Promise<LimitFacts> {
  const { connection, prefix } = shard;
  const name = prefix + KEY.holders + key;
  const [running, members] = await Promise.all([
    connection.redis.scard(name),
    connection.redis.srandmember(name, MOST_HOLDERS),
  ]);
  return {
    key,
    limit,
    running,
    holders: await Promise.all(members.map((member) => readHolder(shard, now, member))),
  };
}

async function readHolder({ connection, prefix }: Shard, now: number, member: string): Promise<LimitHolder> {
  const worker = member.slice(0, IDENTITY);
  const [expiry, isStopping] = await Promise.all([
    connection.redis.zscore(prefix + KEY.leases, worker),
    connection.redis.hexists(prefix + KEY.processing + worker, `~${member.slice(IDENTITY)}`),
  ]);
  return {
    job: member.slice(IDENTITY + CLAIM),
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
  job: { queue: string; name: string },
): Promise<GateFacts> {
  const { connection, prefix } = shard;
  const { queue, name } = job;
  const [pauses, text] = await Promise.all([
    connection.redis.hmget(prefix + KEY.paused, '*', queue, `name:${name}`, `until:${queue}`),
    connection.redis.hget(prefix + KEY.settings, queue),
  ]);
  const [everything, ofQueue, ofName, rests] = pauses;
  const { limit, rate } = settingsOf(text);
  const key = `queue:${queue}`;
  return {
    everything: pauseOf(everything),
    queue: pauseOf(ofQueue),
    name: pauseOf(ofName),
    restsUntil: typeof rests === 'string' && Number(rests) > now ? Number(rests) : undefined,
    limit: limit === undefined ? undefined : await readLimit(shard, now, [key, limit]),
    rate: rate === undefined ? undefined : await readRate(shard, now, [key, ...rate]),
  };
}

function pauseOf(json: string | null | undefined): Pause | undefined {
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
