import type { Redis } from 'ioredis';
import type { JobTies } from '../job/ties.ts';
import type { Connection } from '../redis/connect.ts';
import { shardPrefix } from '../redis/keys.ts';
import { AlertStore } from '../store/alert-store.ts';
import { BatchStore } from '../store/batch-store.ts';
import { JobReader } from '../store/job-reader.ts';
import type { ClaimCall, ProducerCall } from '../store/job-store.ts';
import { DEFAULT_RETENTION, JobStore } from '../store/job-store.ts';
import { LimitStore } from '../store/limit-store.ts';
import { OperationStore } from '../store/operation-store.ts';
import { QueueStore } from '../store/queue-store.ts';
import { RecurringStore } from '../store/recurring-store.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';
import { ADA, BOB, EVE, no, START_MS, tailLine } from './cast.ts';
import type { Difference, Entry, KeySpace } from './key-space.ts';
import { difference, readKeySpace } from './key-space.ts';
import { readable, readableValue } from './readable.ts';
import { newRecord } from './records.ts';
import { StoppedClock } from './stopped-clock.ts';

export const LEASE_MS = 15_000;
export const SWEEP_MS = 3_000;

const succeedLine = (claim: string, worker: string): string => `\n${tailLine('S', claim, worker)}`;
const failLine = (claim: string, worker: string): string => `\n${tailLine('F', claim, worker)}`;

/** What a test may say of a new job. */
export interface NewJobOptions {
  readonly queue?: string;
  readonly priority?: number;
  readonly large?: boolean;
  /** What ties it to others. */
  readonly ties?: JobTies;
}

/** What a test may say of a new tied job. */
export interface TiedJobOptions extends NewJobOptions {
  /** `now`, `in <ms>` … @default "now" */
  readonly place?: string;
}

/** What a test may say of a claim. */
export interface ClaimOptions {
  readonly most?: number;
  readonly queues?: readonly string[];
  readonly suspects?: ClaimCall['suspects'];
  readonly wasIdle?: boolean;
}

/** One shard whose scripts run by a stopped clock, with short ways to bring jobs into their states. */
export class TestShard {
  readonly clock = new StoppedClock(START_MS);
  readonly prefix: string;
  readonly redis: Redis;
  readonly jobs: JobStore;
  readonly queues: QueueStore;
  readonly workers: WorkerRegistry;
  readonly batches: BatchStore;
  readonly reader: JobReader;
  readonly limits: LimitStore;
  readonly operations: OperationStore;
  readonly recurring: RecurringStore;
  readonly alerts: AlertStore;
  readonly #claims = new Map<string, number>();
  #calls = 0;

  constructor(connection: Connection, namespace: string, number: number) {
    const stopped = this.clock.connection(connection);
    this.redis = connection.redis as Redis;
    this.prefix = shardPrefix(namespace, number);
    this.jobs = new JobStore(stopped, this.prefix);
    this.queues = new QueueStore(stopped, this.prefix);
    this.workers = new WorkerRegistry(stopped, this.prefix);
    this.batches = new BatchStore(stopped, this.prefix);
    this.reader = new JobReader(stopped, this.prefix);
    this.limits = new LimitStore(stopped, this.prefix);
    this.operations = new OperationStore(stopped, this.prefix);
    this.recurring = new RecurringStore(stopped, this.prefix);
    this.alerts = new AlertStore(stopped, this.prefix);
  }

  /** The call of a producer that stores these jobs; each has a number of its own. */
  async producerCall(
    ids: readonly string[],
    place: string,
    options: NewJobOptions = {},
  ): Promise<ProducerCall> {
    const { queue = 'mail', priority = 2, large = false, ties } = options;
    if (this.queues.knownCode(queue) === undefined) await this.queues.learnCodes([queue]);
    const code = this.queues.knownCode(queue) ?? '';
    const state = /^\d$/.test(place) ? 'E' : 'S';
    const header = ties === undefined ? 'greet' : `greet ${JSON.stringify({ ties })}`;
    const record = newRecord({ state, place: `${code}${priority}`, header, payload: large ? '' : '{}' });
    return {
      client: 'shop',
      lane: 0,
      call: ++this.#calls,
      touch: false,
      largePayloads: large ? ids.map((id) => ({ id, payload: '"large"' })) : [],
      groups: [{ queue, code, place, jobs: ids.flatMap((id) => [id, record]) }],
    };
  }

  /** The call of a producer that stores tied jobs. `place`: `now`, `in <ms>` … */
  async tiedCall(
    ids: readonly string[],
    ties: JobTies,
    { place = 'now', ...options }: TiedJobOptions = {},
  ): Promise<ProducerCall> {
    const { priority = 2 } = options;
    const call = await this.producerCall(ids, '0', { ...options, ties, priority: priority + 4 });
    return { ...call, groups: call.groups.map((group) => ({ ...group, place })) };
  }

  /** Stores jobs that are tied to others. */
  async admit(
    ids: readonly string[],
    ties: JobTies,
    options: TiedJobOptions = {},
  ): ReturnType<JobStore['admit']> {
    return this.jobs.admit(await this.tiedCall(ids, ties, options));
  }

  async enqueue(ids: readonly string[], options: NewJobOptions = {}): Promise<void> {
    if (options.ties !== undefined) await this.admit(ids, options.ties, options);
    else await this.jobs.enqueue(await this.producerCall(ids, String(options.priority ?? 2), options));
  }

