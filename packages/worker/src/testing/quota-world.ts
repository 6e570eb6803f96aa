import type { QuotaChange, QuotaState, Shard, StoredQueueSettings } from '@linstock/core/internal';
import { homeOf } from '@linstock/core/internal';

/** What a shard knows of the queue. */
interface ShardModel {
  readonly number: number;
  turn: number;
  places: number | undefined;
  held: number;
  waiting: number;
  tokens: number;
  spare: number;
}

/** Waits as long as a test wants: before a call arrives, and before its answer does. */
export type Delay = () => Promise<unknown>;

/**
 * Some shards with one queue that has a limit and a rate, as the scripts `claim`, `appoint` and `allot` treat it; without Redis,
 * so that calls can be late in every way. The rate's bucket is full at the beginning and fills by hand.
 */
export class QuotaWorld {
  static readonly queue = 'mail';
  readonly home: number;
  /** Starts that the rate still allows. */
  bucket = 0;
  /** Jobs started so far, and starts that the rate has allowed. */
  started = 0;
  allowed = 0;
  readonly #settings: StoredQueueSettings;
  readonly #shards: readonly ShardModel[];
  #number = 0;

  constructor(count: number, settings: Pick<StoredQueueSettings, 'limit' | 'rate'>) {
    this.home = homeOf(QuotaWorld.queue, count);
    this.#settings = { ...settings, shards: count };
    this.#shards = Array.from({ length: count }, (_, number) => ({
      number,
      turn: 0,
      places: undefined,
      held: 0,
      waiting: 0,
      tokens: 0,
      spare: 0,
    }));
  }

  get running(): number {
    return this.#shards.reduce((total, { held }) => total + held, 0);
  }

  get waiting(): number {
    return this.#shards.reduce((total, { waiting }) => total + waiting, 0);
  }

  enqueue(shard: number, count: number): void {
    this.#at(shard).waiting += count;
  }

  /** What the rate gives as time passes. */
  fill(count: number): void {
    const { rate } = this.#settings;
    const burst = rate?.[2] === 'w' ? rate[0] : (rate?.[2] ?? 0);
    const more = Math.min(count, burst - this.bucket);
    this.bucket += more;
    this.allowed += more;
  }

  /** Starts as many as a shard may. */
  claim(shard: number): void {
    const own = this.#at(shard);
    const count = Math.min(own.waiting, this.#room(own));
    if (count <= 0) return;
    own.waiting -= count;
    own.held += count;
    this.started += count;
    if (this.#settings.rate === undefined) return;
    if (shard === this.home) this.bucket -= count;
    else own.tokens -= count;
  }

  end(shard: number): void {
    const own = this.#at(shard);
    own.held = Math.max(0, own.held - 1);
  }

  /** What a steward sees of the shards. Every steward that asks is appointed: no term is long enough for every delay. */
  shards(delay: Delay): readonly Shard[] {
    return this.#shards.map(({ number }) => {
      const queues = {
        appoint: async (_worker: string, { above }: { above: number }) => {
          await delay();
          this.#number = Math.max(this.#number, above) + 1;
          return this.#number;
        },
        allot: async (turn: number, changes: readonly QuotaChange[]) => {
          await delay();
          const answer = this.#allot(number, turn, changes);
          await delay();
          return answer;
        },
        settings: () =>
          Promise.resolve(
            new Map([[QuotaWorld.queue, { ...this.#settings, ...(number === this.home && { home: true }) }]]),
          ),
        pauses: () => Promise.resolve(new Map()),
      };
      return { number, queues } as unknown as Shard;
    });
  }

  #room(own: ShardModel): number {
    const { limit, rate } = this.#settings;
    const isHome = own.number === this.home;
    const places = limit === undefined ? Infinity : Math.min(limit, own.places ?? (isHome ? limit : 0));
    const starts = isHome ? this.bucket - own.spare : own.tokens;
    return Math.min(places - own.held, rate === undefined ? Infinity : starts);
  }

  #allot(shard: number, turn: number, changes: readonly QuotaChange[]): QuotaState[] | number {
    const own = this.#at(shard);
    if (turn <= own.turn) return own.turn;
    own.turn = turn;
    return changes.map(({ places, tokens = 0, spare }) => {
      if (places !== undefined) own.places = places;
      if (spare !== undefined) own.spare = spare;
      const taken = shard === this.home && tokens < 0 ? Math.max(0, Math.min(-tokens, this.bucket)) : 0;
      this.bucket -= taken;
      if (shard !== this.home) own.tokens = Math.max(0, own.tokens + tokens);
      const { held, waiting } = own;
      return { places: own.places, held, waiting, tokens: own.tokens, taken, spare: own.spare };
    });
  }

  #at(shard: number): ShardModel {
    const own = this.#shards[shard];
    if (own === undefined) throw new Error(`there is no shard ${shard}`);
    return own;
  }
}
