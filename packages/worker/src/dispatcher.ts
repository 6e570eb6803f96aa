import { setTimeout as delay } from 'node:timers/promises';
import type { Executor } from './executor.ts';
import { AHEAD_MS, aheadOf, planFetch } from './fetch-plan.ts';
import type { Intake } from './intake.ts';
import type { ShardLink } from './shard-link.ts';

/**
 * How many jobs start in one turn. Redis answers calls that reach it together together; if all their jobs ran in one turn,
 * their outcomes would travel together again, and Redis and this process would take turns idling.
 */
const STARTS_PER_TURN = 100;
const SETTLE_TIMEOUT_MS = 10_000;
const RATE_SAMPLE_MS = 2;
const RATE_WEIGHT = 0.3;

/** Fills slots and calls shards: once per turn of the event loop, when something has changed. */
export class Dispatcher {
  readonly #intake: Intake;
  readonly #executor: Executor;
  readonly #links: readonly ShardLink[];
  #scheduled = false;
  #filling = false;
  #turn = 0;
  #startsLeft = STARTS_PER_TURN;
  #ratePerMs = 0;
  #sampledAt = performance.now();
  #sampledFinished = 0;
  #waitTimer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Claims nothing any more; what was claimed goes on. */
  quiet = false;
  /** How many jobs may run at once. */
  concurrency: number;

  constructor(parts: {
    concurrency: number;
    intake: Intake;
    executor: Executor;
    links: readonly ShardLink[];
  }) {
    this.concurrency = parts.concurrency;
    this.#intake = parts.intake;
    this.#executor = parts.executor;
    this.#links = parts.links;
  }

  /** Whether a job could start now. */
  get hasFreeSlot(): boolean {
    return this.#executor.running < this.concurrency;
  }

  /** Starts what waits here, as far as slots are free. */
  fill(): void {
    // A handler that ends at once frees its slot while this loop runs.
    if (this.#filling) return;
    this.#filling = true;
    while (this.hasFreeSlot && this.#startsLeft > 0) {
      const job = this.#intake.next();
      if (job === undefined) break;
      this.#startsLeft--;
      this.#executor.start(job);
    }
    this.#filling = false;
  }

  /** Something has changed: look at the end of this turn what is to be sent. */
  turnSoon(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#takeTurn();
    });
  }

  /** Something has come in that nothing else will come in with: there is nothing to wait for. */
  turnNow(): void {
    if (!this.#stopped) this.#takeTurn();
  }

  /** Sends the outcomes that wait. */
  flush(): void {
    for (const link of this.#links) if (link.outcomes.size > 0) void link.exchange(0);
  }

  /** Whether any outcome still waits for its answer. */
  get isSettled(): boolean {
    return this.#links.every((link) => link.outcomes.size === 0 && link.callsUnderway === 0);
  }

  /** Sends outcomes until each has its answer, within a bound: what has none is rescued when the lease ends. */
  async settle(): Promise<void> {
    const deadline = performance.now() + SETTLE_TIMEOUT_MS;
    while (performance.now() < deadline && !this.isSettled) {
      this.flush();
      await delay(5);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#waitTimer);
  }

  #takeTurn(): void {
    this.#sampleRate();
    const first = this.#turn++;
    // Another shard comes first each time, so that none is served last for ever.
    for (let i = 0; i < this.#links.length; i++) this.#call(this.#links[(first + i) % this.#links.length]);
    this.#startsLeft = STARTS_PER_TURN;
    this.fill();
    if (this.#intake.size > 0 && this.hasFreeSlot) this.turnSoon();
  }

  /** Whether nothing may be claimed because of a job that must run alone in this process (docs/protocol.md §9). */
  get #runsAlone(): boolean {
    return this.#links.some((link) => link.mustEmpty || link.held.hasLastChance);
  }

  /** Once this worker holds nothing at all, it claims the job for which it emptied itself. */
  #claimAlone(link: ShardLink): void {
    if (!link.mustEmpty || this.quiet || !link.mayClaim) return;
    if (this.#links.every((other) => other.held.isEmpty && other.requested === 0))
      void link.exchange(1, true);
  }

  #call(link: ShardLink | undefined): void {
    if (link === undefined) return;
    if (link.shouldReconcile) void link.reconcile();
    this.#claimAlone(link);
    for (;;) {
      const plan = planFetch(this.#state(link));
      if (plan === undefined) break;
      void link.exchange(plan.claim);
    }
    if (link.outcomes.size > 0 && link.callsUnderway === 0) this.#sendInAMoment();
  }

  #state(link: ShardLink): Parameters<typeof planFetch>[0] {
    return {
      concurrency: this.concurrency,
      running: this.#executor.running,
      waiting: this.#intake.size,
      requested: this.#links.reduce((sum, { requested }) => sum + requested, 0),
      callsUnderway: link.callsUnderway,
      outcomes: link.outcomes.size,
      ahead: aheadOf(this.#ratePerMs, this.#executor.recentMostMs),
      mayClaim: !this.quiet && link.mayClaim && this.#intake.hasRoom && !this.#runsAlone,
    };
  }

  /** Outcomes may wait so long for a claim to travel with. */
  #sendInAMoment(): void {
    this.#waitTimer ??= setTimeout(() => {
      this.#waitTimer = undefined;
      this.flush();
    }, AHEAD_MS);
  }

  /** Runs per ms, smoothed. */
  #sampleRate(): void {
    const now = performance.now();
    const elapsed = now - this.#sampledAt;
    if (elapsed < RATE_SAMPLE_MS) return;
    const { finished } = this.#executor;
    this.#ratePerMs += RATE_WEIGHT * ((finished - this.#sampledFinished) / elapsed - this.#ratePerMs);
    this.#sampledAt = now;
    this.#sampledFinished = finished;
  }
}
