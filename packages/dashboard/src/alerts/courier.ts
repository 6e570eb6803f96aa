import type { AlertDelivery, AlertEvent, AlertLookout } from '@linstock/core';
import type { Channel } from './channel.ts';
import { ChannelError } from './channel.ts';
import { mailChannel } from './mail.ts';
import type { Sender } from './message.ts';
import { messageOf } from './message.ts';
import type { AlertingOptions } from './options.ts';
import { webhookChannel } from './webhook.ts';

/** How long after a try that failed the next one begins; so there are three. */
const PAUSES_MS = [1000, 5000] as const;

/** Who is told, by what the options say. */
export function channelsOf({ webhooks = [], mail }: AlertingOptions): Channel[] {
  return [...webhooks.map(webhookChannel), ...(mail === undefined ? [] : [mailChannel(mail)])];
}

/** Tells channels of events, and writes down what came of it. */
export class Courier {
  readonly #channels: readonly Channel[];
  readonly #lookout: Pick<AlertLookout, 'report'>;
  readonly #sender: Sender;
  readonly #pausesMs: readonly number[];
  readonly #stop = new AbortController();
  readonly #telling = new Map<string, Promise<AlertDelivery[]>>();

  constructor(parts: {
    readonly channels: readonly Channel[];
    readonly lookout: Pick<AlertLookout, 'report'>;
    readonly sender: Sender;
    readonly pausesMs?: readonly number[];
  }) {
    this.#channels = parts.channels;
    this.#lookout = parts.lookout;
    this.#sender = parts.sender;
    this.#pausesMs = parts.pausesMs ?? PAUSES_MS;
  }

  get names(): readonly string[] {
    return this.#channels.map(({ name }) => name);
  }

  /** Tells those channels that have not been told. An event that is being told is told once. */
  tell(event: AlertEvent): Promise<AlertDelivery[]> {
    const known = this.#telling.get(event.id);
    if (known !== undefined) return known;
    const telling = this.#tellAll(event).finally(() => this.#telling.delete(event.id));
    this.#telling.set(event.id, telling);
    return telling;
  }

  /** Gives up what is under way: others tell it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#telling.values());
  }

  async #tellAll(event: AlertEvent): Promise<AlertDelivery[]> {
    const told = new Set(event.deliveries.map(({ channel }) => channel));
    const left = this.#channels.filter(({ name }) => !told.has(name));
    let missing = left.length;
    return Promise.all(
      left.map(async (channel) => {
        const delivery = await this.#tellOne(channel, event);
        // One that was given up is not written down, so that others tell it.
        if (!this.#stop.signal.aborted) await this.#lookout.report(event.id, delivery, --missing === 0);
        return delivery;
      }),
    );
  }

  async #tellOne(channel: Channel, event: AlertEvent): Promise<AlertDelivery> {
    const message = messageOf(event, this.#sender);
    const { signal } = this.#stop;
    // Whoever tries it out waits, and can try again.
    const pausesMs = event.what === 'test' ? [] : this.#pausesMs;
    for (let tries = 1; ; tries++) {
      const error = signal.aborted
        ? new ChannelError('closed', true)
        : await channel.send(message, signal).then(() => undefined, asChannelError);
      const result = { channel: channel.name, at: Date.now(), tries };
      if (error === undefined) return { ...result, ok: true };
      const pause = pausesMs[tries - 1];
      if (pause === undefined || !error.isPassing || signal.aborted)
        return { ...result, ok: false, error: error.message };
      await wait(pause, signal);
    }
  }
}

/** An error of which nothing is known may hold a secret. */
function asChannelError(error: unknown): ChannelError {
  return error instanceof ChannelError ? error : new ChannelError('failed', true);
}

/** Ends early when somebody stops. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
