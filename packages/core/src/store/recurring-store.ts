import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptName, ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import type { Actor } from './job-store.ts';

/** When a recurring job runs, as it is stored. Instants are ms since 1970. */
export interface StoredSchedule {
  readonly cron?: string;
  readonly every?: number;
  readonly timeZone?: string;
  readonly startAt?: number;
  readonly endAt?: number;
  readonly jitter?: number;
}

/** The job that a recurring job enqueues, as it is stored. */
export interface StoredJob {
  readonly name: string;
  readonly queue: string;
  /** The digit of its priority. */
  readonly priority: number;
  /** Line 1 of its records, without its tick. */
  readonly header: string;
  readonly isTied: boolean;
  /** Line 2 of its records. */
  readonly payload: string;
}

/** What a recurring job does with ticks that nobody ran, and with runs that have not ended, as it is stored. */
export interface StoredPolicy {
  readonly misfire: 'once' | 'all' | 'skip';
  /** A tick is missed when it is older, ms. */
  readonly graceMs: number;
  readonly overlap: 'allow' | 'skip';
}

/** What a recurring job is. */
export interface Definition {
  readonly schedule: StoredSchedule;
  readonly job: StoredJob;
  readonly policy: StoredPolicy;
}

/** A recurring job of one shard. */
export interface StoredRecurring extends Definition {
  readonly id: string;
  /** Rises with each change. */
  readonly version: number;
  /** ms since 1970, by the clock of Redis. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly paused: { readonly by: string; readonly why: string; readonly at: number } | undefined;
  /** Why it is switched off: its definition cannot be used. */
  readonly error: { readonly message: string } | undefined;
  /** Its next tick; undefined: none comes. */
  readonly nextAt: number | undefined;
}

/** What became of a tick, newest first. */
export interface TickEntry {
  /** The tick; undefined for a number of missed ones. */
  readonly tick?: number;
  readonly at: number;
  /** The job that ran. */
  readonly job?: string;
  /** Why none did. */
  readonly skipped?: 'overlap' | 'unique' | 'missed' | 'skip';
  /** How many ticks in a row it is for, `tick` being the newest of them; left out: one. */
  readonly count?: number;
}

/** A tick that is not there is stored as this. */
const NO_TICK = 'inf';
/** The most recurring jobs of a shard. */
const MOST_RECURRING = 100_000;

