import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import type { Actor } from './change-call.ts';

/** Changes that an operation can make. */
export const BULK_VERBS = ['cancel', 'requeue', 'delete', 'move', 'reschedule'] as const;
/** One of {@link BULK_VERBS}. */
export type BulkVerb = (typeof BULK_VERBS)[number];

/** Which jobs an operation is about, as it is stored. Instants are ms since 1970. */
export interface StoredFilter {
  /** The letter of their state. */
  readonly state: string;
  readonly queue?: string;
  readonly name?: string;
  readonly tag?: string;
  readonly batch?: string;
  /** Its id, and how its jobs were found. */
  readonly selection?: string;
  readonly query?: string;
  readonly after?: number;
  readonly before?: number;
  /** What ids begin with that were made at these instants. */
  readonly afterId?: string;
  readonly beforeId?: string;
  /** A text of the last error, as it stands in JSON. */
  readonly error?: string;
  /** How its JSON begins. */
  readonly errorName?: string;
  readonly poison?: true;
}

/** What a verb needs, as it is stored: a digit of a priority; ms from now, or since 1970. */
export interface StoredTarget {
  readonly queue?: string;
  readonly priority?: number;
  readonly delay?: number;
  readonly at?: number;
}

/** An operation to begin. */
export interface OperationCall {
  readonly id: string;
  readonly verb: BulkVerb;
  readonly filter: StoredFilter;
  readonly target: StoredTarget;
  /** Jobs per second in this shard; 0: as fast as it goes. */
  readonly rate: number;
  readonly dryRun: boolean;
}

/** An operation on one shard, as it is stored. */
export interface StoredOperation {
  readonly id: string;
  readonly verb: BulkVerb;
  readonly filter: StoredFilter;
  readonly target: StoredTarget;
  readonly rate: number;
  readonly dryRun: boolean;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly by: string;
  readonly why: string;
  /** ms since 1970, by the clock of Redis. */
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** Entries to look at, as far as they are known. */
  readonly total: number;
  readonly looked: number;
  readonly matched: number;
  readonly changed: number;
  readonly failed: number;
}

/** What became of a step. `STALE`: that step was made, or it is not yet time for it. */
export type StepReply =
  | { readonly status: 'MORE' | 'STALE'; readonly step: number; readonly waitMs: number }
  | { readonly status: 'DONE' }
  | { readonly status: 'GONE' };

/** Whether an operation has begun. `FULL`: 1,000 of them run. `NO_SELECTION`: it is not kept any more, or was used. */
export type OperateReply = 'OK' | 'ALREADY' | 'FULL' | 'NO_SELECTION';

/** When nobody has gone on with an operation for so long, any worker does. */
const LEAD_MS = 2000;
/** What a selection holds in one shard, if it holds what it may in all: a call that is sent again is no reason to refuse it. */
const MOST_SELECTED = 101_000;
/** Selections that a shard keeps: each may take ten megabytes. */
const MOST_SELECTIONS = 10;
/** How many jobs one call adds to a selection. */
export const SELECTED_AT_ONCE = 1000;
/** Operations that a shard remembers. */
const MOST_OPERATIONS = 1000;

/** Operations of one shard: changes of all jobs that a filter names. */
export class OperationStore {
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
  }

  /** Adds up to {@link SELECTED_AT_ONCE} jobs to a selection. May be sent again. Gives how many it has in this shard. */
  async collect(selection: string, keepMs: number, ids: readonly string[]): Promise<number> {
    const reply = await runScript(this.#target, 'collect', [
      selection,
      keepMs,
      MOST_SELECTED,
      MOST_SELECTIONS,
      ...ids,
    ]);
    if (typeof reply === 'number') return reply;
    throw new ProtocolError('collect', reply);
  }

  /** Begins an operation. May be sent again. */
  async operate(call: OperationCall, { who, why }: Actor): Promise<OperateReply> {
    const { id, verb, filter, target, rate, dryRun } = call;
    const reason = JSON.stringify({ by: who, why, operation: id });
    const texts = [JSON.stringify(filter), JSON.stringify(target)];
    const limits = [rate, dryRun ? 1 : 0, LEAD_MS, MOST_OPERATIONS];
    const reply = await runScript(this.#target, 'operate', [who, reason, id, verb, ...texts, ...limits]);
    if (reply === 'OK' || reply === 'ALREADY' || reply === 'FULL' || reply === 'NO_SELECTION') return reply;
    throw new ProtocolError('operate', reply);
  }

  /** Makes a step by its number, once. `keep`: how many cancelled jobs are kept. */
  async step(id: string, step: number, keep: number): Promise<StepReply> {
    const reply = await runScript(this.#target, 'step', [id, step, keep, LEAD_MS]);
    const [status, next, waitMs] = (Array.isArray(reply) ? reply : []) as unknown[];
    if (status === 'DONE') return { status };
    if (status === 'GONE') return { status };
    if (status === 'MORE' || status === 'STALE')
      return { status, step: Number(next), waitMs: Number(waitMs) };
    throw new ProtocolError('step', reply);
  }

  /** Ends an operation; what it has changed stays. */
  async abort(id: string, { who, why }: Actor): Promise<'OK' | 'ALREADY' | 'GONE'> {
    const reply = await runScript(this.#target, 'abort', [who, JSON.stringify({ by: who, why }), id]);
    if (reply === 'OK' || reply === 'ALREADY' || reply === 'GONE') return reply;
    throw new ProtocolError('abort', reply);
  }

  async find(id: string): Promise<StoredOperation | undefined> {
    return decode(id, await this.#target.connection.redis.hgetall(this.#key(KEY.operation) + id));
  }

  /** Ids of the newest operations, newest first. */
  async ids(most: number): Promise<string[]> {
    return this.#target.connection.redis.zrevrange(this.#key(KEY.operations), 0, most - 1);
  }

  /** The clock of Redis, ms since 1970. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.#target.connection.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  #key(name: string): string {
    return this.#target.prefix + name;
  }
}

function decode(id: string, hash: Record<string, string>): StoredOperation | undefined {
  const { state, verb, filter, target, reason } = hash;
  if (filter === undefined || target === undefined || reason === undefined) return undefined;
  const { by, why } = JSON.parse(reason) as { readonly by: string; readonly why: string };
  const count = (name: string): number => Number(hash[name] ?? 0);
  return {
    id,
    verb: verb as BulkVerb,
    filter: JSON.parse(filter) as StoredFilter,
    target: JSON.parse(target) as StoredTarget,
    rate: count('rate'),
    dryRun: hash['dry'] === '1',
    state: state as StoredOperation['state'],
    by,
    why,
    createdAt: count('createdAt'),
    endedAt: hash['endedAt'] === undefined ? undefined : count('endedAt'),
    total: count('total'),
    looked: count('looked'),
    matched: count('matched'),
    changed: count('changed'),
    failed: count('failed'),
  };
}
