import { Connection } from './redis/connect.ts';
import type { ConnectionLimits, RedisTarget } from './redis/connect.ts';

/** What a doorbell needs. */
export interface DoorbellHost {
  readonly target: RedisTarget;
  readonly limits: ConnectionLimits;
  /** Tells that messages do not come now. */
  trouble(error: unknown): void;
}

/** Rings when a message comes on some channels. One that is lost costs time: whoever waits looks by itself, too. */
export class Doorbell {
  readonly #host: DoorbellHost;
  readonly #channels: readonly string[];
  readonly #subscriber: Connection;
  #isListening = false;
  #isRung = false;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(host: DoorbellHost, channels: readonly string[]) {
    this.#host = host;
    this.#channels = channels;
    this.#subscriber = new Connection(host.target, 'subscriber', host.limits);
    this.#subscriber.redis.on('message', () => {
      this.#isRung = true;
      this.#wake();
    });
  }

  /** Subscribes, if it has not; forgets that it has rung. */
  arm(): void {
    this.#isRung = false;
    if (this.#isListening || this.#isClosed) return;
    this.#isListening = true;
    this.#subscriber.redis.subscribe(...this.#channels).catch((error: unknown) => {
      this.#isListening = false;
      if (!this.#isClosed) this.#host.trouble(error);
    });
  }

  /** Until it rings, or has rung since it was armed; at most `ms`. */
  async ring(ms: number): Promise<void> {
    if (!this.#isRung) await this.pause(ms, () => this.#isRung);
  }

  /** Until it is closed; at most `ms`. */
  async pause(ms: number, mayEnd = (): boolean => false): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (!this.#isClosed && !mayEnd()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#subscriber.close();
    this.#wake();
  }
}
