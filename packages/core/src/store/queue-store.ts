import type { JobState } from '../job/states.ts';
import { RedisError } from '../errors.ts';
import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import type { Actor } from './job-store.ts';
import type { PersonOutcome } from './outcomes.ts';
import { decodePersonOutcomes } from './outcomes.ts';
import type { FailedKind } from './failure-counts.ts';
import { countFailed } from './failure-counts.ts';
import type { QuotaChange, QuotaState } from './queue-quotas.ts';
import { allotQuotas, appointSteward } from './queue-quotas.ts';
import { pauseOf } from './why-blocks.ts';

/** Limits of a queue, as they are stored. */
export interface StoredQueueSettings {
  /** At most so many of its jobs run at one time. */
  readonly limit?: number;
  /** At most so many start in so many ms: a bucket of so many tokens, or a window that slides (`"w"`). */
  readonly rate?: readonly [most: number, perMs: number, burst: number | 'w'];
  /** At most so many wait. */
  readonly size?: number;
  /** Over how many shards limit and rate are divided; without it this shard has all of them. */
  readonly shards?: number;
  /** The shard in which most of its jobs are, and its rate is counted. */
  readonly home?: true;
}

/** Queues of one call that measures: less than a millisecond of Redis. */
const MOST_MEASURED = 250;
/** Numbers that tell a queue: the lengths of its lists, and what was taken. */
const NUMBERS = 7;

/** Entries that one look for jobs by their name or queue looks at. */
export const MOST_SIFTED = 1000;

/** What a look for jobs by their name or queue is about. */
export interface Sifting {
  /** A list or a sorted set. */
  readonly key: string;
  /** How many entries from its end on are passed over. */
  readonly from: number;
  /** How many are looked at, at most {@link MOST_SIFTED}. */
  readonly count: number;
  /** After so many jobs it stops. */
  readonly most: number;
  /** The name; with a `*` at its end, what names begin with. @default any */
  readonly name?: string | undefined;
  /** @default any */
  readonly queue?: string | undefined;
}

/** What such a look has found: `read` entries were looked at, and whether that was all. */
export interface Sifted {
  readonly ids: readonly string[];
  readonly read: number;
  readonly isOver: boolean;
}

