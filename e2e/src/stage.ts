import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClientOptions, Due, RedisTarget, RunOptions } from '@linstock/core';
import { Client, defineJob, Monitor } from '@linstock/core';
import { Connection } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import type { AuditLimits, AuditReport } from './audit.ts';
import { audit } from './audit.ts';
import type { ChildPlan } from './child.ts';
import { Child } from './child.ts';
import { Sightings } from './events.ts';
import type { ShardSnapshot } from './store-snapshot.ts';
import { readShard } from './store-snapshot.ts';

/** Of workers that are not to lose it: a busy machine may keep a process waiting for a second. */
const LEASE_MS = 3000;

/** What a job of a test does; see `children/acts.mjs`. */
export interface Act {
  /** Waits so long, or until its signal aborts. Left out: it ends at once. */
  readonly ms?: number;
  /** Ignores its signal. */
  readonly deaf?: boolean;
  /** Blocks the event loop so long. */
  readonly spinMs?: number;
  /** Waits and blocks only as long as no worker has died with it. */
  readonly once?: boolean;
  /** This many attempts fail. */
  readonly failures?: number;
  /** Ends its process. */
  readonly die?: 'kill' | 'abort' | 'exit';
  /** Enqueues so many children and waits for them; then it ends. */
  readonly children?: number;
  /** Asks to be cancelled, or to be put off, until a time. */
  readonly wish?: 'cancel' | 'snooze' | 'rest';
  /** ms since 1970; left out: always. */
  readonly until?: number;
  /** Length of its result. */
  readonly out?: number;
  /** Reports progress and logs. */
  readonly talk?: boolean;
  /** Only in producers: it is due after so many ms. */
  readonly in?: number;
  /** Only there to be large. */
  readonly pad?: string;
}

/** Options of a worker child. */
export interface WorkerPlan {
  readonly concurrency?: number;
  /** @default 3000 */
  readonly leaseMs?: number | undefined;
  readonly queues?: readonly string[];
  readonly shutdownTimeout?: number;
  readonly maxEventLoopBlock?: number;
  readonly commandTimeout?: number;
  /** Workers in the process. @default 1 */
  readonly count?: number;
  /** Names of jobs it handles. @default ["act"] */
  readonly jobs?: readonly string[];
  readonly clockShiftMs?: number;
  /** Another way to Redis than the stage's own. */
  readonly redis?: RedisTarget;
}

/** Options of a producer child. */
export interface ProducerPlan {
  readonly jobs: number;
  /** Taken in turn. */
  readonly inputs: readonly Act[];
  /** How many at once. @default 100 */
  readonly batch?: number;
  /** Between two batches. @default 0 */
  readonly pauseMs?: number;
  readonly job?: string;
  readonly options?: RunOptions;
  readonly clockShiftMs?: number;
  readonly redis?: RedisTarget;
  readonly retryFor?: number;
  readonly commandTimeout?: number;
  /** What was refused is enqueued again. */
  readonly repeat?: boolean;
}

/** Options of a child that makes batches. */
export interface MakerPlan {
  readonly rounds: number;
  /** Jobs of a batch, and of what an operation changes. */
  readonly members: number;
  readonly redis?: RedisTarget;
}

/** A call of a client, or of one of its parts. */
export interface ChangePlan {
  readonly of: 'client' | 'recurring' | 'queue';
  readonly method: string;
  /** Of a job, a recurring job or a queue. */
  readonly id: string;
  readonly args: readonly unknown[];
}

/** The job of all tests. */
export const act = defineJob<Act, { fence: string }>({ name: 'act' });

