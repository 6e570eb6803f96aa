import { homeOf } from './queue-settings.ts';
import type { Shard } from './shard-set.ts';

/** How long what is known of settings counts. */
const FRESH_MS = 5000;

/**
 * Queues whose limit or rate must be decided in one place: their jobs go to the shard of the queue's name. Known from the
 * settings in the first shard, so changes are followed within 5 s. With one shard there is nothing to know.
 */
export class QueuePins {
  #pinned: ReadonlySet<string> = new Set();
  #readAt = -Infinity;
  #isReading = false;

  /** Knows the settings from then on. */
  async learn(shards: readonly Shard[]): Promise<void> {
    const [first] = shards;
    if (first === undefined || shards.length === 1) return;
    const settings = await first.queues.settings();
    this.#pinned = new Set(
      [...settings].filter(([, { limit, rate }]) => limit ?? rate).map(([queue]) => queue),
    );
    this.#readAt = performance.now();
  }

  /** The shard to which a queue is pinned; undefined: to none. Reads the settings again, for the next calls, when they are old. */
  shardOf(queue: string, shards: readonly Shard[]): number | undefined {
    if (shards.length === 1) return undefined;
    if (performance.now() - this.#readAt > FRESH_MS) this.#readSoon(shards);
    return this.#pinned.has(queue) ? homeOf(queue, shards.length) : undefined;
  }

  #readSoon(shards: readonly Shard[]): void {
    // While Redis cannot be reached, what was known stays.
    if (this.#isReading) return;
    this.#isReading = true;
    this.learn(shards)
      .catch(() => undefined)
      .finally(() => (this.#isReading = false));
  }
}
