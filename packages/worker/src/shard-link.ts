import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clockwork, Outcome, Shard } from '@linstock/core/internal';
import { classifyError, WorkerRegistry } from '@linstock/core/internal';
import type { HeldClaim, HeldJob } from './held-jobs.ts';
import { claimText, HeldJobs } from './held-jobs.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { OtherOutcome, OutcomeBatch } from './outcome-buffer.ts';
import { OutcomeBuffer } from './outcome-buffer.ts';
import type { ManyVerb } from './outcome-calls.ts';
import { byWorker, sendSuspension, sendVerb } from './outcome-calls.ts';

/** What a link tells its worker. */
export interface LinkListener {
  claimed(link: ShardLink, claim: HeldClaim): void;
  /** When the shard wants to be looked at again. */
  clockwork(link: ShardLink, clockwork: Clockwork): void;
  succeeded(job: HeldJob, outcome: Outcome): void;
  settled(outcome: OtherOutcome, answer: Outcome): void;
  /** The worker holds these jobs and may not. */
  refused(job: HeldJob): void;
  /** A new identity must be registered; everything that was held is lost. */
  leaseLost(link: ShardLink): void;
  /** Whether this process holds a suspect, or may be about to. */
  mayHoldSuspect(): boolean;
  trouble(error: unknown, what: string): void;
  /** Something ended: there may be more to send. */
  turned(): void;
}

const BACKOFF_MOST_MS = 1000;
const FAULT_TRIES = 3;
/** How long a worker claims nothing so that a job can run alone, and how long it then claims again. */
const EMPTY_FOR_MS = 10_000;
const EMPTY_AGAIN_MS = 70_000;
/** The most bytes of a claim's records; see claim.lua. A character of JavaScript has at most three. */
const MOST_CLAIM_BYTES = 4_194_304;
const IDENTITY = 'ABCDEFGHJKMNPQRSTVWXYZ0123456789';

/** A new identity: 60 random bits in 12 characters. */
export function newIdentity(): string {
  return Array.from(randomBytes(12), (byte) => IDENTITY.charAt(byte & 31)).join('');
}

/**
 * A worker's side of the protocol with one shard (docs/protocol.md §4, §5): who it is, what it holds, what must be sent
 * again and what must not. It decides nothing about when: `fetch-plan.ts` does.
 */
export class ShardLink {
  readonly shard: Shard;
  readonly registry: WorkerRegistry;
  readonly held = new HeldJobs();
  readonly outcomes = new OutcomeBuffer();
  readonly #options: ResolvedWorkerOptions;
  readonly #listener: LinkListener;
  readonly #claimsUnderway = new Set<number>();
  identity = newIdentity();
  /** Redis's clock minus this process's, ms. */
  clockOffset = 0;
  callsUnderway = 0;
  requested = 0;
  /** The last claim got less than it asked, and nothing woke this worker since. */
  empty = false;
  /** How often its lease was lost, since the start. */
  leasesLost = 0;
  /** No claim may be sent: the lease is uncertain, or lost and not yet replaced. */
  fenced = true;
  #emptyUntil = 0;
  #emptyAgainAt = 0;
  #registeredIdle = false;
  #wakes = 0;
  #lastClaim = 0;
  #mustReconcile = false;
  #demands = 0;
  #suspectsAsked = 0;
  #reconciling = false;
  /** Whether anything was claimed since Redis and this worker agreed that it holds nothing. */
  #hasClaimed = true;
  #retryAt = 0;
  #stopped = false;

  constructor(shard: Shard, options: ResolvedWorkerOptions, listener: LinkListener) {
    this.shard = shard;
    this.registry = new WorkerRegistry(shard.connection, shard.prefix);
    this.#options = options;
    this.#listener = listener;
  }

  /** Whether a claim may be sent now. */
  get mayClaim(): boolean {
    return !this.fenced && !this.empty && !this.#mustReconcile && performance.now() >= this.#retryAt;
  }

