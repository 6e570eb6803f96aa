import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { OptionError } from './errors.ts';
import type { QueueSettings } from './queue-settings.ts';
import { firstThenRest, toggleEverywhere } from './pauses.ts';
import { homeOf, placedSettings, storedSettings } from './queue-settings.ts';
import { queueName } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { QueueCounts } from './store/queue-reader.ts';
import { addCounts, readQueueCounts } from './store/queue-reader.ts';

/** A queue, over all shards. */
export class QueueHandle {
  readonly name: string;
  readonly #shards: () => Promise<readonly Shard[]>;

  constructor(name: string, shards: () => Promise<readonly Shard[]>) {
    const problem = queueName(name);
    if (problem !== undefined) throw new OptionError('queue', problem, name);
    this.name = name;
    this.#shards = shards;
  }

  /** Nothing of this queue is claimed any more; what runs goes on. Returns false when it was paused already. */
  async pause(options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, 'pause');
    return toggleEverywhere('pause', await this.#shards(), this.name, actor);
  }

  /** Lets the queue be claimed again. Returns false when it was not paused. */
  async resume(options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, 'resume');
    return toggleEverywhere('resume', await this.#shards(), this.name, actor);
  }

  /**
   * Limits the queue over all workers; what is left out has no limit. With several shards, each shard gets its part of `size`;
   * `limit` and `rate` hold over all shards, and workers divide them anew every second.
   *
   * @example
   * await client.queue('mail').configure({ limit: 20, rate: { limit: 100, per: '1s' }, size: 100_000 });
   *
   * @throws {OptionError}
   */
  async configure(settings: QueueSettings, options?: ChangeOptions): Promise<void> {
    const actor = actorOf(options, 'configure');
    const shards = await this.#shards();
    const stored = storedSettings(settings, shards.length);
    await firstThenRest(shards, homeOf(this.name, shards.length), ({ number, queues }) =>
      queues.configure(
        this.name,
        placedSettings(stored, { queue: this.name, shard: number, shards: shards.length }),
        actor,
      ),
    );
  }

  /** How many jobs wait, by priority. */
  async counts(): Promise<QueueCounts> {
    const counts = await Promise.all(
      (await this.#shards()).map((shard) => readQueueCounts(shard, this.name)),
    );
    return addCounts(counts);
  }

  /** Deletes what waits in the queue; what is scheduled or runs stays. Returns how many jobs were deleted. */
  async purge(options?: ChangeOptions): Promise<number> {
    const actor = actorOf(options, 'purge');
    let removed = 0;
    for (const shard of await this.#shards()) {
      // No more rounds than the queue had entries at the start, so that fast producers cannot keep it going for ever.
      const { entries, enqueued: waiting } = await readQueueCounts(shard, this.name);
      for (let round = 0; round <= entries / 500; round++) {
        const step = await shard.jobs.purge(this.name, { ...actor, waiting }, round === 0);
        removed += step.removed;
        if (!step.more) break;
      }
    }
    return removed;
  }
}
