import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerOrder } from '@linstock/core/internal';
import { Connection, makeChild, ShardSet } from '@linstock/core/internal';
import { AheadTable, createAheadMemory } from './ahead-table.ts';
import { Dispatcher } from './dispatcher.ts';
import type { WorkerEmitter } from './events.ts';
import type { ExecutorHost } from './executor.ts';
import { Executor } from './executor.ts';
import type { Handlers } from './handlers.ts';
import type { FromThread } from './heartbeat-protocol.ts';
import type { HeldClaim, HeldJob } from './held-jobs.ts';
import { Intake } from './intake.ts';
import type { JobRun } from './job-run.ts';
import { JobReports } from './job-reports.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { longRuns } from './long-runs.ts';
import { aroundOf } from './middleware.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Meter } from './probe/meter.ts';
import type { Vitals, WorkerPhase } from './probe/vitals.ts';
import { linkVitals } from './probe/vitals.ts';
import { restQueues } from './queue-rest.ts';
import { Reporter } from './reporter.ts';
import { stewardTickers } from './services/steward.ts';
import { HistoryKeeper } from './services/history-keeper.ts';
import { trimAll } from './services/janitor.ts';
import { OrderTaker } from './services/order-taker.ts';
import { Ticker } from './services/ticker.ts';
import { waitedFor } from './parent-outcomes.ts';
import type { LinkListener } from './shard-link.ts';
import { ShardLink } from './shard-link.ts';
import { Station } from './station.ts';
import { WakeListener } from './wake-listener.ts';
import { tellContracts, workerInfo } from './worker-info.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** For beats that are far apart; see {@link Station.beaten}. */
const POLL_MS = 8000;
const RECONCILE_MS = 15_000;
const TRIM_MS = 60_000;
const RECORD_MS = 10_000;
const AFTER_TROUBLE_MS = 250;

/** Everything of a worker that lives from its start to its stop. It wires the parts; they decide. */
export class Runtime {
  readonly #options: ResolvedWorkerOptions;
  readonly #handlers: Handlers;
  readonly #reporter: Reporter;
  readonly #connection: Connection;
  readonly #listener: WakeListener;
  readonly #executor: Executor;
  readonly #intake: Intake;
  readonly #reports: JobReports;
  readonly #keeper: LeaseKeeper;
  readonly #history: HistoryKeeper;
  readonly #orders: OrderTaker;
  readonly #hurry = new AbortController();
  readonly #tickers: Ticker[];
  #stations: readonly Station[] = [];
  #dispatcher: Dispatcher | undefined;
  #troubleTimer: NodeJS.Timeout | undefined;
  #threadError: Error | undefined;
  #started = false;
  #stopping: Promise<void> | undefined;
  #draining = false;
  #closed = false;

