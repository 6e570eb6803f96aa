import type { AlertEvent, AlertLookout } from '@linstock/core';
import { LinstockError } from '@linstock/core';
import type { Courier } from './courier.ts';

/** How often somebody looks. */
const EVERY_MS = 10_000;
/** A turn comes a little earlier than its timer, or a timer that is a moment early would wait for the next. */
const TURN_MS = EVERY_MS * 0.9;
/** Longer than telling a channel can take, with all tries. */
export const HELD_MS = 60_000;
/** What passes by itself, and what the page tells of. */
const WEATHER: ReadonlySet<string> = new Set(['REDIS_UNREACHABLE', 'CLOSED']);

interface Parts {
  readonly lookout: Pick<AlertLookout, 'survey' | 'judge'>;
  readonly courier: Pick<Courier, 'names' | 'tell'>;
  /** What does not pass by itself, such as a permission that is missing; told once. */
  readonly onError: (error: Error) => void;
}

/**
 * Looks at the alerts, with others that do the same, and has those told that fire. It keeps no process alive, and what it cannot
 * read it leaves for the next time.
 */
export class AlertEngine {
  readonly #parts: Parts;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isStopped = false;
  #noticed = '';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#plan(EVERY_MS * (0.5 + Math.random() / 2));
  }

  /** One look, if it is this one's turn; `turnMs`: how long after another one at the earliest. Never two at a time. */
  look(turnMs = TURN_MS): Promise<void> {
    this.#looking ??= this.#lookOnce(turnMs).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => undefined);
  }

  #plan(ms: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#beat(), ms);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    await this.look().catch((error: unknown) => this.#notice(error));
    this.#plan(EVERY_MS);
  }

  async #lookOnce(turnMs: number): Promise<void> {
    const { lookout, courier } = this.#parts;
    const heldMs = courier.names.length > 0 ? HELD_MS : 0;
    const { turn, events } = await lookout.survey(turnMs, heldMs);
    this.#tell(events);
    if (turn > 0) this.#tell(await lookout.judge(turn, heldMs));
  }

  /** A channel that hangs keeps nobody from looking. */
  #tell(events: readonly AlertEvent[]): void {
    for (const event of events)
      this.#parts.courier.tell(event).catch((error: unknown) => this.#notice(error));
  }

  #notice(error: unknown): void {
    const fault = error instanceof Error ? error : new Error(String(error));
    const isWeather = fault instanceof LinstockError && WEATHER.has(fault.code);
    if (this.#isStopped || isWeather || fault.message === this.#noticed) return;
    this.#noticed = fault.message;
    this.#parts.onError(fault);
  }
}
