import type { QuotaChange, QuotaState, Shard } from '@linstock/core/internal';
import { Mender } from './mender.ts';
import type { DividedQueue } from './quotas.ts';
import { divide, handouts, isScattered, takings } from './quotas.ts';
import { Ticker } from './ticker.ts';

const ROUND_MS = 1000;
/** For how long a worker stays the steward after its last round. */
const TERM_MS = 5000;
/** Between looks whether there is something to do. */
const LOOK_MS = 5000;
/** Calls of one round to one shard, at most: three for each {@link MOST_QUEUES} of 46,656 queues. */
const CALLS_PER_ROUND = 4096;
/** Queues of one call. */
const MOST_QUEUES = 100;

/** What makes a worker of several shards a steward when it is its turn; with one shard there is nothing to divide. */
export function stewardTickers(
  shards: readonly Shard[],
  worker: () => string,
  failed: (error: unknown) => void,
): Ticker[] {
  if (shards.length === 1) return [];
  const steward = new Steward(shards, worker);
  return [new Ticker(ROUND_MS, () => steward.round(), failed)];
}

type Limited = Omit<DividedQueue, 'states'>;

/**
 * With several shards: divides the limits of queues between them by what waits where, and completes changes of settings and
 * pauses whose callers died half-way. One worker of all is the steward at a time; a late call of an earlier one does nothing.
 */
export class Steward {
  readonly #shards: readonly Shard[];
  readonly #worker: () => string;
  readonly #mender: Mender;
  /** The highest number that a shard knows. */
  #above = 0;
  #turn = 0;
  #restsUntil = 0;

  /** `worker`: a name that no other worker has. */
  constructor(shards: readonly Shard[], worker: () => string) {
    this.#shards = shards;
    this.#worker = worker;
    this.#mender = new Mender(shards);
  }

  /** One round, if this worker is the steward. @throws what a shard threw: the next round begins anew */
  async round(): Promise<void> {
    if (performance.now() < this.#restsUntil) return;
    const term = { forMs: TERM_MS, above: this.#above };
    const number = await this.#shards[0]?.queues.appoint(this.#worker(), term);
    const limited = number === undefined ? [] : await this.#mender.round();
    if (number === undefined || limited.length === 0) {
      this.#restsUntil = performance.now() + LOOK_MS;
      return;
    }
    this.#turn = number * CALLS_PER_ROUND;
    for (let from = 0; from < limited.length; from += MOST_QUEUES)
      await this.#divide(limited.slice(from, from + MOST_QUEUES));
  }

  async #divide(limited: readonly Limited[]): Promise<void> {
    const seen = await this.#allot(limited.map(({ queue }) => this.#shards.map(() => ({ queue }))));
    const scattered = limited
      .map((queue, i): DividedQueue => ({ ...queue, states: seen?.[i] ?? [] }))
      .filter(isScattered);
    if (scattered.length === 0) return;
    const divisions = scattered.map((queue) => ({ queue, division: divide(queue, Math.random) }));
    const left = await this.#allot(divisions.map(({ queue, division }) => takings(queue, division)));
    if (left === undefined) return;
    await this.#allot(
      divisions.map(({ queue, division }, i) => handouts({ ...queue, states: left[i] ?? [] }, division)),
    );
  }

  /**
   * `changes`: of each queue, by the shard. Returns the states likewise; undefined: another steward was here since. A shard with
   * no change is asked too, because it must not obey an earlier steward any more.
   */
  async #allot(changes: readonly (readonly QuotaChange[])[]): Promise<QuotaState[][] | undefined> {
    this.#turn++;
    const answers = await Promise.all(
      this.#shards.map(({ queues }, shard) =>
        queues.allot(
          this.#turn,
          changes.flatMap((ofQueue) => ofQueue[shard] ?? []),
        ),
      ),
    );
    const stale = answers.filter((answer) => typeof answer === 'number');
    for (const turn of stale) this.#above = Math.max(this.#above, Math.ceil(turn / CALLS_PER_ROUND));
    if (stale.length > 0) return undefined;
    return changes.map((_, queue) =>
      answers.flatMap((answer) => (typeof answer === 'number' ? [] : (answer[queue] ?? []))),
    );
  }
}
