/** A queue with its weight. */
export interface WeightedQueue {
  readonly name: string;
  /** How often it comes before the others: 3 comes first three times as often as 1. 1 to 1,000. */
  readonly weight: number;
}

/** The order in which a claim looks at queues: as given, or drawn anew for each claim when they have weights. */
export class QueueOrder {
  readonly #names: readonly string[];
  readonly #weights: readonly number[] | undefined;
  readonly #random: () => number;

  /** `random` gives numbers from 0 to below 1. */
  constructor(queues: readonly (string | WeightedQueue)[], random: () => number = Math.random) {
    this.#names = queues.map((queue) => (typeof queue === 'string' ? queue : queue.name));
    const isWeighted = queues.some((queue) => typeof queue !== 'string');
    this.#weights = isWeighted
      ? queues.map((queue) => (typeof queue === 'string' ? 1 : queue.weight))
      : undefined;
    this.#random = random;
  }

  /** All names, in the order given. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Weighted random sampling without replacement (Efraimidis, Spirakis 2006): each queue draws random^(1 / weight). */
  next(): readonly string[] {
    const weights = this.#weights;
    if (weights === undefined) return this.#names;
    const drawn = this.#names.map((name, i) => ({ name, key: this.#random() ** (1 / (weights[i] ?? 1)) }));
    return drawn.toSorted((a, b) => b.key - a.key).map(({ name }) => name);
  }
}