  constructor(options: ResolvedWorkerOptions, handlers: Handlers, events: WorkerEmitter) {
    this.#options = options;
    this.#handlers = handlers;
    this.#reporter = new Reporter(events, options.log);
    this.#connection = new Connection(options.redis, 'commands', options);
    this.#listener = new WakeListener(options.redis, options);
    const around = aroundOf(handlers.middleware, options.createScope);
    this.#executor = new Executor(handlers, this.#host(), around);
    const ahead = createAheadMemory();
    this.#intake = new Intake(new AheadTable(ahead), (job) => this.#stationOf(job)?.link.held.settle(job));
    const failed = (what: string) => (error: unknown) => this.#trouble(error, what);
    this.#history = new HistoryKeeper(this.#executor.times, () => this.links, failed('record'));
    this.#orders = new OrderTaker({
      home: () => this.#stations[0]?.link,
      obey: (order) => this.#obey(order),
      failed: failed('order'),
    });
    this.#reports = new JobReports((run) => this.#stationOf(run.held)?.link, failed('progress'));
    this.#keeper = new LeaseKeeper(options, ahead, {
      onMessage: (message) => this.#heartbeat(message),
      onThreadDeath: (error) => this.#threadDied(error),
    });
    this.#tickers = [
      new Ticker(POLL_MS, () => this.#poll(), failed('poll')),
      new Ticker(RECONCILE_MS, () => this.#reconcile(), failed('reconcile')),
      new Ticker(TRIM_MS, () => trimAll(this.links, options.retention), failed('trim')),
      new Ticker(RECORD_MS, () => this.#history.record(), failed('record')),
      new Ticker(
        options.beatMs,
        () => this.#stations.forEach((one) => one.checkEcho(options.beatMs)),
        failed('echo'),
      ),
    ];
  }

  get running(): number {
    return this.#executor.running;
  }

  get vitals(): Vitals {
    const { running, links } = this;
    const slots = this.#dispatcher?.concurrency ?? this.#options.concurrency;
    const isBeating = this.#threadError === undefined;
    return { phase: this.#phase, isBeating, running, slots, ...linkVitals(links) };
  }

  /** From now on somebody wants to know what runs. Before `start`, or later. */
  measure(meter: Meter): void {
    this.#executor.times.observer = meter;
    this.#connection.measure((ms) => meter.calls.add(ms));
  }

  async start(): Promise<void> {
    const shards = await new ShardSet(this.#connection, this.#options.namespace, this.#options.shards).open(
      CONNECT_TIMEOUT_MS,
    );
    const links = shards.map((shard) => new ShardLink(shard, this.#options, this.#linkListener()));
    const { concurrency } = this.#options;
    this.#dispatcher = new Dispatcher({ concurrency, intake: this.#intake, executor: this.#executor, links });
    this.#stations = links.map((link) => this.#station(link));
    // The first look of the first worker: history begins with it, and no job before.
    await this.#history.record();
    await Promise.all(this.#stations.map((station) => station.register(CONNECT_TIMEOUT_MS)));
    await tellContracts(links, this.#handlers, this.#options.log);
    if (this.#threadError !== undefined) throw this.#threadError;
    this.#started = true;
    // After an outage nobody knows which calls were executed.
    this.#connection.redis.on('ready', () => links.forEach((link) => link.demandReconcile()));
    const identity = (): string => this.#stations[0]?.link.identity ?? '';
    this.#tickers.push(...stewardTickers(shards, identity, (error) => this.#trouble(error, 'steward')));
    for (const ticker of this.#tickers) ticker.start();
    this.#turnSoon();
  }

  quiet(on: boolean): void {
    if (this.#dispatcher === undefined || this.#draining) return;
    this.#dispatcher.quiet = on;
    this.#turnSoon();
  }

  /** Ends the wait of a stop that is under way. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** May be called twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.quiet(true);
    this.#draining = true;
    this.#report();
    this.#releaseWaiting();
    const deadline = performance.now() + this.#options.shutdownTimeoutMs;
    while (this.running > 0 && performance.now() < deadline && !this.#hurry.signal.aborted)
      await delay(10, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    this.#executor.giveBackAll();
    await this.#reports.flush();
    await this.#dispatcher?.settle();
    await this.#history.record();
    await Promise.all(this.#stations.map((station) => station.unregister(this.#options.queues.names)));
    await this.close();
    this.#reporter.stopped();
  }

  /** Closes everything at once, settled or not. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ticker of this.#tickers) ticker.stop();
    for (const station of this.#stations) station.stop();
    clearTimeout(this.#troubleTimer);
    this.#dispatcher?.stop();
    await this.#keeper.stop();
    this.#listener.close();
    this.#connection.close();
  }

  get #phase(): WorkerPhase {
    if (this.#stopping !== undefined) return this.#closed ? 'stopped' : 'stopping';
    if (!this.#started) return 'starting';
    return this.#dispatcher?.quiet === true ? 'quiet' : 'running';
  }

  get links(): readonly ShardLink[] {
    return this.#stations.map(({ link }) => link);
  }

  #station(link: ShardLink): Station {
    return new Station({
      link,
      keeper: this.#keeper,
      listener: this.#listener,
      intake: this.#intake,
      executor: this.#executor,
      info: link.shard.number === 0 ? workerInfo(this.#options, this.#handlers) : '',
      hasFreeSlot: () => this.#dispatcher?.hasFreeSlot === true && !this.#dispatcher.quiet,
      turnSoon: () => this.#turnSoon(),
      turnNow: () => this.#dispatcher?.turnNow(),
      ordered: () => this.#orders.look(),
      keepCancelled: this.#options.retention.failedCount,
      trouble: (error, what) => this.#trouble(error, what),
    });
  }

  #host(): ExecutorHost {
    return {
      log: this.#options.log,
      codecs: this.#options.codecs,
      abortGraceMs: this.#options.abortGraceMs,
      now: (shard) => this.#now(shard),
      report: (run, progress, line) => this.#reports.add(run, progress, line),
      rest: (run, ms) => restQueues(this.links, { run, ms }, this.#reporter),
      makeChild: (run, request) => makeChild(request, this.#homeOf(run), this.#options.codecs),
      waitedFor: async ({ id, held }) => {
        const inputs = await this.#stationOf(held)?.link.shard.reader.parentInputs(id);
        return waitedFor(inputs ?? {}, this.#options.codecs);
      },
      largePayload: async (job) =>
        (await this.#stationOf(job)?.link.shard.reader.largePayload(job.id)) ?? null,
      started: (run) => this.#reporter.started(run.held),
      succeed: (run, line) => {
        this.#reports.close(run);
        this.#stationOf(run.held)?.link.outcomes.succeed(run.held, line);
      },
      settleOtherwise: (outcome, run) => {
        if (run !== undefined) this.#reports.close(run);
        outcome.job.state = 'finished';
        this.#stationOf(outcome.job)?.link.outcomes.add(outcome);
        this.#turnSoon();
      },
      freed: () => {
        this.#dispatcher?.fill();
        this.#turnSoon();
      },
    };
  }

  #linkListener(): LinkListener {
    const answered = (job: HeldJob): void => {
      // The next suspect may be claimed now.
      if (job.isSuspect) for (const { link } of this.#stations) link.wake();
    };
    return {
      claimed: (_link, claim) => this.#claimed(claim),
      clockwork: (link, clockwork) => this.#stations[link.shard.number]?.setTimers(clockwork),
      succeeded: (job, answer) => {
        answered(job);
        this.#reporter.succeeded(job, answer);
      },
      settled: (outcome, answer) => {
        answered(outcome.job);
        this.#reporter.settled(outcome, answer);
      },
      refused: (job) => {
        if (job.state === 'waiting') this.#intake.drop(job);
        else this.#executor.find(job)?.abort('LEASE_LOST');
        this.#reporter.refused(job);
      },
      mayHoldSuspect: () => this.#stations.some(({ link }) => link.mayHoldSuspect),
      leaseLost: (link) => void this.#stations[link.shard.number]?.startOver(),
      trouble: (error, what) => this.#trouble(error, what),
      turned: () => this.#turnSoon(),
    };
  }

  #claimed(claim: HeldClaim): void {
    this.#intake.add(claim);
    // What a claim brings that was under way when the stop began goes back at once.
    if (this.#draining) this.#releaseWaiting();
    else this.#dispatcher?.fill();
    this.#turnSoon();
  }

  #heartbeat(message: FromThread): void {
    switch (message.type) {
      case 'beat':
        this.#report();
        if (message.shard === 0) this.#orders.beaten(message.order);
        return this.#stations[message.shard]?.beaten();
      case 'lost':
        return this.#stations[message.shard]?.link.loseLease(message.worker);
      case 'silent':
        return this.#silent(message.shard, message.worker);
      case 'rescued':
        return this.#reporter.rescued(message.dead, message.moved);
      case 'released':
        return this.#released(message.shard, message.claim, message.ids);
      case 'trouble':
        // Jobs whose release has no answer are held by nobody: without this they would wait for the next timed reconcile.
        if (message.what === 'release') for (const { link } of this.#stations) link.demandReconcile();
        return this.#trouble(new Error(message.message), message.what);
      case 'stopped':
        return;
    }
  }

  /** For the next beat. */
  #report(): void {
    const { quiet: isQuiet = false, concurrency: slots = 0 } = this.#dispatcher ?? {};
    const quiet = this.#draining ? 2 : Number(isQuiet);
    this.#keeper.report({ running: this.running, quiet, slots });
    this.#keeper.reportLongest(longRuns(this.#executor.runs, (shard) => this.#now(shard)));
  }

  /** A person wants something of this worker. */
  #obey({ mode, slots }: WorkerOrder): void {
    this.#options.log.info({ mode, slots }, 'told from outside');
    if (slots !== undefined && this.#dispatcher !== undefined) this.#dispatcher.concurrency = slots;
    if (mode === 'stop') void this.stop();
    else if (mode !== undefined) this.quiet(mode === 'quiet');
    this.#report();
    this.#turnSoon();
  }

  /** No renewal for most of a lease: somebody else may run these jobs soon. */
  #silent(shard: number, worker: string): void {
    const station = this.#stations[shard];
    if (station === undefined || station.link.identity !== worker) return;
    station.link.fenced = true;
    station.abandon();
  }

  #released(shard: number, claim: number, ids: readonly string[]): void {
    const link = this.#stations[shard]?.link;
    for (const id of ids) {
      const job = link?.held.find(claim, id);
      if (job !== undefined) this.#intake.drop(job);
    }
  }

  #threadDied(error: Error): void {
    this.#threadError ??= error;
    // A start that is under way ends with this error.
    if (!this.#started || this.#draining) return;
    // Without it every lease ends; better to give everything back now.
    this.#options.log.error({ err: error }, 'the heartbeat thread died; the worker stops');
    this.hurry();
    void this.stop();
  }

  #stationOf(job: HeldJob): Station | undefined {
    return this.#stations[job.claim.shard];
  }

  #now(shard: number): number {
    return Date.now() + (this.#stations[shard]?.link.clockOffset ?? 0);
  }

  #homeOf({ held }: JobRun): { shard: number; shards: number } {
    return { shard: held.claim.shard, shards: this.#stations.length };
  }

  #turnSoon(): void {
    this.#dispatcher?.turnSoon();
  }

  #trouble(error: unknown, what: string): void {
    this.#reporter.trouble(error, what);
    if (this.#closed) return;
    this.#troubleTimer ??= setTimeout(() => {
      this.#troubleTimer = undefined;
      this.#turnSoon();
    }, AFTER_TROUBLE_MS);
  }

  #poll(): void {
    for (const station of this.#stations) station.poll();
    this.#turnSoon();
  }

  async #reconcile(): Promise<void> {
    await Promise.all(this.#stations.map(({ link }) => link.reconcileTimely()));
  }

  #releaseWaiting(): void {
    for (let job = this.#intake.next(); job !== undefined; job = this.#intake.next()) {
      job.state = 'finished';
      this.#stationOf(job)?.link.outcomes.add({
        job,
        verb: 'release',
        line: '',
        delayMs: 0,
        error: undefined,
      });
    }
    this.#dispatcher?.flush();
  }
}
