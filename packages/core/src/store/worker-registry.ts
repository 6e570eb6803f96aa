import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { evalScript, ProtocolError, runScript } from '../redis/script.ts';
import type { Actor } from './change-call.ts';
import type { ContractDescription } from './contract-store.ts';
import { describeContracts } from './contract-store.ts';
import { HISTORY_FIELDS, HISTORY_SPANS } from './history-reader.ts';

/** Leases and what belongs to a worker rather than to a job, on one shard. */
export class WorkerRegistry {
  readonly #target: ScriptTarget;
  readonly prefix: string;
  #hasReported = false;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
    this.prefix = prefix;
  }

  /** The channel on which scripts speak to a worker. */
  wakeChannel(worker: string): string {
    return this.prefix + KEY.wake + worker;
  }

  /** Creates the lease. Must not be sent again: without an answer the worker takes another identity. */
  async register(worker: string, leaseMs: number, info: string): Promise<{ now: number } | 'EXISTS'> {
    const reply = await runScript(this.#target, 'register', [worker, leaseMs, info]);
    if (!Array.isArray(reply)) throw new ProtocolError('register', reply);
    return reply[0] === 'OK' ? { now: Number(reply[1]) } : 'EXISTS';
  }

  /** Ends a worker that holds nothing. `OPEN`: a claim is open. */
  async unregister(worker: string, queues: readonly string[]): Promise<'OK' | 'OPEN'> {
    const reply = await runScript(this.#target, 'unregister', [worker, ...queues]);
    if (reply !== 'OK' && reply !== 'OPEN') throw new ProtocolError('unregister', reply);
    return reply;
  }

  /** The beat. Answers which workers have died. */
  async renew(
    worker: string,
    beat: Beat,
  ): Promise<'LEASE_LOST' | { now: number; dead: string[]; order?: number }> {
    const reply = await runScript(this.#target, 'renew', [worker, beat.leaseMs, beat.sweepMs, beat.load]);
    if (!Array.isArray(reply)) throw new ProtocolError('renew', reply);
    if (reply[0] === 'LEASE_LOST') return 'LEASE_LOST';
    const [, now, order, ...dead] = reply as unknown[];
    const answer = { now: Number(now), dead: dead.map(String) };
    return Number(order) > 0 ? { ...answer, order: Number(order) } : answer;
  }

  /** Tells a worker what a person wants of it; it hears it on its channel, or by its next beat. */
  async steer(
    worker: string,
    { verb, slots = '' }: { readonly verb: SteerVerb; readonly slots?: number | string },
    { who, why }: Actor,
  ): Promise<'OK' | 'GONE'> {
    const args = [who, JSON.stringify({ by: who, why }), worker, verb, slots];
    const reply = await runScript(this.#target, 'steer', args);
    if (reply !== 'OK' && reply !== 'GONE') throw new ProtocolError('steer', reply);
    return reply;
  }

  /** What a worker was told after an order. */
  async orders(worker: string, after: number): Promise<WorkerOrder> {
    const { connection, prefix } = this.#target;
    const { n, ...told } = await connection.redis.hgetall(prefix + KEY.order + worker);
    const newer = (name: string): string | undefined => {
      const [value, number] = (told[name] ?? '').split(' ');
      return Number(number) > after ? value : undefined;
    };
    const slots = newer('slots');
    return {
      number: Number(n ?? 0),
      mode: newer('mode') as WorkerOrder['mode'],
      slots: slots === undefined ? undefined : Number(slots),
    };
  }

  /** See {@link describeContracts}; in the first shard. */
  describe(descriptions: readonly ContractDescription[], most?: number): Promise<void> {
    return describeContracts(this.#target, descriptions, most);
  }

  /** A woken worker that cannot serve passes the wake-up on. */
  async nudge(worker: string, queues: readonly string[]): Promise<void> {
    await runScript(this.#target, 'nudge', [worker, ...queues]);
  }

  /**
   * Lets a running job's rate, or else its queue, rest for a while. `queue`: this one rests in this shard, and should in the
   * others ({@link restQueue}). `LOST`: the worker does not hold the job.
   */
  async rest(
    job: { worker: string; claim: string; id: string },
    ms: number,
  ): Promise<'OK' | 'LOST' | { readonly queue: string }> {
    const reply = await runScript(this.#target, 'rest', [job.worker, job.claim, job.id, ms]);
    if (Array.isArray(reply) && reply[0] === 'QUEUE') return { queue: String(reply[1]) };
    if (reply !== 'OK' && reply !== 'LOST') throw new ProtocolError('rest', reply);
    return reply;
  }

  /** Lets a queue rest because a job of it, in another shard, asked for that. */
  async restQueue(worker: string, queue: string, ms: number): Promise<void> {
    await runScript(this.#target, 'rest', [worker, '', '', ms, queue]);
  }

  /** Writes a running job's progress and log lines, at most 200 at once. */
  async progress(
    job: { worker: string; claim: string; id: string },
    progress: string,
    lines: readonly string[],
  ): Promise<'OK' | 'LOST'> {
    const args = [job.worker, job.claim, job.id, progress, ...lines.slice(0, 200)];
    // An outcome may follow at once; a first call that is sent again because Redis does not know the script would be too late.
    const run = this.#hasReported ? runScript : evalScript;
    const reply = await run(this.#target, 'progress', args);
    this.#hasReported = true;
    if (reply !== 'OK' && reply !== 'LOST') throw new ProtocolError('progress', reply);
    return reply;
  }

  /** Adds what a process measured to the history, and what all have counted. `ALREADY`: this call was executed before. */
  async record({ recorder, number, waits, runs }: Measures): Promise<'OK' | 'ALREADY'> {
    const spans = HISTORY_SPANS.map(({ seconds, keepSeconds }) => `${seconds} ${keepSeconds}`).join(',');
    const measures = [...fields(HISTORY_FIELDS.wait, waits), ...fields(HISTORY_FIELDS.run, runs)];
    const reply = await runScript(this.#target, 'record', [recorder, number, spans, ...measures]);
    if (reply !== 'OK' && reply !== 'ALREADY') throw new ProtocolError('record', reply);
    return reply;
  }
}

function fields(letter: string, counts: ReadonlyMap<number, number>): (string | number)[] {
  return [...counts].flatMap(([step, n]) => [`${letter}${step}`, n]);
}

/** What one process has measured since its last call. */
export interface Measures {
  /** Who measured; no other process uses this name. */
  readonly recorder: string;
  /** Rises by one with each call; a call that is sent again keeps its number. */
  readonly number: number;
  readonly waits: ReadonlyMap<number, number>;
  readonly runs: ReadonlyMap<number, number>;
}

/** What a person may want of a worker. */
export type SteerVerb = 'quiet' | 'resume' | 'stop' | 'concurrency';

/** What a worker was told; undefined: nothing new. */
export interface WorkerOrder {
  /** Rises with each order. */
  readonly number: number;
  readonly mode: 'quiet' | 'resume' | 'stop' | undefined;
  readonly slots: number | undefined;
}

/** What a beat says. */
export interface Beat {
  readonly leaseMs: number;
  readonly sweepMs: number;
  /** JSON; empty outside the home shard. */
  readonly load: string;
}