  async schedule(ids: readonly string[], inMs: number, options: NewJobOptions = {}): Promise<void> {
    await this.jobs.schedule(await this.producerCall(ids, `in ${inMs}`, options));
  }

  async register(worker: string): Promise<void> {
    await this.workers.register(worker, LEASE_MS, '{"host":"h"}');
  }

  claim(worker: string, claim: number, options: ClaimOptions = {}): ReturnType<JobStore['claim']> {
    const { most = 10, queues = ['mail'], suspects = 'one', wasIdle = false } = options;
    return this.jobs.claim({
      worker,
      claim: no(claim),
      most,
      leaseMs: LEASE_MS,
      wasIdle,
      suspects,
      queues,
    });
  }

  /** Enqueues jobs, and claims them as the next claim of a worker. Returns the claim's number. */
  async process(ids: readonly string[], worker = ADA, options: NewJobOptions = {}): Promise<number> {
    await this.enqueue(ids, options);
    await this.register(worker);
    const claim = await this.claimNext(worker, { most: ids.length, queues: [options.queue ?? 'mail'] });
    const open = await this.redis.smembers(`${this.prefix}processing:${worker}:${no(claim)}`);
    if (!ids.every((id) => open.includes(id)))
      throw new Error('the claim took other jobs: they stood before these');
    return claim;
  }

  /** Claims with the next number of a worker. Returns the number. */
  async claimNext(worker: string, options: ClaimOptions = {}): Promise<number> {
    const claim = (this.#claims.get(worker) ?? 0) + 1;
    this.#claims.set(worker, claim);
    await this.claim(worker, claim, options);
    return claim;
  }

  /** Ends jobs as succeeded. */
  async succeed(ids: readonly string[], worker = ADA, options: NewJobOptions = {}): Promise<void> {
    const claim = no(await this.process(ids, worker, options));
    await this.jobs.succeed(worker, 100, [
      { claim, ids: [...ids], lines: ids.map(() => succeedLine(claim, worker)) },
    ]);
  }

  /** Ends jobs as failed. */
  async fail(ids: readonly string[], worker = ADA, options: NewJobOptions = {}): Promise<void> {
    const claim = no(await this.process(ids, worker, options));
    await this.jobs.fail(
      worker,
      100,
      ids.map((id) => ({ claim, id, line: failLine(claim, worker) })),
    );
  }

  /** Ends a waiting job as cancelled. */
  async cancel(ids: readonly string[], options: NewJobOptions = {}): Promise<void> {
    await this.enqueue(ids, options);
    await this.jobs.cancel(ids, EVE, 100);
  }

  /** A job that two workers died with: it waits as a suspect. */
  async suspect(id: string): Promise<void> {
    await this.enqueue([id]);
    for (const worker of ['CrashedOnce-', 'CrashedTwice']) {
      await this.register(worker);
      await this.claimNext(worker);
      await this.die(worker);
      await this.jobs.rescue(worker, DEFAULT_RETENTION);
    }
    await this.workers.unregister(BOB, []);
  }

  /** A worker that has registered as idle in a queue. */
  async idle(worker: string, queues: readonly string[] = ['mail']): Promise<void> {
    await this.register(worker);
    await this.claimNext(worker, { queues });
  }

  /** What goes on meanwhile: another job comes, another worker takes all that waits, and ends it. */
  async later(): Promise<void> {
    this.clock.advance(10_000);
    await this.enqueue(['a later job']);
    await this.register('LaterWorker-');
    const reply = await this.claim('LaterWorker-', 1);
    if (reply.status !== 'OK') throw new Error(`the later claim was answered ${reply.status}`);
    const ids = reply.jobs.filter((_, i) => i % 2 === 0);
    const lines = ids.map(() => succeedLine(no(1), 'LaterWorker-'));
    await this.jobs.succeed('LaterWorker-', 100, [{ claim: no(1), ids, lines }]);
  }

  /** Replaces a record by one that no script can read. */
  async damage(id: string): Promise<void> {
    await this.redis.set(`${this.prefix}job:${id}`, 'not a record');
  }

  /** Lets a worker's lease expire, with a sweep by another worker just before, so that there is no grace. */
  async die(worker: string, witness = BOB): Promise<void> {
    await this.register(witness);
    for (let passed = 0; passed <= LEASE_MS * 2; passed += SWEEP_MS) {
      await this.workers.renew(witness, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '' });
      this.clock.advance(SWEEP_MS);
    }
    if ((await this.redis.zscore(`${this.prefix}leases`, worker)) === null)
      throw new Error(`${worker} never lived`);
  }

  /** All that the shard holds, in short names. */
  async keySpace(): Promise<KeySpace> {
    const space = await readKeySpace(this.redis, this.prefix);
    return new Map([...space].map(([path, entry]) => [readable(path), readableValue(entry) as Entry]));
  }

  /** What an action changes, and what it answers or throws, in short names. */
  async changesOf(action: () => Promise<unknown>): Promise<{ reply: unknown; changes: Difference }> {
    const { reply, changes } = await this.observe(action);
    return { reply, changes };
  }

  /** As {@link changesOf}, with all that was and is there. */
  async observe(
    action: () => Promise<unknown>,
  ): Promise<{ reply: unknown; changes: Difference; before: KeySpace; after: KeySpace }> {
    const before = await this.keySpace();
    const reply = await action().catch((error: unknown) => error as Error);
    const after = await this.keySpace();
    return { reply: readableValue(reply), changes: difference(before, after), before, after };
  }
}
