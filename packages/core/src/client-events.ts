import { EventEmitter } from 'node:events';
import type { ClientCallKind } from './client-middleware.ts';
import type { SubscribeOptions, SubscriptionHost } from './event-subscription.ts';
import { EventSubscription } from './event-subscription.ts';
import { checkOptions, wholeNumber } from './options.ts';
import type { Connection } from './redis/connect.ts';
import { asRedisError } from './redis/errors.ts';
import { EventStore } from './store/event-store.ts';

/** A call of a client that stores jobs, for a listener. */
export interface ClientCallEvent {
  readonly kind: ClientCallKind;
  /** The jobs' name; empty: the call had no contract. */
  readonly name: string;
}

/** What a client tells of. Listeners must not throw; what one throws is told as an `error`. */
export interface ClientEventMap {
  /** Redis has the jobs, or others stand for them: the ids are those of the handles, in their order. */
  enqueued: [call: ClientCallEvent, ids: readonly string[]];
  /** The call threw: options, input, middleware, Redis. Nothing is stored, unless it is `ENQUEUE_UNCERTAIN` or a call of many. */
  refused: [call: ClientCallEvent, error: unknown];
  /** Redis can be reached: at first, and again after each `disconnected`. */
  connected: [];
  /** The connection broke; it comes back by itself. */
  disconnected: [];
  /** Trouble with the connection, at each attempt; or what a listener threw. */
  error: [error: Error];
}

/** Options of {@link ClientEvents.enable}. */
export interface EnableEventsOptions {
  /** About how many transitions each shard keeps, 100 to 10,000,000. @default 10,000 */
  readonly maxLength?: number;
}

/** What these need of the client. */
export interface EventsHost extends Omit<SubscriptionHost, 'trouble' | 'closed'> {
  readonly connection: Connection;
}

const DEFAULT_MAX_LENGTH = 10_000;

/**
 * What this client tells of, and, by `subscribe`, the transitions of all jobs of the installation, once somebody has
 * switched them on.
 *
 * @example
 * await client.events.enable();
 * for await (const event of client.events.subscribe({ verbs: ['fail'] })) console.log(event);
 */
export class ClientEvents extends EventEmitter<ClientEventMap> {
  readonly #host: EventsHost;
  readonly #subscriptions = new Set<EventSubscription>();
  #isConnected = false;
  #isClosed = false;

  constructor(host: EventsHost) {
    super();
    this.#host = host;
    // Node ends the process on an "error" that nobody listens to; the calls that fail tell it already.
    this.on('error', () => {});
    this.#watch(host.connection);
  }

  /** Lets every transition be written down, in a stream per shard; again: changes how many are kept. @throws {OptionError} */
  async enable(options: EnableEventsOptions = {}): Promise<void> {
    checkOptions(options, { maxLength: wholeNumber(100, 10_000_000) }, 'enable');
    const most = options.maxLength ?? DEFAULT_MAX_LENGTH;
    await Promise.all((await this.#stores()).map((store) => store.enable(most)));
  }

  /** No transition is written down any more, and those that were are removed. Subscriptions are told a gap. */
  async disable(): Promise<void> {
    await Promise.all((await this.#stores()).map((store) => store.disable()));
  }

  /** Whether transitions are written down. */
  async isEnabled(): Promise<boolean> {
    const states = await Promise.all((await this.#stores()).map((store) => store.isEnabled()));
    return states.every((isOn) => isOn);
  }

  /**
   * Transitions of all jobs, on whatever client or worker they happen. Needs {@link enable}, once per installation.
   * @throws {OptionError}
   */
  subscribe(options?: SubscribeOptions): EventSubscription {
    const { target, limits } = this.#host;
    const subscription = new EventSubscription(
      {
        target,
        limits,
        prefixes: () => this.#host.prefixes(),
        trouble: (error) => this.tell('error', error),
        closed: (ended) => this.#subscriptions.delete(ended),
      },
      options,
    );
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Emits; a listener that throws harms nobody but itself. */
  tell<K extends keyof ClientEventMap>(event: K, ...args: ClientEventMap[K]): void {
    try {
      (this.emit as (event: K, ...args: ClientEventMap[K]) => boolean).call(this, event, ...args);
    } catch (error) {
      if (event !== 'error') this.tell('error', error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#isClosed = true;
    for (const subscription of this.#subscriptions) subscription.close();
    this.#subscriptions.clear();
  }

  #watch({ redis }: Connection): void {
    redis.on('ready', () => this.#turn(true));
    redis.on('close', () => this.#turn(false));
    redis.on('error', (error: Error) => {
      if (!this.#isClosed) this.tell('error', asRedisError(error));
    });
  }

  #turn(isConnected: boolean): void {
    if (this.#isConnected === isConnected || this.#isClosed) return;
    this.#isConnected = isConnected;
    this.tell(isConnected ? 'connected' : 'disconnected');
  }

  async #stores(): Promise<EventStore[]> {
    return (await this.#host.prefixes()).map((prefix) => new EventStore(this.#host.connection, prefix));
  }
}
