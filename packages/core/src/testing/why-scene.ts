import { Client } from '../client.ts';
import type { JobContract, RunOptions } from '../contract.ts';
import { defineJob } from '../contract.ts';
import { shardOf } from '../job/job-id.ts';
import type { TailCode } from '../job/job.ts';
import { encodeTailLine } from '../job/job.ts';
import { Monitor } from '../monitor.ts';
import { Connection } from '../redis/connect.ts';
import type { Shard } from '../shard-set.ts';
import { ShardSet } from '../shard-set.ts';
import type { ClaimCall } from '../store/job-store.ts';
import { DEFAULT_RETENTION } from '../store/job-store.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';
import type { WhyReason } from '../why-reason.ts';
import { ADA, no } from './cast.ts';

export const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

const LEASE_MS = 60_000;

interface Place {
  readonly redis: string;
  readonly namespace: string;
  readonly shards: number;
}

/** As a worker of the queue `mail` describes itself. */
export function about(info: object = {}): object {
  return { host: 'h1', pid: 42, queues: ['mail'], jobs: ['greet'], concurrency: 5, ...info };
}

/** An installation whose workers are moved by hand, to bring a job into each state for which there is a reason. */
export class WhyScene {
  readonly client: Client;
  readonly monitor: Monitor;
  readonly connection: Connection;
  #shards: readonly Shard[] = [];
  #claims = 0;

  private constructor(place: Place) {
    this.client = new Client(place);
    this.monitor = new Monitor(place);
    this.connection = new Connection(place.redis, 'commands');
  }

  static async open(place: Place): Promise<WhyScene> {
    const scene = new WhyScene(place);
    scene.#shards = await new ShardSet(scene.connection, place.namespace, place.shards).open(5000);
    return scene;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.monitor.close();
    this.connection.close();
  }

  /** The shard that knows the workers. */
  get home(): Shard {
    return this.#shard(0);
  }

  shardOf(id: string): Shard {
    return this.#shard(shardOf(id));
  }

  #shard(number: number): Shard {
    const shard = this.#shards[number];
    if (shard === undefined) throw new Error(`there is no shard ${number}`);
    return shard;
  }

  /** The name of a key in the shard of a job. */
  key(id: string, name: string): string {
    return this.shardOf(id).prefix + name;
  }

  /** A worker that lives in every shard, and runs nothing. `info`: what it says of itself. */
  async register(worker: string, info?: object): Promise<void> {
    for (const { prefix, number } of this.#shards) {
      const text = number === 0 && info !== undefined ? JSON.stringify(info) : '';
      await new WorkerRegistry(this.connection, prefix).register(worker, LEASE_MS, text);
    }
  }

  async tellLoad(worker: string, running: number): Promise<void> {
    const load = JSON.stringify({ running, stallMs: 0, memoryBytes: 1 });
    const beat = { leaseMs: LEASE_MS, sweepMs: 3000, load };
    await new WorkerRegistry(this.connection, this.home.prefix).renew(worker, beat);
  }

  /** The lease of a worker ends; nobody has noticed yet. */
  async expire(worker: string): Promise<void> {
    for (const { prefix } of this.#shards) await this.connection.redis.zadd(`${prefix}leases`, 1, worker);
  }

  /** A worker dies, and what it held is taken back. */
  async die(worker: string): Promise<void> {
    await this.expire(worker);
    for (const { prefix, jobs } of this.#shards) {
      await this.connection.redis.hset(`${prefix}sweep`, 'graceUntil', 0);
      await jobs.rescue(worker, DEFAULT_RETENTION);
    }
  }

  async enqueue(options?: RunOptions<number>, contract: JobContract<number> = greet): Promise<string> {
    return (await this.client.enqueue(contract, 1, options)).id;
  }

  /** Takes what waits in `mail`, in every shard. Returns the number of the claim. */
  async claim(worker = ADA, suspects: ClaimCall['suspects'] = 'one'): Promise<string> {
    const claim = no(++this.#claims);
    const call = { worker, claim, most: 10, leaseMs: LEASE_MS, wasIdle: false, suspects, queues: ['mail'] };
    for (const { jobs } of this.#shards) await jobs.claim(call);
    return claim;
  }

  /** The outcome of a job that {@link ADA} has. One that lives on is due a minute later. */
  async end(id: string, claim: string, [code, detail]: readonly [TailCode, unknown]): Promise<void> {
    const json = JSON.stringify(detail);
    const line = encodeTailLine({ code, worker: ADA, claim, attempt: 1, startedAt: 1, endedAt: 2, json });
    const { jobs } = this.shardOf(id);
    const outcomes = [{ claim, id, line, delayMs: 60_000 }];
    if (code === 'S') await jobs.succeed(ADA, 100, [{ claim, ties: 'more', ids: [id], lines: [line] }]);
    else if (code === 'R') await jobs.retry(ADA, outcomes);
    else if (code === 'D') await jobs.defer(ADA, outcomes);
    else if (code === 'C') await jobs.drop(ADA, 100, outcomes);
    else await jobs.fail(ADA, 100, outcomes);
  }

  /** Why a job does not run. A client and a monitor must say the same. */
  async why(id: string): Promise<readonly WhyReason[]> {
    const [reasons, others] = await Promise.all([this.client.why(id), this.monitor.why(id)]);
    const codes = [reasons, others].map((list) => list.map(({ code }) => code).join(' '));
    if (codes[0] !== codes[1])
      throw new Error(`the client says ${codes[0]}, the monitor ${codes[1] ?? 'nothing'}`);
    return reasons;
  }

  /** The reason of a job that has one. */
  async only(id: string): Promise<WhyReason> {
    const [reason, ...others] = await this.why(id);
    if (reason !== undefined && others.length === 0) return reason;
    throw new Error(`more than one reason: ${[reason, ...others].map((other) => other?.code).join(' ')}`);
  }

  async codes(id: string): Promise<string[]> {
    return (await this.why(id)).map(({ code }) => code);
  }
}