/** One installation, the processes that work on it, and the audit of what they did. */
export class Stage {
  readonly namespace: string;
  readonly monitor: Monitor;
  readonly client: Client;
  readonly #redis: RedisTarget;
  readonly shards: number;
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'linstock-e2e-'));
  readonly children: Child[] = [];
  /** Ids that the test itself enqueued. */
  readonly own: string[] = [];

  constructor(
    redis: RedisTarget,
    { namespace = 'e2e', shards = 1 }: { namespace?: string; shards?: number } = {},
  ) {
    this.namespace = namespace;
    this.#redis = redis;
    this.shards = shards;
    this.#options = { redis, namespace, shards };
    this.monitor = new Monitor(this.#options);
    this.client = new Client(this.#options);
    this.#connection = new Connection(redis, 'commands');
  }

  /** Another client of the installation, for the caller to close. */
  newClient(): Client {
    return new Client(this.#options);
  }

  /** Starts a process with workers; resolves when they take jobs. */
  async worker(plan: WorkerPlan = {}): Promise<Child> {
    const child = this.start(plan);
    await child.ready;
    return child;
  }

  /** The same, without waiting for it: it may end at any time. */
  start(plan: WorkerPlan = {}): Child {
    const { count = 1, jobs = ['act'], clockShiftMs, redis = this.#redis, ...options } = plan;
    const worker = { redis, namespace: this.namespace, shards: this.shards, leaseMs: LEASE_MS, ...options };
    return this.#spawn('worker-child', { worker, count, jobs }, clockShiftMs);
  }

  /** Starts a process that enqueues; it ends by itself. */
  producer(plan: ProducerPlan): Child {
    const {
      clockShiftMs,
      redis = this.#redis,
      retryFor,
      commandTimeout,
      batch = 100,
      pauseMs = 0,
      job = 'act',
      options = {},
      ...rest
    } = plan;
    const client = {
      redis,
      namespace: this.namespace,
      shards: this.shards,
      ...(retryFor === undefined ? {} : { retryFor }),
      ...(commandTimeout === undefined ? {} : { commandTimeout }),
    };
    return this.#spawn('producer-child', { client, batch, pauseMs, job, options, ...rest }, clockShiftMs);
  }

  /** Starts a process that makes batches and operations, so many of each; it ends by itself. */
  maker({ rounds, members, redis = this.#redis }: MakerPlan): Child {
    const client = { redis, namespace: this.namespace, shards: this.shards };
    return this.#spawn(
      'maker-child',
      { client, rounds, members, name: `m${this.children.length}` },
      undefined,
    );
  }

  /** Starts a process that makes one change and ends; see `children/changer-child.mjs`. */
  changer(change: ChangePlan, redis = this.#redis): Child {
    const client = { redis, namespace: this.namespace, shards: this.shards };
    return this.#spawn('changer-child', { client, ...change }, undefined);
  }

  /** Enqueues from the test itself. */
  async enqueue(input: Act, options?: RunOptions): Promise<string> {
    const { id } = await this.client.enqueue(act, input, options);
    this.own.push(id);
    return id;
  }

  async schedule(input: Act, when: Due): Promise<string> {
    const { id } = await this.client.schedule(act, input, when);
    this.own.push(id);
    return id;
  }

  async enqueueMany(inputs: readonly Act[], options?: RunOptions): Promise<string[]> {
    const ids = (await this.client.enqueueMany(act, inputs, options)).map(({ id }) => id);
    this.own.push(...ids);
    return ids;
  }

  /** What all children have told so far. */
  sightings(): Sightings {
    return new Sightings(this.children.flatMap((child) => child.events()));
  }

  /** Resolves when nothing waits, also for other jobs, is due later, or runs. */
  async drained(timeoutMs = 100_000): Promise<void> {
    let last = '';
    let empty = 0;
    const look = async (): Promise<boolean> => {
      const { enqueued, scheduled, awaiting, processing } = await this.monitor.counts();
      last = JSON.stringify({ enqueued, scheduled, awaiting, processing });
      empty = enqueued + scheduled + awaiting + processing === 0 ? empty + 1 : 0;
      // The numbers of one look are not of one moment: a job that moves meanwhile may be in none of them.
      return empty >= 3;
    };
    await eventually(look, { timeoutMs, intervalMs: 40 }).catch((error: unknown) => {
      throw new Error(`not drained after ${timeoutMs} ms: ${last}`, { cause: error });
    });
  }

  async snapshot(): Promise<ShardSnapshot[]> {
    await this.#connection.ready(10_000);
    const { redis } = this.#connection;
    return Promise.all(
      Array.from({ length: this.shards }, (_, shard) => readShard(redis, this.namespace, shard)),
    );
  }

  /** Audits what was done. Call it when all is healed and drained, before workers stop. */
  async audit(limits: AuditLimits = {}): Promise<AuditReport> {
    const alsoKnown = [...this.own, ...(limits.alsoKnown ?? [])];
    const report = audit(this.sightings(), await this.snapshot(), { ...limits, alsoKnown });
    const strange = this.children.filter(
      ({ exit, killedAtNs }) => exit !== undefined && exit.code !== 0 && killedAtNs === undefined,
    );
    return { ...report, problems: [...report.problems, ...strange.map(describeEnd)].slice(0, 20) };
  }

  /** Ends everything that still runs. */
  async close(): Promise<void> {
    await this.client.close();
    await this.monitor.close();
    this.#connection.close();
    for (const child of this.children) {
      child.signal('SIGCONT');
      child.signal('SIGKILL');
    }
    await Promise.all(this.children.map((child) => child.exited));
    if (process.env['LINSTOCK_KEEP'] === undefined) rmSync(this.#folder, { recursive: true, force: true });
    else process.stdout.write(`kept: ${this.#folder}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #spawn(program: ChildPlan['program'], config: object, clockShiftMs: number | undefined): Child {
    const name = `${program}-${this.children.length}`;
    const child = new Child({ program, name, file: path.join(this.#folder, name), config, clockShiftMs });
    this.children.push(child);
    return child;
  }
}

function describeEnd({ name, exit, stderr }: Child): string {
  return `${name} ended with ${JSON.stringify(exit)} ${stderr.slice(0, 500)}`;
}
