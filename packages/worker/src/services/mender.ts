import type { Actor, Shard, StoredQueueSettings } from '@linstock/core/internal';
import { homeOf, placedSettings } from '@linstock/core/internal';

const STEWARD = { who: 'linstock', why: 'completes a change that did not reach all shards' } as const;

/** A queue with a limit or a rate that are divided. */
export interface LimitedQueue {
  readonly queue: string;
  readonly home: number;
  readonly settings: StoredQueueSettings;
}

/** Something that differs between shards, and how to end that. */
interface Difference {
  readonly name: string;
  readonly mend: () => Promise<unknown>;
}

/**
 * Settings and pauses stand in every shard, and are changed first where they count: settings in the home of the queue, pauses in
 * the first shard. What differs in two rounds one after the other, longer than a change takes, is made as it is there.
 */
export class Mender {
  readonly #shards: readonly Shard[];
  #seen: ReadonlySet<string> = new Set();

  constructor(shards: readonly Shard[]) {
    this.#shards = shards;
  }

  /** Mends what differed the last time too. Returns the queues whose limits are divided. */
  async round(): Promise<LimitedQueue[]> {
    const settings = await Promise.all(this.#shards.map(({ queues }) => queues.settings()));
    const pauses = await Promise.all(this.#shards.map(({ queues }) => queues.pauses()));
    const differences = [...this.#settings(settings), ...this.#pauses(pauses)];
    for (const { name, mend } of differences) if (this.#seen.has(name)) await mend();
    this.#seen = new Set(differences.map(({ name }) => name));
    return this.#limited(settings);
  }

  #limited(settings: readonly ReadonlyMap<string, StoredQueueSettings>[]): LimitedQueue[] {
    return settings.flatMap((ofShard, shard) =>
      [...ofShard].flatMap(([queue, stored]) =>
        stored.shards === this.#shards.length && homeOf(queue, this.#shards.length) === shard
          ? [{ queue, home: shard, settings: stored }]
          : [],
      ),
    );
  }

  #settings(settings: readonly ReadonlyMap<string, StoredQueueSettings>[]): Difference[] {
    const shards = this.#shards.length;
    const queues = new Set(settings.flatMap((ofShard) => [...ofShard.keys()]));
    return [...queues].flatMap((queue) => {
      const { shards: _shards, home: _home, ...meant } = settings[homeOf(queue, shards)]?.get(queue) ?? {};
      const stored = Object.keys(meant).length === 0 ? undefined : meant;
      return this.#shards.flatMap(({ number, queues: store }): Difference[] => {
        const wanted = placedSettings(stored, { queue, shard: number, shards });
        const text = JSON.stringify(wanted);
        if (JSON.stringify(settings[number]?.get(queue)) === text) return [];
        return [{ name: `${number} ${queue} ${text}`, mend: () => store.configure(queue, wanted, STEWARD) }];
      });
    });
  }

  #pauses(pauses: readonly ReadonlyMap<string, Actor>[]): Difference[] {
    const [meant = new Map<string, Actor>()] = pauses;
    return this.#shards.flatMap(({ number, queues }) => {
      const here = pauses[number] ?? new Map<string, Actor>();
      const missing = [...meant].filter(([target]) => !here.has(target));
      const extra = [...here.keys()].filter((target) => !meant.has(target));
      return [
        ...missing.map(([target, actor]) => ({
          name: `${number} pause ${target}`,
          mend: () => queues.pause(target, actor),
        })),
        ...extra.map((target) => ({
          name: `${number} resume ${target}`,
          mend: () => queues.resume(target, STEWARD),
        })),
      ];
    });
  }
}
