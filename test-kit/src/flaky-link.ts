import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestSplitter } from './request-splitter.ts';

export type TrapKind = 'cut' | 'capture' | 'hold';

/** Waits for one request. */
export interface Trap {
  readonly kind: TrapKind;
  readonly matches: (request: Buffer) => boolean;
  /** Called once with the request, when what the kind promises has happened. */
  readonly spring: (request: Buffer) => void;
}

/** What the network does now; shared by all links of a proxy and changed while they run. */
export interface LinkRules {
  isBlackhole: boolean;
  areRepliesDropped: boolean;
  delayMs: number;
  readonly traps: Trap[];
}

/** One client's connection through the proxy: both of its halves. */
export class FlakyLink {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #rules: LinkRules;
  readonly #splitter = new RequestSplitter();
  /** Lost something in both directions: nothing may pass any more, not even the news of a close. */
  #isSilent = false;
  /** Lost a reply: later replies would be taken for answers to earlier requests. */
  #isMute = false;
  #toServer = Promise.resolve();
  #toClient = Promise.resolve();

  constructor(client: Socket, upstream: Socket, rules: LinkRules) {
    this.#client = client;
    this.#upstream = upstream;
    this.#rules = rules;
    client.on('data', (chunk: Buffer) =>
      this.#splitter.push(chunk).forEach((request) => this.#onRequest(request)),
    );
    upstream.on('data', (chunk: Buffer) => this.#onReply(chunk));
    client.on('close', () => this.#isSilent || upstream.end());
    upstream.on('close', () => this.#isSilent || client.destroy());
    // Resets are the purpose; 'close' follows and does the work.
    client.on('error', () => undefined);
    upstream.on('error', () => undefined);
  }

  /** Calls back when the client's half is closed. */
  onClosed(callback: () => void): void {
    this.#client.once('close', () => {
      if (!this.#isSilent) callback();
    });
  }

  /** Resets both halves. */
  cut(): void {
    this.#isSilent = true;
    this.#client.resetAndDestroy();
    this.#upstream.destroy();
  }

  #onRequest(request: Buffer): void {
    if (this.#rules.isBlackhole) this.#isSilent = true;
    if (this.#isSilent) return;
    const trap = this.#takeTrap(request);
    if (trap?.kind === 'hold') this.#isSilent = true;
    else this.#forward(request);
    if (trap?.kind === 'cut') this.#cutAfterForward(() => trap.spring(request));
    else trap?.spring(request);
  }

  #takeTrap(request: Buffer): Trap | undefined {
    const index = this.#rules.traps.findIndex((trap) => trap.matches(request));
    return index < 0 ? undefined : this.#rules.traps.splice(index, 1)[0];
  }

  #forward(request: Buffer): void {
    this.#toServer = this.#after(this.#toServer, () => this.#upstream.write(request));
  }

  /** The server reads all it was sent before it sees our end; its own close says that it has executed it. */
  #cutAfterForward(onExecuted: () => void): void {
    this.#isMute = true;
    this.#isSilent = true;
    this.#upstream.once('close', onExecuted);
    this.#toServer = this.#after(this.#toServer, () => {
      this.#upstream.end();
      this.#client.resetAndDestroy();
    });
  }

  #onReply(chunk: Buffer): void {
    if (this.#rules.isBlackhole) this.#isSilent = true;
    if (this.#rules.areRepliesDropped) this.#isMute = true;
    if (this.#isSilent || this.#isMute) return;
    this.#toClient = this.#after(this.#toClient, () => this.#client.write(chunk));
  }

  #after(previous: Promise<void>, action: () => void): Promise<void> {
    if (this.#rules.delayMs === 0) return previous.then(action);
    const pause = delay(this.#rules.delayMs);
    return Promise.all([previous, pause]).then(action);
  }
}
