import { RedisError } from './errors.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import type { Connection } from './redis/connect.ts';
import type { Installation } from './redis/shards.ts';
import { checkServer, openInstallation } from './redis/shards.ts';
import { BatchStore } from './store/batch-store.ts';
import { JobReader } from './store/job-reader.ts';
import { JobStore } from './store/job-store.ts';
import { OperationStore } from './store/operation-store.ts';
import { QueueStore } from './store/queue-store.ts';
import { RecurringStore } from './store/recurring-store.ts';

/** One shard, with all that reads and writes it. */
export interface Shard {
  readonly number: number;
  readonly prefix: string;
  readonly connection: Connection;
  readonly jobs: JobStore;
  readonly queues: QueueStore;
  readonly recurring: RecurringStore;
  readonly operations: OperationStore;
  readonly batches: BatchStore;
  readonly reader: JobReader;
}

/** The shard where a job lives, or a batch; undefined: the text is no id, or of another installation. */
export function shardWith(shards: readonly Shard[], id: string): Shard | undefined {
  return isJobId(id) ? shards[shardOf(id)] : undefined;
}

/** The shards of an installation; known once Redis was reached. */
export class ShardSet {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #wanted: number | undefined;
  #opening: Promise<readonly [Shard, ...Shard[]]> | undefined;

  constructor(connection: Connection, namespace: string, shards: number | undefined) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#wanted = shards;
  }

  /** Waits for Redis, checks that it is fit, and reads how many shards there are. Asks once; asks again after a failure. */
  open(timeoutMs: number): Promise<readonly [Shard, ...Shard[]]> {
    this.#opening ??= this.#open(timeoutMs).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(timeoutMs: number): Promise<readonly [Shard, ...Shard[]]> {
    await this.#connection.ready(timeoutMs);
    await checkServer(this.#connection);
    const installation = await openInstallation(this.#connection, this.#namespace, this.#wanted);
    const rest = installation.prefixes.slice(1).map((_, i) => this.#shard(installation, i + 1));
    return [this.#shard(installation, 0), ...rest];
  }

  #shard({ prefixes }: Installation, number: number): Shard {
    const prefix = prefixes[number];
    if (prefix === undefined) throw new RedisError('REDIS_FAULT', `there is no shard ${number}`);
    return {
      number,
      prefix,
      connection: this.#connection,
      jobs: new JobStore(this.#connection, prefix),
      queues: new QueueStore(this.#connection, prefix),
      batches: new BatchStore(this.#connection, prefix),
      recurring: new RecurringStore(this.#connection, prefix),
      operations: new OperationStore(this.#connection, prefix),
      reader: new JobReader(this.#connection, prefix),
    };
  }
}
