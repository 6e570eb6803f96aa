import type { ActivityOptions, JobActivity } from './activity.ts';
import type { MonitorOptions, ResolvedInstallation } from './client-options.ts';
import {
  CONNECT_TIMEOUT_MS,
  INSTALLATION_RULES,
  resolveInstallation,
  resolveViewing,
  VIEW_RULES,
} from './client-options.ts';
import { OptionError } from './errors.ts';
import type { History, HistoryOptions } from './history.ts';
import { historyOf } from './history.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import type { JobState } from './job/states.ts';
import type { LeftoverRun } from './leftover-runs.ts';
import { readLeftovers } from './leftover-runs.ts';
import { JOB_STATES } from './job/states.ts';
import { activityOf, whyOf } from './lookups.ts';
import { anything, checkOptions, jobName, queueName, wholeNumber } from './options.ts';
import type { JobPage, PageOptions } from './page.ts';
import { pageOf } from './page.ts';
import type { Viewing } from './payload-view.ts';
import { Connection } from './redis/connect.ts';
import type { QueueDetails } from './queue-details.ts';
import { readQueueDetails } from './queue-details.ts';
import type { ScanOptions, ScanPage } from './scan.ts';
import { scanJobs } from './scan.ts';
import type { Shard } from './shard-set.ts';
import { ShardSet } from './shard-set.ts';
import type { AlertEvent, AlertView } from './store/alert-records.ts';
import { AlertStore } from './store/alert-store.ts';
import type { AuditEntry, AuditFilter } from './store/audit-reader.ts';
import { byPlace, placeOf, readAudit } from './store/audit-reader.ts';
import type { BlockView } from './store/block-reader.ts';
import { readBlocks } from './store/block-reader.ts';
import type { ContractDetails, ContractView } from './store/contract-store.ts';
import { readContract, readContracts } from './store/contract-store.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { OldestJob } from './store/oldest-reader.ts';
import { readOldest } from './store/oldest-reader.ts';
import type { QueueView } from './store/queue-reader.ts';
import { mergeQueues, readQueueNames, readQueues } from './store/queue-reader.ts';
import type { ServerView } from './store/server-reader.ts';
import { readServers } from './store/server-reader.ts';
import { readQuarantine, readStateCounts, readTotals } from './store/shard-reader.ts';
import type { WorkerView } from './store/worker-reader.ts';
import { readWorkers } from './store/worker-reader.ts';
import type { TickHealth, TickHealthOptions } from './tick-health.ts';
import { readTickHealth } from './tick-health.ts';
import type { WhyReasons } from './why.ts';

/** Which entries of the audit log are wanted; with several all must fit. */
export interface AuditOptions extends AuditFilter {
  /** Only entries that are older than this one. */
  readonly before?: string | undefined;
  /** 1 to 500. @default 100 */
  readonly limit?: number;
}

const AUDIT_RULES = {
  actor: anything,
  action: anything,
  target: anything,
  before: anything,
  limit: wholeNumber(1, 500),
};

/**
 * Reads an installation; never changes it.
 *
 * @example
 * const monitor = new Monitor({ redis: 'redis://127.0.0.1:6379' });
 * console.log(await monitor.counts());
 * await monitor.close();
 */
export class Monitor {
  readonly #options: ResolvedInstallation;
  readonly #viewing: Viewing;
  readonly #connection: Connection;
  readonly #shards: ShardSet;

  constructor(options: MonitorOptions) {
    checkOptions(options ?? {}, { ...INSTALLATION_RULES, ...VIEW_RULES }, 'Monitor');
    this.#options = resolveInstallation(options ?? {}, 'Monitor');
    this.#viewing = resolveViewing(options, 'Monitor');
    this.#connection = new Connection(this.#options.redis, 'commands', this.#options);
    this.#shards = new ShardSet(this.#connection, this.#options.namespace, this.#options.shards);
  }

  /** How many jobs are in each state now. */
  async counts(): Promise<Record<JobState, number>> {
    return (await this.overview()).counts;
  }

