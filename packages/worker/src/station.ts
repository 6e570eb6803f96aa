import type { Clockwork } from '@linstock/core/internal';
import type { Executor } from './executor.ts';
import type { Intake } from './intake.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { tendBatches } from './services/batch-keeper.ts';
import { DueTimer } from './services/due-timer.ts';
import { OperationRunner } from './services/operation-runner.ts';
import { sweepTicks } from './services/recurring-scheduler.ts';
import type { ShardLink } from './shard-link.ts';
import type { WakeListener, WakeMessage } from './wake-listener.ts';

/** What a station needs of the worker around it. */
export interface StationParts {
  readonly link: ShardLink;
  readonly keeper: LeaseKeeper;
  readonly listener: WakeListener;
  readonly intake: Intake;
  readonly executor: Executor;
  /** JSON about the worker; empty but in the home shard. */
  readonly info: string;
  readonly hasFreeSlot: () => boolean;
  readonly turnSoon: () => void;
  readonly turnNow: () => void;
  /** Somebody has told the worker something. */
  readonly ordered: () => void;
  /** How many cancelled jobs are kept. */
  readonly keepCancelled: number;
  readonly trouble: (error: unknown, what: string) => void;
}

const BEATS_MISSED = 2.5;
/** The safety poll: a wake-up may get lost. Not sooner after the last one, ms. */
const POLL_AFTER_MS = 4500;
/** Between two rounds of tending, ms. */
const LEAST_PAUSE_MS = 10;

/** A worker's presence in one shard: its lease, its wake-ups, its timer for what is due. */
export class Station {
  readonly link: ShardLink;
  readonly #parts: StationParts;
  readonly #due: DueTimer;
  readonly #tend: DueTimer;
  readonly #operations: OperationRunner;
  #channel: string | undefined;
  #heardAt = performance.now();
  #beatAt = performance.now();
  #polledAt = performance.now();
  #registering = false;
  #tending = false;
  #tendAgain = false;
  #leaving = false;
  #stopped = false;

