import { homeOf } from './queue-settings.ts';
import type { Shard } from './shard-set.ts';

/** How long what is known of settings counts. */
const FRESH_MS = 5000;
/** From then on they are read again beside the calls, so that a client that is busy never waits for them. */
const SOON_MS = 2500;

/**
 * Queues whose limit or rate must be decided in one place: their jobs go to the shard of the queue's name. Known from the
 * settings in the first shard, so changes are followed within 5 s. With one shard there is nothing to know.
 */
export class QueuePins {
  #pinned: ReadonlySet<string> = new Set();
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  /** Knows the settings from then on. */
  async learn(shards: readonly Shard[]): Promise<void> {
    const [first] = shards;
    if (first === undefined || shards.length === 1) return;
    const at = performance.now();
    const settings = await first.queues.settings();
    this.#pinned = new Set(
      [...settings].filter(([, { limit, rate }]) => limit ?? rate).map(([queue]) => queue),
    );
    this.#readAt = at;
  }

  /** What must be waited for before {@link shardOf} is asked: settings that are too old are read again. Mostly nothing. */
  refresh(shards: readonly Shard[]): Promise<void> | undefined {
    if (shards.length === 1) return undefined;
    const ageMs = performance.now() - this.#readAt;
    if (ageMs > SOON_MS) this.#reading ??= this.#readAgain(shards);
    return ageMs > FRESH_MS ? this.#reading : undefined;
  }

  /** The shard to which a queue is pinned; undefined: to none. */
  shardOf(queue: string, shards: readonly Shard[]): number | undefined {
    return shards.length > 1 && this.#pinned.has(queue) ? homeOf(queue, shards.length) : undefined;
  }

  async #readAgain(shards: readonly Shard[]): Promise<void> {
    try {
      await this.learn(shards);
    } catch {
      // While Redis cannot be reached, what was known stays, and calls do not wait for more than their own answers.
      this.#readAt = performance.now() - SOON_MS;
    } finally {
      this.#reading = undefined;
    }
  }
}