/** What belongs to queues, and the register of those who wait for a job's end, on one shard. */
export class QueueStore {
  readonly #target: ScriptTarget;
  readonly prefix: string;
  readonly #codes = new Map<string, string>();

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
    this.prefix = prefix;
  }

  /** The code of a queue if it is known here. */
  knownCode(queue: string): string | undefined {
    return this.#codes.get(queue);
  }

  /** Learns codes from Redis, which gives new queues theirs. */
  async learnCodes(queues: readonly string[]): Promise<void> {
    const codes = await runScript(this.#target, 'queue', queues);
    if (!Array.isArray(codes) || codes.length !== queues.length) throw new ProtocolError('queue', codes);
    queues.forEach((queue, i) => {
      if (codes[i] === 'QUEUES_FULL')
        throw new RedisError('QUEUES_FULL', 'this shard has 46,656 queues, and cannot have more', { queue });
      this.#codes.set(queue, String(codes[i]));
    });
  }

  /** After `CODES`: Redis is not the one that gave the codes. */
  forgetCodes(): void {
    this.#codes.clear();
  }

  /** How long the lists of queues are: of each its suspects, what is ready by priority, what is set apart, what was ever taken. */
  async measure(queues: readonly string[]): Promise<number[][]> {
    const slices = Array.from({ length: Math.ceil(queues.length / MOST_MEASURED) }, (_, i) =>
      queues.slice(i * MOST_MEASURED, (i + 1) * MOST_MEASURED),
    );
    return (await Promise.all(slices.map((slice) => this.#measure(slice)))).flat();
  }

  /** Looks at entries of a key, where they are, for jobs with a name, or of a queue. */
  async sift({ key, from, count, most, name = '*', queue = '' }: Sifting): Promise<Sifted> {
    const isWhole = !name.endsWith('*');
    const beginning = isWhole ? name : name.slice(0, -1);
    const wanted = [beginning, isWhole ? 1 : 0, queue];
    const reply = await runScript(this.#target, 'sift', [key, from, count, most, ...wanted]);
    if (!Array.isArray(reply) || typeof reply[0] !== 'number') throw new ProtocolError('sift', reply);
    const [read, ...ids] = reply as [number, ...string[]];
    return { ids, read, isOver: read < count && ids.length < most };
  }

  /** See {@link countFailed}. */
  count(from: number, most: number): Promise<FailedKind[]> {
    return countFailed(this.#target, from, most);
  }

  pause(queue: string, actor: Actor): Promise<'OK' | 'ALREADY'> {
    return this.#toggle('pause', queue, actor);
  }

  resume(queue: string, actor: Actor): Promise<'OK' | 'ALREADY'> {
    return this.#toggle('resume', queue, actor);
  }

  /** Registers interest in the end of jobs for a while, and answers where they are. */
  async watch(
    ids: readonly string[],
    forMs: number,
  ): Promise<(Exclude<PersonOutcome, 'OK' | 'LOCKED'> | JobState)[]> {
    const outcomes = decodePersonOutcomes('watch', await runScript(this.#target, 'watch', [forMs, ...ids]));
    return outcomes.map((outcome) => {
      if (outcome === 'OK' || outcome === 'LOCKED') throw new ProtocolError('watch', outcome);
      return outcome;
    });
  }

  /** Queues that have settings. What cannot be read is left out. */
  async settings(): Promise<Map<string, StoredQueueSettings>> {
    const { connection, prefix } = this.#target;
    const stored = Object.entries(await connection.redis.hgetall(prefix + KEY.settings));
    return new Map(stored.flatMap(([queue, text]) => parseSettings(queue, text)));
  }

  /** `settings`: undefined takes them away. */
  async configure(
    queue: string,
    settings: StoredQueueSettings | undefined,
    actor: Actor,
  ): Promise<'OK' | 'SAME'> {
    const reason = JSON.stringify({ by: actor.who, why: actor.why });
    const text = settings === undefined ? '' : JSON.stringify(settings);
    const reply = await runScript(this.#target, 'configure', [actor.who, reason, queue, text]);
    if (reply !== 'OK' && reply !== 'SAME') throw new ProtocolError('configure', reply);
    return reply;
  }

  /** See {@link appointSteward}. */
  appoint(
    worker: string,
    term: { readonly forMs: number; readonly above: number },
  ): Promise<number | undefined> {
    return appointSteward(this.#target, worker, term);
  }

  /** See {@link allotQuotas}. */
  allot(turn: number, changes: readonly QuotaChange[]): Promise<readonly QuotaState[] | number> {
    return allotQuotas(this.#target, turn, changes);
  }

  /** Queues, names (`name:…`) and `*` that are paused, and by whom. */
  async pauses(): Promise<ReadonlyMap<string, Actor>> {
    const { connection, prefix } = this.#target;
    const stored = Object.entries(await connection.redis.hgetall(prefix + KEY.paused));
    const pauses = stored.filter(([target]) => target !== ':names' && !target.startsWith('until:'));
    return new Map(
      pauses.map(([target, text]) => {
        const { by = 'unknown', why = '' } = pauseOf(text) ?? {};
        return [target, { who: by, why }];
      }),
    );
  }

  async #measure(queues: readonly string[]): Promise<number[][]> {
    const lengths = await runScript(this.#target, 'measure', queues);
    if (!Array.isArray(lengths) || lengths.length !== queues.length * NUMBERS)
      throw new ProtocolError('measure', lengths);
    return queues.map((_, i) => lengths.slice(i * NUMBERS, (i + 1) * NUMBERS).map(Number));
  }

  async #toggle(script: 'pause' | 'resume', queue: string, actor: Actor): Promise<'OK' | 'ALREADY'> {
    const reason = JSON.stringify({ by: actor.who, why: actor.why });
    const reply = await runScript(this.#target, script, [actor.who, reason, queue]);
    if (reply !== 'OK' && reply !== 'ALREADY') throw new ProtocolError(script, reply);
    return reply;
  }
}

function parseSettings(queue: string, text: string): [string, StoredQueueSettings][] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? [[queue, value]] : [];
  } catch {
    // Written by hand: scripts pass over it too.
    return [];
  }
}
