import type { ClientOptions, JobView } from '@linstock/core';
import { Client, Monitor } from '@linstock/core';
import { Connection, DEFAULT_RETENTION, JobStore, shardPrefix } from '@linstock/core/internal';
import type { WorkerOptions } from '../options.ts';
import { Worker } from '../worker.ts';
import { MemoryLog } from './memory-log.ts';

/** Where a scene plays. */
export interface SceneTarget {
  readonly url: string;
  readonly namespace: string;
  readonly shards: number;
}

/** An installation of one test: a client, a monitor, workers, and a look at the keys. `close` ends them all. */
export class Scene {
  readonly target: SceneTarget;
  readonly client: Client;
  readonly monitor: Monitor;
  /** What all workers of the scene have logged. */
  readonly log = new MemoryLog();
  readonly #connection: Connection;
  readonly #workers: Worker[] = [];
  readonly #closers: (() => void)[] = [];

  constructor(target: SceneTarget, options: Partial<ClientOptions> = {}) {
    this.target = target;
    const { url, namespace, shards } = target;
    this.client = new Client({ redis: url, namespace, shards, ...options });
    this.monitor = new Monitor({ redis: url, namespace });
    this.#connection = new Connection(url, 'commands');
  }

  /** A worker that is not started. */
  worker<Scope = unknown>(options: Partial<WorkerOptions<Scope>> = {}): Worker<Scope> {
    const { url, namespace, shards } = this.target;
    const worker = new Worker<Scope>({
      redis: url,
      namespace,
      shards,
      log: this.log,
      shutdownTimeout: '10s',
      ...options,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Another client, as of another service; whoever asks for it closes it. */
  newClient(): Client {
    const { url, namespace, shards } = this.target;
    return new Client({ redis: url, namespace, shards });
  }

  /** One command on the scene's Redis. */
  async call(command: string, ...args: string[]): Promise<unknown> {
    await this.#connection.ready(5000);
    return this.#connection.redis.call(command, args);
  }

  /** What workers do every few seconds: remove what retention keeps no longer. */
  async trim(shard = 0): Promise<number> {
    await this.#connection.ready(5000);
    return (await new JobStore(this.#connection, this.prefix(shard)).trim(DEFAULT_RETENTION)).removed;
  }

  /** The prefix of a shard's keys. */
  prefix(shard = 0): string {
    return shardPrefix(this.target.namespace, shard);
  }

  /** The names of all keys, without their shards' prefixes. */
  async keys(): Promise<string[]> {
    const keys = (await this.call('KEYS', `{${this.target.namespace}:*`)) as string[];
    const names = keys.map((key) => key.slice(key.indexOf('}:') + 2));
    names.sort();
    return names;
  }

  /** Identities of the workers that have a lease in a shard. */
  async leases(shard = 0): Promise<string[]> {
    return (await this.call('ZRANGE', `${this.prefix(shard)}leases`, '0', '-1')) as string[];
  }

  /** A job that must be there and whole. */
  async job(id: string): Promise<JobView> {
    const job = await this.client.get(id);
    if (job === undefined || 'damaged' in job) throw new Error(`job ${id} is missing or damaged`);
    return job;
  }

  /** What happened to a job, in words. */
  async history(id: string): Promise<string[]> {
    return (await this.job(id)).history.map(({ what }) => what);
  }

  /** Something that ends with the scene. */
  onClose(close: () => void): void {
    this.#closers.push(close);
  }

  /** Stops every worker at once, then closes the rest. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop({ now: true })));
    await this.client.close();
    await this.monitor.close();
    this.#connection.close();
    for (const close of this.#closers) close();
  }
}
