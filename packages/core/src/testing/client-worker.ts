import { shardOf } from '../job/job-id.ts';
import { encodeTailLine } from '../job/job.ts';
import { Connection } from '../redis/connect.ts';
import type { Shard } from '../shard-set.ts';
import { ShardSet } from '../shard-set.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';
import { ADA, no } from './cast.ts';

/** The calls of a worker in order, for tests of the client: it runs nothing, and ends jobs as it is told. */
export class ClientWorker {
  readonly #connection: Connection;
  readonly #shards: readonly Shard[];
  readonly #claims = new Map<string, string>();
  #claim = 0;

  private constructor(connection: Connection, shards: readonly Shard[]) {
    this.#connection = connection;
    this.#shards = shards;
  }

  static async start(options: { url: string; namespace: string; shards: number }): Promise<ClientWorker> {
    const connection = new Connection(options.url, 'commands');
    const shards = await new ShardSet(connection, options.namespace, options.shards).open(5000);
    for (const { prefix } of shards) await new WorkerRegistry(connection, prefix).register(ADA, 60_000, '');
    return new ClientWorker(connection, shards);
  }

  /** Claims all that waits in a queue, on each shard; returns the ids. */
  async claim(queue: string): Promise<string[]> {
    const claim = no(++this.#claim);
    const ids: string[] = [];
    for (const { jobs } of this.#shards) {
      const call = {
        worker: ADA,
        claim,
        most: 200,
        leaseMs: 60_000,
        wasIdle: false,
        suspects: 'one',
        queues: [queue],
      } as const;
      const reply = await jobs.claim(call);
      if (reply.status !== 'OK') throw new Error(reply.status);
      ids.push(...reply.jobs.filter((_, i) => i % 2 === 0));
    }
    for (const id of ids) this.#claims.set(id, claim);
    return ids;
  }

  succeed(id: string, result: unknown): Promise<unknown> {
    const claim = this.#claims.get(id) ?? '';
    return this.#shard(id).jobs.succeed(ADA, 100, [
      { claim, ties: 'more', ids: [id], lines: [this.#line('S', claim, result)] },
    ]);
  }

  fail(id: string, error: unknown): Promise<unknown> {
    const claim = this.#claims.get(id) ?? '';
    return this.#shard(id).jobs.fail(ADA, 100, [{ claim, id, line: this.#line('F', claim, error) }]);
  }

  /** Ends an attempt; the next one is due after so many ms. */
  retry(id: string, error: unknown, delayMs: number): Promise<unknown> {
    const claim = this.#claims.get(id) ?? '';
    return this.#shard(id).jobs.retry(ADA, [{ claim, id, line: this.#line('R', claim, error), delayMs }]);
  }

  close(): void {
    this.#connection.close();
  }

  #line(code: 'S' | 'F' | 'R', claim: string, value: unknown): string {
    return encodeTailLine({
      code,
      worker: ADA,
      claim,
      attempt: 1,
      startedAt: 1,
      endedAt: 2,
      json: JSON.stringify(value),
    });
  }

  #shard(id: string): Shard {
    const shard = this.#shards[shardOf(id)];
    if (shard === undefined) throw new Error(`there is no shard for ${id}`);
    return shard;
  }
}