  /** A job waits here that must run alone: nothing more is claimed until this worker holds nothing, and then that job. */
  get mustEmpty(): boolean {
    return performance.now() < this.#emptyUntil;
  }

  /** Claiming nothing costs throughput: for a while only, and when that was not enough, not again too soon. */
  #considerEmptying(asked: boolean): void {
    const now = performance.now();
    if (!asked) {
      this.#emptyUntil = 0;
    } else if (now >= this.#emptyAgainAt) {
      this.#emptyUntil = now + EMPTY_FOR_MS;
      this.#emptyAgainAt = now + EMPTY_AGAIN_MS;
    }
    // The claim alone is still to come.
    if (this.mustEmpty) this.empty = false;
  }

  /** Whether a suspect is held here, or a claim under way may bring one. */
  get mayHoldSuspect(): boolean {
    return this.held.hasSuspect || this.#suspectsAsked > 0;
  }

  /**
   * Takes a fresh identity to Redis. Never resent: without an answer it takes another one. Throws only when a time is given
   * and has passed, or at the first faults; without one it tries until the worker stops.
   */
  async register(info: string, forMs = Infinity): Promise<void> {
    const deadline = performance.now() + forMs;
    this.held.clear();
    for (let attempt = 0; !this.#stopped; attempt++) {
      this.identity = newIdentity();
      this.#lastClaim = 0;
      try {
        await this.shard.connection.ready(this.#options.commandTimeoutMs);
        const reply = await this.registry.register(this.identity, this.#options.leaseMs, info);
        if (reply === 'EXISTS') continue;
        this.clockOffset = reply.now - Date.now();
        this.#mustReconcile = false;
        this.empty = false;
        return;
      } catch (error) {
        const isFault = classifyError(error) === 'fault' && attempt >= FAULT_TRIES;
        if (forMs < Infinity && (isFault || performance.now() >= deadline)) throw error;
        this.#listener.trouble(error, 'register');
        await backoff(attempt);
      }
    }
  }

  /** Something may wait: a wake-up, a due job, or the safety poll. */
  wake(): void {
    this.#wakes++;
    this.empty = false;
  }

  /** Sends outcomes and a claim together. */
  async exchange(most: number, alone = false): Promise<void> {
    this.callsUnderway++;
    const batch = this.outcomes.size > 0 ? this.outcomes.take() : undefined;
    const sent: Promise<void>[] = [];
    try {
      if (batch !== undefined) sent.push(this.#sendOutcomes(batch));
      if (most > 0) sent.push(this.#claim(most, alone));
      await Promise.all(sent);
    } finally {
      this.callsUnderway--;
      this.#listener.turned();
    }
  }

  async #claim(most: number, alone: boolean): Promise<void> {
    const number = ++this.#lastClaim;
    const { identity: worker } = this;
    const wakes = this.#wakes;
    const suspects = suspectsFor(alone, this.#listener.mayHoldSuspect());
    if (suspects !== 'none') this.#suspectsAsked++;
    this.requested += most;
    this.#claimsUnderway.add(number);
    try {
      const reply = await this.shard.jobs.claim({
        worker,
        claim: claimText(number),
        most,
        leaseMs: this.#options.leaseMs,
        wasIdle: this.#registeredIdle,
        suspects,
        queues: this.#options.queues.next(),
      });
      // Under an older identity nothing may be done with it: what it took is rescued with that identity.
      if (worker !== this.identity) return;
      if (reply.status === 'LEASE_LOST') return this.#loseLease();
      if (reply.status === 'STALE') return this.demandReconcile();
      this.clockOffset = reply.now - Date.now();
      this.#considerEmptying(reply.mustEmpty);
      const short = reply.jobs.length / 2 < most && !reply.isCut && !mayBeCut(reply.jobs);
      if (short) this.#registeredIdle = true;
      // A wake-up that overtook this reply must not be forgotten.
      if (short && wakes === this.#wakes && !this.mustEmpty) this.empty = true;
      if (!short) this.#registeredIdle = false;
      if (reply.jobs.length > 0) {
        this.#hasClaimed = true;
        this.#listener.claimed(this, this.held.add({ shard: this.shard.number, worker, number }, reply.jobs));
      }
      this.#listener.clockwork(this, reply);
    } catch (error) {
      // Never sent again. If it was executed, reconcile gives back what it took.
      if (classifyError(error) !== 'refused') this.demandReconcile();
      this.#retryAt = performance.now() + 50 + Math.random() * 200;
      this.#listener.trouble(error, 'claim');
    } finally {
      this.requested -= most;
      if (suspects !== 'none') this.#suspectsAsked--;
      this.#claimsUnderway.delete(number);
    }
  }

  /** Outcomes of an identity that is over still go under it: what was not taken back yet is accepted. */
  async #sendOutcomes({ succeeded, others }: OutcomeBatch): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const [worker, claims] of byWorker(succeeded, ({ jobs }) => jobs[0]))
      sent.push(this.#sendSucceeded(worker, claims));
    for (const [verb, outcomes] of others) {
      for (const [worker, own] of byWorker(outcomes, ({ job }) => job)) {
        if (verb !== 'suspend') sent.push(this.#sendOthers(verb, worker, own));
        else sent.push(...own.map((outcome) => this.#sendSuspension(worker, outcome)));
      }
    }
    await Promise.all(sent);
  }

  async #sendSucceeded(worker: string, claims: OutcomeBatch['succeeded']): Promise<void> {
    const keep = this.#options.retention.succeededCount;
    const answers = await this.#deliver('succeed', () => this.shard.jobs.succeed(worker, keep, claims));
    let i = 0;
    for (const { jobs } of claims) {
      for (const job of jobs) {
        const answer = answers === 'OK' ? 'OK' : (answers?.[i] ?? 'LOST');
        i++;
        this.held.settle(job);
        this.#listener.succeeded(job, answer);
      }
    }
  }

  async #sendSuspension(worker: string, outcome: OtherOutcome): Promise<void> {
    const answer = await this.#deliver('suspend', () => sendSuspension(this.shard, worker, outcome));
    // There is no room for its children: that is an error of this attempt.
    if (answer instanceof Error && outcome.suspension !== undefined)
      return this.outcomes.add(outcome.suspension.refused(answer));
    this.held.settle(outcome.job);
    this.#listener.settled(outcome, typeof answer === 'string' ? answer : 'LOST');
  }

  async #sendOthers(verb: ManyVerb, worker: string, outcomes: readonly OtherOutcome[]): Promise<void> {
    const jobs = outcomes.map(({ job, line, delayMs }) => ({
      claim: job.claim.text,
      id: job.id,
      line,
      delayMs,
    }));
    const answers = await this.#deliver(verb, () =>
      sendVerb(this.shard.jobs, verb, { worker, jobs, keep: this.#options.retention.failedCount }),
    );
    outcomes.forEach((outcome, i) => {
      this.held.settle(outcome.job);
      this.#listener.settled(outcome, answers?.[i] ?? 'LOST');
    });
  }

  /** Repeats an outcome until it has an answer. Undefined: given up; reconcile gives the jobs back, and they run again. */
  async #deliver<T>(what: string, send: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0, faults = 0; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        const kind = classifyError(error);
        if (kind === 'unknown') this.demandReconcile();
        if (kind === 'fault' || kind === 'full') faults++;
        this.#listener.trouble(error, what);
        if (faults >= FAULT_TRIES || this.#stopped) {
          this.demandReconcile();
          return undefined;
        }
        await backoff(attempt);
      }
    }
  }

  /** Before the next claim, Redis and this worker must agree on what it holds. */
  demandReconcile(): void {
    this.#demands++;
    this.#mustReconcile = true;
  }

  /** Whether it is time to reconcile and nothing stands in the way. */
  get shouldReconcile(): boolean {
    return this.#mustReconcile && !this.#reconciling && !this.fenced && this.#claimsUnderway.size === 0;
  }

  /** Reconciles from time to time, whatever is known: but not when there is nothing that could differ. */
  async reconcileTimely(): Promise<void> {
    if (this.#hasClaimed || this.#mustReconcile) await this.reconcile();
  }

  /** Makes Redis and this worker agree on what it holds (docs/protocol.md §5). */
  async reconcile(): Promise<void> {
    if (this.#reconciling || this.fenced) return;
    this.#reconciling = true;
    const { identity: worker } = this;
    const demands = this.#demands;
    try {
      if (this.shard.connection.redis.status !== 'ready')
        await this.shard.connection.ready(this.#options.commandTimeoutMs);
      // Claims still under way are not settled: their jobs would be taken from under their replies.
      const settled = Math.min(this.#lastClaim, ...[...this.#claimsUnderway].map((number) => number - 1));
      const isWhole = this.#claimsUnderway.size === 0;
      const reply = await this.shard.jobs.reconcile(worker, claimText(settled), this.held.list());
      if (worker !== this.identity) return;
      if (reply === 'LEASE_LOST') return this.#loseLease();
      // A claim whose reply was lost meanwhile, or that was under way, is not settled by this.
      const wasDemanded = this.#mustReconcile;
      if (isWhole && demands === this.#demands) {
        this.#mustReconcile = false;
        if (this.#claimsUnderway.size === 0 && this.held.isEmpty) this.#hasClaimed = false;
      }
      // After an outage nobody knows either whether this worker is still registered as idle.
      if (reply.moved > 0 || wasDemanded) this.wake();
      for (const { claim, id } of reply.lost) this.#refuse(Number(claim), id);
    } catch (error) {
      this.#mustReconcile = true;
      this.#listener.trouble(error, 'reconcile');
      await backoff(2);
    } finally {
      this.#reconciling = false;
      this.#listener.turned();
    }
  }

  #refuse(claim: number, id: string): void {
    const job = this.held.find(claim, id);
    // A finished job's outcome was accepted, and only the answer is still to come.
    if (job === undefined || job.state === 'finished') return;
    // Its places stay taken while this worker names it as held, and no outcome of it will follow.
    if (job.state === 'waiting' && job.ties !== 'none') this.demandReconcile();
    this.#listener.refused(job);
  }

  /** The lease is gone, says Redis. */
  loseLease(worker: string): void {
    if (worker === this.identity) this.#loseLease();
  }

  #loseLease(): void {
    this.leasesLost++;
    this.fenced = true;
    this.#registeredIdle = false;
    this.#listener.leaseLost(this);
  }

  /** Passes a wake-up on that cannot be served. */
  async nudge(): Promise<void> {
    this.#registeredIdle = false;
    try {
      await this.registry.nudge(this.identity, this.#options.queues.names);
    } catch (error) {
      // The safety poll of the others serves instead.
      this.#listener.trouble(error, 'nudge');
    }
  }

  /** No more repeats: the worker ends. */
  stop(): void {
    this.#stopped = true;
    this.fenced = true;
  }
}

function suspectsFor(alone: boolean, mayHoldSuspect: boolean): 'alone' | 'none' | 'one' {
  if (alone) return 'alone';
  return mayHoldSuspect ? 'none' : 'one';
}

/** Whether a reply may have reached the most bytes of a claim: then more may wait although it has fewer jobs than asked. */
function mayBeCut(jobs: readonly string[]): boolean {
  let characters = 0;
  for (let i = 1; i < jobs.length; i += 2) characters += jobs[i]?.length ?? 0;
  return characters * 3 >= MOST_CLAIM_BYTES;
}

function backoff(attempt: number): Promise<void> {
  return delay(20 + Math.random() * Math.min(25 * 2 ** attempt, BACKOFF_MOST_MS));
}