  constructor(parts: StationParts) {
    this.link = parts.link;
    this.#parts = parts;
    this.#due = new DueTimer(
      () => Date.now() + this.link.clockOffset,
      () => void this.#promote(),
    );
    this.#tend = new DueTimer(
      () => Date.now() + this.link.clockOffset,
      () => void this.#reopen(),
    );
    const { keepCancelled: keep, trouble } = parts;
    this.#operations = new OperationRunner({ shard: this.link.shard, keep, trouble });
  }

  /** Registers under a new identity; claims are allowed from then on. Gives up after a time only if one is given. */
  async register(forMs?: number): Promise<void> {
    if (this.#registering) return;
    this.#registering = true;
    try {
      await this.link.register(this.#parts.info, forMs);
      if (this.#stopped) return;
      // Before anything that may take long: the lease runs.
      this.#parts.keeper.hold(this.link.shard.number, this.link.shard.prefix, this.link.identity);
      await this.#listen();
      if (this.#stopped) return;
      this.#heardAt = this.#beatAt = performance.now();
      this.link.fenced = false;
    } finally {
      this.#registering = false;
    }
    this.#parts.turnSoon();
  }

  async #listen(): Promise<void> {
    const { listener, trouble } = this.#parts;
    const before = this.#channel;
    this.#channel = this.link.registry.wakeChannel(this.link.identity);
    try {
      if (before !== undefined && before !== this.#channel) listener.forget(before);
      await listener.listen(this.#channel, (message) => this.#hear(message));
    } catch (error) {
      // Without wake-ups the safety poll serves; the check of the beat's echo brings the connection back.
      trouble(error, 'subscribe');
    }
  }

  /** Redis says that the lease is gone, or nobody can say that it is there: nothing that runs here may go on. */
  abandon(): void {
    const { executor, intake } = this.#parts;
    for (const job of this.link.held.all()) {
      if (job.state === 'waiting') intake.drop(job);
      else executor.find(job)?.abort('LEASE_LOST');
    }
  }

  /** The lease is gone: everything held is lost, and a new identity begins. */
  async startOver(): Promise<void> {
    if (this.#leaving) return;
    this.#parts.keeper.leave(this.link.shard.number);
    this.abandon();
    try {
      await this.register();
    } catch (error) {
      this.#parts.trouble(error, 'register');
    }
  }

  /** When the shard wants to be looked at again. */
  setTimers({ nextDue, nextTimer, isTimekeeper }: Clockwork): void {
    if (this.#stopped) return;
    this.#due.set(nextDue, isTimekeeper);
    this.#tend.set(nextTimer, isTimekeeper);
  }

  /** The heartbeat thread renewed the lease. */
  beaten(): void {
    this.#beatAt = performance.now();
    if (this.link.fenced && !this.#registering && !this.#stopped) {
      // It had been silent for too long, and the lease lives after all.
      this.link.fenced = false;
      this.link.demandReconcile();
    }
    // Now Redis is awake anyway, and its caches are warm: the poll costs it a third of what it costs at another time.
    this.poll();
    this.#parts.turnSoon();
  }

  /** The next claim asks whatever is known, unless the last poll was just now. */
  poll(): void {
    const now = performance.now();
    if (now - this.#polledAt < POLL_AFTER_MS) return;
    this.#polledAt = now;
    this.link.wake();
  }

  /** Beats are sent and their echoes do not arrive: the subscription is dead although it looks alive. */
  checkEcho(beatMs: number): void {
    const now = performance.now();
    if (now - this.#beatAt > beatMs * BEATS_MISSED || now - this.#heardAt < beatMs * BEATS_MISSED) return;
    this.#heardAt = now;
    this.#parts.listener.cut();
    // Also if the subscription itself had failed.
    void this.#listen();
    this.link.wake();
    this.#parts.turnSoon();
  }

  /** The worker ends: a lease that ends from now on is not replaced, and its own is given up. */
  async unregister(queues: readonly string[]): Promise<void> {
    const { link } = this;
    this.#leaving = true;
    this.#parts.keeper.leave(link.shard.number);
    try {
      if ((await link.registry.unregister(link.identity, queues)) === 'OPEN') {
        await link.reconcile();
        await link.registry.unregister(link.identity, queues);
      }
    } catch (error) {
      // The lease ends by itself, and the others rescue what is left.
      this.#parts.trouble(error, 'unregister');
    }
  }

  stop(): void {
    this.#leaving = this.#stopped = true;
    this.#due.stop();
    this.#tend.stop();
    this.#operations.stop();
    this.link.stop();
  }

  #hear(message: WakeMessage): void {
    switch (message.type) {
      case 'beat':
        this.#heardAt = performance.now();
        return;
      case 'ready':
        this.link.wake();
        if (!this.#parts.hasFreeSlot()) void this.link.nudge();
        return this.#parts.turnNow();
      case 'due':
        return this.#due.advance(message.at);
      case 'look':
        return this.#tend.advance(message.at);
      case 'order':
        return this.#parts.ordered();
      case 'cancel':
        return this.#cancel(message.claim, message.id);
    }
  }

  #cancel(claim: number, id: string): void {
    const { executor, intake } = this.#parts;
    const job = this.link.held.find(claim, id);
    if (job?.state !== 'waiting') {
      if (job !== undefined) executor.find(job)?.abort('JOB_CANCELLED');
      return;
    }
    intake.drop(job);
    if (job.ties === 'none') return;
    // No outcome will tell Redis that its places are free.
    this.link.demandReconcile();
    this.#parts.turnSoon();
  }

  /** A job is due. A claim promotes it; when no slot is free, `promote` does, so that another worker can take it. */
  async #promote(): Promise<void> {
    const { link } = this;
    if (this.#stopped || link.fenced) return;
    if (this.#parts.hasFreeSlot()) {
      link.wake();
      return this.#parts.turnSoon();
    }
    try {
      for (;;) {
        const { moved, ...clockwork } = await link.shard.jobs.promote(link.identity);
        if (moved > 0) link.wake();
        if (moved < 500) return this.setTimers(clockwork);
      }
    } catch (error) {
      this.#parts.trouble(error, 'promote');
      this.#due.set(Date.now() + link.clockOffset + 1000, true);
    }
  }

  /** What blocks jobs may be over; what they let go wakes somebody. One round at a time; what comes meanwhile, after it. */
  async #reopen(): Promise<void> {
    this.#tendAgain = true;
    if (this.#tending) return;
    this.#tending = true;
    while (this.#tendAgain && !this.#stopped && !this.link.fenced) {
      this.#tendAgain = false;
      await this.#tendOnce();
    }
    this.#tending = false;
  }

  async #tendOnce(): Promise<void> {
    const { shard, identity, clockOffset } = this.link;
    try {
      const { nextTimer, isTimekeeper, due } = await shard.jobs.reopen(identity);
      this.#operations.run(due);
      if (due.has('deadline')) while ((await shard.jobs.expire(this.#parts.keepCancelled)).more);
      if (due.has('todo')) while (await shard.jobs.follow());
      if (due.has('ticks')) await sweepTicks(shard, () => Date.now() + this.link.clockOffset);
      await tendBatches(shard, due, this.#parts.keepCancelled);
      if (this.#stopped || nextTimer === undefined) return;
      // What cannot be done now must not be tried without a pause.
      this.#tend.set(Math.max(nextTimer, Date.now() + this.link.clockOffset + LEAST_PAUSE_MS), isTimekeeper);
    } catch (error) {
      this.#parts.trouble(error, 'reopen');
      if (!this.#stopped) this.#tend.set(Date.now() + clockOffset + 1000, true);
    }
  }
}