  /** How often each transition happened since the installation was founded. */
  async totals(): Promise<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const totals of await this.#each((shard) => readTotals(shard))) {
      for (const [name, n] of Object.entries(totals)) sums[name] = (sums[name] ?? 0) + n;
    }
    return sums;
  }

  /**
   * What happened over time, up to 31 days back: how many jobs came, succeeded and failed, how long they waited and ran. Workers
   * add to it every 10 seconds, and what one of them measured since then is lost when it is killed; counts are not.
   *
   * @example
   * const { points, total } = await monitor.history({ last: '24h' });
   * console.log(total.succeeded, total.wait?.p95, points.length);
   *
   * @throws {OptionError}
   */
  async history(options: HistoryOptions): Promise<History> {
    return historyOf(await this.#shards.open(CONNECT_TIMEOUT_MS), options);
  }

  /** All queues that were ever used, by name. */
  async queues(): Promise<QueueView[]> {
    return mergeQueues(await this.#each(readQueues));
  }

  /**
   * The job that has waited longest of all queues, or of one, as far as records tell: of one that ran before, was delayed, or
   * waited for others they do not. Undefined: none waits. @throws {OptionError}
   */
  async oldest(options: { readonly queue?: string } = {}): Promise<OldestJob | undefined> {
    checkOptions(options, { queue: queueName }, 'oldest');
    const { queue } = options;
    const found = await this.#each(async (shard) =>
      readOldest(shard, queue === undefined ? await readQueueNames(shard.connection, shard.prefix) : [queue]),
    );
    return found.filter((job) => job !== undefined).toSorted((a, b) => a.since - b.since)[0];
  }

  /** One queue, with its settings, its oldest job and its groups. @throws {OptionError} */
  async queue(name: string): Promise<QueueDetails> {
    checkOptions({ name }, { name: queueName }, 'queue');
    return readQueueDetails(await this.#shards.open(CONNECT_TIMEOUT_MS), name);
  }

  /** What `counts()` and `queues()` tell, for the price of one of them, and when that was, ms since 1970 by the clock of Redis. */
  async overview(): Promise<{
    readonly at: number;
    readonly counts: Record<JobState, number>;
    readonly queues: QueueView[];
  }> {
    const [home] = await this.#shards.open(CONNECT_TIMEOUT_MS);
    const [at, states, queues] = await Promise.all([
      home.recurring.now(),
      this.#each((shard) => readStateCounts(shard)),
      this.queues(),
    ]);
    const enqueued = queues.reduce((sum, queue) => sum + queue.enqueued, 0);
    const count = (state: JobState): number =>
      state === 'enqueued' ? enqueued : states.reduce((sum, counts) => sum + counts[state], 0);
    const counts = Object.fromEntries(JOB_STATES.map((state) => [state, count(state)]));
    return { at, counts: counts as Record<JobState, number>, queues };
  }

  /** A page of jobs in one state, or with a tag (the newest first). @throws {OptionError} */
  async page(options: PageOptions): Promise<JobPage> {
    return pageOf(await this.#shards.open(CONNECT_TIMEOUT_MS), options, (ids) => this.#find(ids));
  }

  /**
   * Goes through all jobs of a state, or with a tag, some at a time, without keeping Redis busy: to search or to export them. Of a
   * state, a job that leaves it meanwhile may be missed, and one may come twice.
   *
   * @example
   * for await (const { jobs } of monitor.scan({ state: 'failed' })) console.log(jobs.length);
   * for await (const { jobs } of monitor.scan({ tag: 'customer:42' })) console.log(jobs.length);
   *
   * @throws {OptionError}
   */
  async *scan(options: ScanOptions): AsyncGenerator<ScanPage> {
    yield* scanJobs(await this.#shards.open(CONNECT_TIMEOUT_MS), options, this.#viewing);
  }

  /** One job with its history, or undefined when there is none. */
  async job(id: string): Promise<JobView | DamagedJob | undefined> {
    return (await this.#find([id]))[0];
  }

  /** Why a job is not running, the most decisive reason first; docs/why.md tells what to do about each. */
  async why(id: string): Promise<WhyReasons> {
    return whyOf(await this.#shards.open(CONNECT_TIMEOUT_MS), id, this.#viewing);
  }

  /** What a job tells of itself: its progress and its log. @throws {OptionError} */
  async activity(id: string, options?: ActivityOptions): Promise<JobActivity> {
    return activityOf(await this.#shards.open(CONNECT_TIMEOUT_MS), { id, options }, this.#viewing);
  }

  /** Workers that are alive, with their load: by host, process and id. */
  async workers(): Promise<WorkerView[]> {
    const [home] = await this.#shards.open(CONNECT_TIMEOUT_MS);
    return readWorkers(home);
  }

  /**
   * Handlers that run on though their attempts have ended, and keep slots of workers: those of jobs that were cancelled, or took
   * too long, and that ignore their signal. At most 100, the longest first; one is told of some seconds after its attempt ended.
   */
  async leftovers(): Promise<LeftoverRun[]> {
    return readLeftovers(await this.#shards.open(CONNECT_TIMEOUT_MS));
  }

  /**
   * What jobs workers handle, or have handled: at most 1,000 names, as the workers described them when they started. Producers
   * that enqueue by hand find their queues and versions here.
   */
  async contracts(): Promise<ContractView[]> {
    const [home] = await this.#shards.open(CONNECT_TIMEOUT_MS);
    return readContracts(home);
  }

  /**
   * One of {@link contracts}, with the JSON Schema of its input; undefined: no worker has described it.
   *
   * @example
   * const { schema } = (await monitor.contract('mail.send')) ?? {};
   */
  async contract(name: string): Promise<ContractDetails | undefined> {
    const problem = jobName(name);
    if (problem !== undefined) throw new OptionError('contract', problem, name);
    const [home] = await this.#shards.open(CONNECT_TIMEOUT_MS);
    return readContract(home, name);
  }

  /** Ids of damaged records, with when they were set aside (ms since 1970), newest first; at most 1,000 per shard. */
  async quarantined(): Promise<{ id: string; at: number }[]> {
    return (await this.#each((shard) => readQuarantine(shard))).flat().toSorted((a, b) => b.at - a.at);
  }

  /** Who changed what, when and why, the newest first: jobs, queues, batches, recurring jobs. A shard keeps about 10,000 entries. @throws {OptionError} */
  async audit(options: AuditOptions = {}): Promise<AuditEntry[]> {
    checkOptions(options, AUDIT_RULES, 'audit');
    const { before, limit: most = 100, ...filter } = options;
    const place = before === undefined ? undefined : placeOf(before);
    if (before !== undefined && place === undefined)
      throw new OptionError('audit.before', 'must be the cursor of an entry', before);
    const entries = await this.#each((shard) => readAudit(shard, { filter, before: place, most }));
    return entries.flat().toSorted(byPlace).slice(0, most);
  }

  /** Limits, rates and paused names that jobs wait for, those with most of them first; `most`: 1 to 500. @default 200 @throws {OptionError} */
  async blocks(options: { readonly most?: number } = {}): Promise<BlockView[]> {
    checkOptions(options, { most: wholeNumber(1, 500) }, 'blocks');
    const { most = 200 } = options;
    const blocks = (await this.#each((shard) => readBlocks(shard, most))).flat();
    return blocks.toSorted((a, b) => b.waiting - a.waiting).slice(0, most);
  }

  /** All alerts, with what the last look at them has found. */
  async alerts(): Promise<AlertView[]> {
    return (await this.#alertStore()).list();
  }

  /** What became of alerts, the newest first; 500 are kept. `most`: 1 to 500. @default 100 @throws {OptionError} */
  async alertEvents(options: { readonly most?: number } = {}): Promise<AlertEvent[]> {
    checkOptions(options, { most: wholeNumber(1, 500) }, 'alertEvents');
    return (await this.#alertStore()).events(options.most ?? 100);
  }

  /** Whether the ticks of recurring jobs are run: which are late, and which were missed. @throws {OptionError} */
  async ticks(options: TickHealthOptions = {}): Promise<TickHealth> {
    return readTickHealth(await this.#shards.open(CONNECT_TIMEOUT_MS), options);
  }

  /** The Redis servers that hold the installation: one, or the masters of a Cluster. Needs the permission for `INFO`. */
  async servers(): Promise<ServerView[]> {
    await this.#shards.open(CONNECT_TIMEOUT_MS);
    return readServers(this.#connection);
  }

  /** Closes the connection. May be called twice. */
  async close(): Promise<void> {
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #find(ids: readonly string[]): Promise<(JobView | DamagedJob)[]> {
    const found = new Map<string, JobView | DamagedJob>();
    await this.#each(async (shard) => {
      const own = ids.filter((id) => isJobId(id) && shardOf(id) === shard.number);
      for (const job of await shard.reader.findMany(own, this.#viewing)) found.set(job.id, job);
    });
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  async #alertStore(): Promise<AlertStore> {
    const [{ connection, prefix }] = await this.#shards.open(CONNECT_TIMEOUT_MS);
    return new AlertStore(connection, prefix);
  }

  async #each<T>(read: (shard: Shard) => Promise<T>): Promise<T[]> {
    return Promise.all((await this.#shards.open(CONNECT_TIMEOUT_MS)).map(read));
  }
}
