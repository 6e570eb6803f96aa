import type { RedisTarget } from '@linstock/core';
import type { ConnectionLimits } from '@linstock/core/internal';
import { Connection } from '@linstock/core/internal';

/** What scripts tell a worker. */
export type WakeMessage =
  | { readonly type: 'ready' | 'beat' | 'order' }
  | { readonly type: 'due' | 'look'; readonly at: number }
  | { readonly type: 'cancel'; readonly claim: number; readonly id: string };

/** Hears what scripts publish to a worker, one channel per shard. */
export class WakeListener {
  readonly #connection: Connection;
  readonly #channels = new Map<string, (message: WakeMessage) => void>();

  constructor(target: RedisTarget, limits: ConnectionLimits) {
    this.#connection = new Connection(target, 'subscriber', limits);
    // Also the channels whose first subscription got no answer: ioredis repeats only those that had one.
    this.#connection.redis.on('ready', () => this.#subscribeAll());
    this.#connection.redis.on('message', (channel: string, text: string) => {
      const message = parse(text);
      if (message !== undefined) this.#channels.get(channel)?.(message);
    });
  }

  /** Resolves when messages of the channel arrive. */
  async listen(channel: string, hear: (message: WakeMessage) => void): Promise<void> {
    this.#channels.set(channel, hear);
    await this.#connection.redis.subscribe(channel);
  }

  /** Nothing of the channel is heard any more. */
  forget(channel: string): void {
    this.#channels.delete(channel);
    // Should it stay subscribed, then for nothing: nobody publishes to an identity that is over.
    this.#connection.redis.unsubscribe(channel).catch(() => undefined);
  }

  /** For a connection that has gone silent: it comes back with its channels. */
  cut(): void {
    this.#connection.cut();
  }

  close(): void {
    this.#connection.close();
  }

  #subscribeAll(): void {
    // When it fails, no echo of a beat is heard, and the connection is cut and comes back.
    for (const channel of this.#channels.keys())
      this.#connection.redis.subscribe(channel).catch(() => undefined);
  }
}

function parse(text: string): WakeMessage | undefined {
  const [word = '', first = '', second = ''] = text.split(' ');
  switch (word) {
    case 'ready':
    case 'beat':
    case 'order':
      return { type: word };
    case 'due':
    case 'look':
      return { type: word, at: Number(first) };
    case 'cancel':
      return { type: 'cancel', claim: Number(first), id: second };
    default:
      // From a newer version: what it means is not known here, and nothing depends on it.
      return undefined;
  }
}