/** Recurring jobs of one shard: their definitions, ticks and history. Runs are written by the `JobStore`. */
export class RecurringStore {
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
  }

  /** `FULL`: the shard has 100,000 already. `STALE`: it has not the version that is named, or is gone. */
  async define(
    id: string,
    parts: Definition & { readonly next: number | undefined; readonly version?: number },
    actor: Actor,
  ): Promise<'CREATED' | 'CHANGED' | 'SAME' | 'FULL' | 'STALE'> {
    const { schedule, job, policy, next, version = '' } = parts;
    const texts = [schedule, job, policy].map((part) => JSON.stringify(part));
    const reply = await this.#run('define', actor, [id, ...texts, next ?? NO_TICK, MOST_RECURRING, version]);
    const word: unknown = Array.isArray(reply) ? reply[0] : reply;
    if (isDefineWord(word)) return word;
    throw new ProtocolError('define', reply);
  }

  /** `STALE`: it has not the version that is named. */
  async adjust(
    id: string,
    change: {
      readonly verb: 'pause' | 'resume' | 'skip' | 'disable';
      readonly version?: number;
      readonly next: number | undefined;
      readonly error?: string;
    },
    actor: Actor,
  ): Promise<'OK' | 'ALREADY' | 'GONE' | 'STALE'> {
    const { verb, version, next, error = '' } = change;
    const problem = JSON.stringify({ message: error });
    const reply = await this.#run('adjust', actor, [id, version ?? '', verb, next ?? NO_TICK, problem]);
    if (reply === 'OK' || reply === 'ALREADY' || reply === 'GONE' || reply === 'STALE') return reply;
    throw new ProtocolError('adjust', reply);
  }

  /** False: there is none. */
  async undefine(id: string, actor: Actor): Promise<boolean> {
    return (await this.#run('undefine', actor, [id])) === 'OK';
  }

  async find(id: string): Promise<StoredRecurring | undefined> {
    return (await this.findMany([id]))[0];
  }

  /** Those that exist, in the order asked. A definition that cannot be read has an error that says so. */
  async findMany(ids: readonly string[]): Promise<StoredRecurring[]> {
    if (ids.length === 0) return [];
    const { redis } = this.#target.connection;
    const [ticks, ...hashes] = await Promise.all([
      redis.zmscore(this.#key(KEY.ticks), ...ids),
      ...ids.map((id) => redis.hgetall(this.#key(KEY.recurring) + id)),
    ]);
    return ids.flatMap((id, i) => decode(id, hashes[i] ?? {}, ticks[i] ?? null));
  }

  /** Ids in the order of their next ticks; `until`: only those whose tick has come by then, ms since 1970. */
  async ids({ from = 0, most, until }: { from?: number; most: number; until?: number }): Promise<string[]> {
    const { redis } = this.#target.connection;
    const key = this.#key(KEY.ticks);
    if (until === undefined) return redis.zrange(key, String(from), String(from + most - 1));
    return redis.zrangebyscore(key, '-inf', until, 'LIMIT', from, most);
  }

  async count(): Promise<number> {
    return this.#target.connection.redis.zcard(this.#key(KEY.ticks));
  }

  /** What became of its last ticks, at most 100, newest first. */
  async history(id: string): Promise<TickEntry[]> {
    const lines = await this.#target.connection.redis.lrange(this.#key(KEY.history) + id, 0, -1);
    return lines.map((line) => JSON.parse(line) as TickEntry);
  }

  /** The clock of Redis, ms since 1970. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.#target.connection.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  #key(name: string): string {
    return this.#target.prefix + name;
  }

  #run(script: ScriptName, { who, why }: Actor, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#target, script, [who, JSON.stringify({ by: who, why }), ...args]);
  }
}

function isDefineWord(word: unknown): word is 'CREATED' | 'CHANGED' | 'SAME' | 'FULL' | 'STALE' {
  return typeof word === 'string' && ['CREATED', 'CHANGED', 'SAME', 'FULL', 'STALE'].includes(word);
}

function decode(id: string, hash: Record<string, string>, tick: string | null): StoredRecurring[] {
  const { schedule, job, policy, version, paused, error } = hash;
  if (version === undefined) return [];
  const stored = parse(schedule, job, policy);
  return [
    {
      id,
      ...(stored ?? UNREADABLE),
      version: Number(version),
      createdAt: Number(hash['createdAt'] ?? 0),
      changedAt: Number(hash['changedAt'] ?? 0),
      paused: json<StoredRecurring['paused']>(paused),
      error: stored === undefined ? { message: 'its definition is damaged: define it again' } : json(error),
      nextAt: tick === null || !Number.isFinite(Number(tick)) ? undefined : Number(tick),
    },
  ];
}

const UNREADABLE: Definition = {
  schedule: {},
  job: { name: '', queue: '', priority: 2, header: '', isTied: false, payload: 'null' },
  policy: { misfire: 'once', graceMs: 0, overlap: 'allow' },
};

function parse(...texts: (string | undefined)[]): typeof UNREADABLE | undefined {
  const [schedule, job, policy] = texts.map((text) => json<object>(text));
  if (schedule === undefined || job === undefined || policy === undefined) return undefined;
  return { schedule, job: job as StoredJob, policy: policy as StoredPolicy };
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what stands there is written by this class alone
function json<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    // Not JSON: somebody has written here by hand.
    return undefined;
  }
}
