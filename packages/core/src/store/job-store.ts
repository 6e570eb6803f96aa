import type { TransitionVerb } from '../job/states.ts';
import type { Connection } from '../redis/connect.ts';
import type { ScriptArgument, ScriptName, ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import type { BatchChore, BatchStep } from './batch-calls.ts';
import { batchStep } from './batch-calls.ts';
import type { Actor, Change, NewContent, NewPlace } from './change-call.ts';
import { changeArguments, contentArguments, reasonOf } from './change-call.ts';
import type { Outcome, PersonOutcome } from './outcomes.ts';
import type {
  Admission,
  ProducerCall,
  ProducerJobs,
  ProducerRefusal,
  ProducerReply,
} from './producer-call.ts';
import { admissions, jobArguments, producerArguments, producerReply, refusal } from './producer-call.ts';
import type { TickCall, TickOutcome } from './tick-call.ts';
import { TICK_OUTCOMES, tickArguments } from './tick-call.ts';
import { decodeOutcome, decodeOutcomes, decodePersonOutcomes } from './outcomes.ts';

/** A claim. Numbers rise by one and are never used twice. */
export interface ClaimCall {
  readonly worker: string;
  readonly claim: string;
  readonly most: number;
  readonly leaseMs: number;
  readonly wasIdle: boolean;
  /** How many jobs it may take that workers died with: `alone` when the worker holds nothing at all. */
  readonly suspects: 'none' | 'one' | 'alone';
  readonly queues: readonly string[];
}

/** What a claim brought. */
export type ClaimReply =
  | { readonly status: 'LEASE_LOST' }
  | { readonly status: 'STALE' }
  | {
      readonly status: 'OK';
      /** Redis's clock, ms since 1970. */
      readonly now: number;
      /** When the next job is due, ms since 1970; undefined when none is scheduled. */
      readonly nextDue: number | undefined;
      /** Whether this worker holds the exact timer for that instant. */
      readonly isTimekeeper: boolean;
      /** A job waits that must run alone: this worker should empty itself for it. */
      readonly mustEmpty: boolean;
      /** When what blocks jobs must be looked at, ms since 1970; undefined: nothing does. */
      readonly nextTimer: number | undefined;
      /** The claim ended before it had looked at all that waits. */
      readonly isCut: boolean;
      /** id, record, id, record… */
      readonly jobs: readonly string[];
    };

/** Outcomes of one claim that succeeded. */
export interface SucceededClaim {
  readonly claim: string;
  /** Whether some of them are tied to others; `group`: by nothing but groups. @default "none" */
  readonly ties?: 'none' | 'group' | 'more';
  readonly ids: string[];
  readonly lines: string[];
}

/** One job's outcome that is not a success. */
export interface JobOutcome {
  readonly claim: string;
  readonly id: string;
  /** The line for its tail; empty: none. */
  readonly line: string;
  /** When it may run again, ms from now (retry, defer). */
  readonly delayMs?: number;
}

/** What a worker holds of one claim. */
export interface HeldClaim {
  readonly claim: string;
  readonly ids: readonly string[];
}

/** How much of what has ended is kept. */
export interface Retention {
  readonly succeededCount: number;
  readonly succeededMs: number;
  readonly failedCount: number;
  readonly failedMs: number;
}

/** What is kept when nothing else is said: 24 h and 10,000 succeeded, 90 days and 100,000 failed and cancelled, per shard. */
export const DEFAULT_RETENTION: Retention = {
  succeededCount: 10_000,
  succeededMs: 24 * 3_600_000,
  failedCount: 100_000,
  failedMs: 90 * 24 * 3_600_000,
};

export type { Actor } from './change-call.ts';
export type { Admission, JobGroup, ProducerCall, ProducerJobs, ProducerReply } from './producer-call.ts';

const pageSize = 500;
/** Members of a batch that one call cancels: each may have children. */
const HALT_SIZE = 250;
/** How succeed is told of ties. */
const TIES = { none: '0', more: '1', group: '2' } as const;
/** Reasons that one call of `reopen` looks at; each may let 100 jobs go. */
const REASONS_PER_CALL = 20;

/** What a shard's timers call for: {@link JobStore.expire}, {@link JobStore.follow}, {@link JobStore.tick}, and for batches. */
export type Chore = 'deadline' | 'todo' | 'ticks' | `operation:${string}` | BatchChore;

/** When a shard wants to be looked at again. */
export interface Clockwork {
  /** When the next job is due, ms since 1970; undefined: none is scheduled. */
  readonly nextDue: number | undefined;
  /** When what blocks jobs must be looked at, ms since 1970; undefined: nothing does. */
  readonly nextTimer: number | undefined;
  /** Whether this worker holds the exact timers. */
  readonly isTimekeeper: boolean;
}

/** The only writer of jobs: one method per transition of `states.ts`, on one shard. */
export class JobStore implements Record<TransitionVerb, unknown> {
  readonly #target: ScriptTarget;
  readonly prefix: string;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
    this.prefix = prefix;
  }

  async enqueue(call: ProducerCall): Promise<ProducerReply> {
    return producerReply('enqueue', await this.#run('enqueue', producerArguments(call)));
  }

  async schedule(call: ProducerCall): Promise<ProducerReply> {
    return producerReply('schedule', await this.#run('schedule', producerArguments(call)));
  }

  /** As {@link enqueue} and {@link schedule}, with one answer per job, in the order of the groups and their jobs. */
  async admit(call: ProducerCall): Promise<Admission[] | ProducerReply> {
    return admissions(await this.#run('admit', producerArguments(call)));
  }

  /** As {@link enqueue}, for members of a draft batch. */
  async gather(call: ProducerCall): Promise<ProducerReply> {
    return producerReply('gather', await this.#run('gather', producerArguments(call)));
  }

  /** Looks at no more than 500 members of a batch. */
  async launch(batch: string): Promise<BatchStep> {
    return batchStep('launch', await this.#run('launch', [batch, pageSize]));
  }

  /** As {@link launch}. `isGivenUp`: by the creator of the draft. */
  async discard(batch: string, isGivenUp: boolean): Promise<BatchStep> {
    return batchStep('discard', await this.#run('discard', [batch, pageSize, isGivenUp ? 1 : 0]));
  }

  /** As {@link launch}. Without an actor it goes on with what was begun. */
  async halt(batch: string, actor: Actor | undefined, keep: number): Promise<BatchStep> {
    const args = [batch, actor?.who ?? '', actor === undefined ? '' : reasonOf(actor), HALT_SIZE, keep];
    return batchStep('halt', await this.#run('halt', args));
  }

  async promote(worker: string): Promise<Clockwork & { readonly moved: number }> {
    const reply = await this.#run('promote', [worker, pageSize]);
    if (!Array.isArray(reply)) throw new ProtocolError('promote', reply);
    const [moved, due, keeper, timer] = reply.map(Number);
    return {
      moved: moved ?? 0,
      nextDue: dueTime(due),
      isTimekeeper: keeper === 1,
      nextTimer: dueTime(timer),
    };
  }

  /** Looks after what blocks jobs; `due` tells what else waits to be called. */
  async reopen(worker: string): Promise<Omit<Clockwork, 'nextDue'> & { readonly due: ReadonlySet<Chore> }> {
    const reply = await this.#run('reopen', [worker, REASONS_PER_CALL]);
    if (!Array.isArray(reply)) throw new ProtocolError('reopen', reply);
    const [timer, keeper, ...due] = reply as [number, number, ...Chore[]];
    return { nextTimer: dueTime(timer), isTimekeeper: keeper === 1, due: new Set(due) };
  }

  /** One answer per recurring job: `STALE` when somebody else was first, or it was changed meanwhile. */
  async tick(ticks: readonly TickCall[]): Promise<TickOutcome[]> {
    const reply = await this.#run('tick', ticks.flatMap(tickArguments));
    if (!Array.isArray(reply) || !reply.every((word) => TICK_OUTCOMES.has(word)))
      throw new ProtocolError('tick', reply);
    return reply as TickOutcome[];
  }

  /** Looks at no more than 500 children of ended jobs. Resolves to whether more are left. */
  async follow(): Promise<boolean> {
    const reply = await this.#run('follow', [pageSize]);
    if (!Array.isArray(reply)) throw new ProtocolError('follow', reply);
    return Number(reply[0]) === 1;
  }

  /** Ends at most 500 jobs whose deadline has passed; `more`: call again. */
  async expire(keep: number): Promise<{ ended: number; more: boolean }> {
    const reply = await this.#run('expire', [pageSize, keep]);
    if (!Array.isArray(reply)) throw new ProtocolError('expire', reply);
    return { ended: Number(reply[0]), more: Number(reply[1]) === 1 };
  }

  async claim(call: ClaimCall): Promise<ClaimReply> {
    const { worker, claim, most, leaseMs, wasIdle, suspects, queues } = call;
    const args = [worker, claim, most, leaseMs, wasIdle ? '1' : '0', SUSPECTS[suspects], ...queues];
    return decodeClaim(await this.#run('claim', args));
  }

  /** One outcome per id, in the order of the claims and their ids. */
  async succeed(worker: string, keep: number, claims: readonly SucceededClaim[]): Promise<'OK' | Outcome[]> {
    const args: ScriptArgument[] = [worker, keep];
    for (const { claim, ties = 'none', ids, lines } of claims) {
      args.push(claim, ids.length, TIES[ties]);
      for (const id of ids) args.push(id);
      for (const line of lines) args.push(line);
    }
    const reply = await this.#run('succeed', args);
    return reply === 'OK' ? reply : decodeOutcomes('succeed', reply);
  }

  retry(worker: string, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('retry', [
      worker,
      ...jobs.flatMap((job) => [job.claim, job.id, job.delayMs ?? 0, job.line]),
    ]);
  }

  defer(worker: string, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('defer', [
      worker,
      ...jobs.flatMap((job) => [job.claim, job.id, job.delayMs ?? 0, job.line]),
    ]);
  }

  /** `call`: the children, with what a call of {@link admit} has. `MANY`: with them it would have waited for too many in all. */
  async suspend(
    worker: string,
    job: JobOutcome,
    call: ProducerJobs,
  ): Promise<Outcome | ProducerRefusal | 'MANY'> {
    const args = [worker, job.claim, job.id, job.line, ...jobArguments(call)];
    const reply = await this.#run('suspend', args);
    if (reply === 'MANY') return reply;
    return refusal(reply) ?? decodeOutcome('suspend', reply);
  }

  fail(worker: string, keep: number, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('fail', [worker, keep, ...jobs.flatMap((job) => [job.claim, job.id, job.line])]);
  }

  drop(worker: string, keep: number, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('drop', [worker, keep, ...jobs.flatMap((job) => [job.claim, job.id, job.line])]);
  }

  /** The jobs in the order in which they were claimed. */
  release(worker: string, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('release', [worker, ...jobs.flatMap((job) => [job.claim, job.id, job.line])]);
  }

  quarantine(worker: string, jobs: readonly JobOutcome[]): Promise<Outcome[]> {
    return this.#outcomes('quarantine', [worker, ...jobs.flatMap((job) => [job.claim, job.id])]);
  }

  /** `settled`: the highest claim number that has an answer or never will. `lost`: what the worker holds and may not. */
  async reconcile(
    worker: string,
    settled: string,
    held: readonly HeldClaim[],
  ): Promise<'LEASE_LOST' | { moved: number; lost: { claim: string; id: string }[] }> {
    const args = [worker, settled, ...held.flatMap(({ claim, ids }) => [claim, ids.length, ...ids])];
    const reply = await this.#run('reconcile', args);
    if (!Array.isArray(reply)) throw new ProtocolError('reconcile', reply);
    if (reply[0] === 'LEASE_LOST') return 'LEASE_LOST';
    const lost = [];
    for (let i = 2; i < reply.length; i += 2)
      lost.push({ claim: String(reply[i]), id: String(reply[i + 1]) });
    return { moved: Number(reply[1]), lost };
  }

  /** Moves at most 500 jobs; `MORE`: call again. */
  async rescue(worker: string, retention: Retention): Promise<{ status: RescueStatus; moved: number }> {
    const reply = await this.#run('rescue', [worker, pageSize, retention.failedCount]);
    if (!Array.isArray(reply) || !RESCUE_STATUS.has(reply[0])) throw new ProtocolError('rescue', reply);
    return { status: reply[0] as RescueStatus, moved: Number(reply[1] ?? 0) };
  }

  cancel(ids: readonly string[], change: Change, keep: number): Promise<PersonOutcome[]> {
    return this.#personOutcomes('cancel', [...changeArguments('cancel', change), keep, ...ids]);
  }

  requeue(ids: readonly string[], change: Change): Promise<PersonOutcome[]> {
    return this.#personOutcomes('requeue', [...changeArguments('requeue', change), ...ids]);
  }

  delete(ids: readonly string[], change: Change, force: boolean): Promise<PersonOutcome[]> {
    return this.#personOutcomes('delete', [...changeArguments('delete', change, force), ...ids]);
  }

  /** `due`: `in <ms>` or `at <ms since 1970>`. */
  reschedule(ids: readonly string[], change: Change, due: string): Promise<PersonOutcome[]> {
    return this.#personOutcomes('reschedule', [...changeArguments('reschedule', change), due, ...ids]);
  }

  hasten(ids: readonly string[], change: Change): Promise<PersonOutcome[]> {
    return this.#personOutcomes('hasten', [...changeArguments('hasten', change), ...ids]);
  }

  /** No transition: the state stays. `CODES`: this shard does not know the queue, and has written nothing. */
  async move(ids: readonly string[], change: Change, to: NewPlace): Promise<PersonOutcome[] | 'CODES'> {
    const place = [to.queue ?? '', to.priority ?? ''];
    const reply = await this.#run('move', [...changeArguments('move', change), ...place, ...ids]);
    return reply === 'CODES' ? reply : decodePersonOutcomes('move', reply);
  }

  /** No transition. `CHANGED`: somebody has changed the header meanwhile; nothing is written. */
  async update(id: string, change: Change, content: NewContent): Promise<PersonOutcome | 'CHANGED'> {
    const args = [...changeArguments('update', change), id, ...contentArguments(content)];
    const reply = await this.#run('update', args);
    if (reply === 'CHANGED') return reply;
    return decodePersonOutcomes('update', [reply])[0] ?? 'GONE';
  }

  /** Looks at a bounded number of entries; `more`: call again with `first` false. `waiting`: how many waited, for the audit log. */
  async purge(
    queue: string,
    { waiting, who, why }: Actor & { readonly waiting?: number },
    first: boolean,
  ): Promise<{ removed: number; more: boolean }> {
    const reason = JSON.stringify({ by: who, why, waiting });
    const reply = await this.#run('purge', [who, reason, queue, pageSize, first ? '1' : '0']);
    if (!Array.isArray(reply)) throw new ProtocolError('purge', reply);
    return { removed: Number(reply[1]), more: reply[0] === 'MORE' };
  }

  /** Returns how many jobs it removed. */
  async trim(retention: Retention): Promise<{ removed: number; more: boolean }> {
    const { succeededCount, succeededMs, failedCount, failedMs } = retention;
    const args = [pageSize, succeededCount, succeededMs, failedCount, failedMs];
    const reply = await this.#run('trim', args);
    if (!Array.isArray(reply)) throw new ProtocolError('trim', reply);
    return { removed: Number(reply[0]), more: Number(reply[1]) === 1 };
  }

  #run(script: ScriptName, args: readonly ScriptArgument[]): Promise<unknown> {
    return runScript(this.#target, script, args);
  }

  async #outcomes(script: ScriptName, args: readonly ScriptArgument[]): Promise<Outcome[]> {
    return decodeOutcomes(script, await this.#run(script, args));
  }

  async #personOutcomes(script: ScriptName, args: readonly ScriptArgument[]): Promise<PersonOutcome[]> {
    return decodePersonOutcomes(script, await this.#run(script, args));
  }
}

const SUSPECTS = { none: '0', one: '1', alone: '2' } as const;

type RescueStatus = 'NONE' | 'ALIVE' | 'GRACE' | 'MORE' | 'DONE';
const RESCUE_STATUS: ReadonlySet<unknown> = new Set<RescueStatus>(['NONE', 'ALIVE', 'GRACE', 'MORE', 'DONE']);

function decodeClaim(reply: unknown): ClaimReply {
  if (!Array.isArray(reply)) throw new ProtocolError('claim', reply);
  const status: unknown = reply[0];
  if (status === 'LEASE_LOST') return { status };
  if (status === 'STALE') return { status };
  if (status !== 'OK') throw new ProtocolError('claim', reply.slice(0, 5));
  return {
    status,
    now: Number(reply[1]),
    nextDue: dueTime(Number(reply[2])),
    isTimekeeper: Number(reply[3]) === 1,
    mustEmpty: Number(reply[4]) === 1,
    nextTimer: dueTime(Number(reply[5])),
    isCut: Number(reply[6]) === 1,
    jobs: reply.slice(7) as string[],
  };
}

function dueTime(due: number | undefined): number | undefined {
  return due === undefined || due < 0 ? undefined : due;
}
