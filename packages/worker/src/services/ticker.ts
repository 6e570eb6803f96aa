/** Calls something again and again, with jitter, one call at a time; a call that fails does not end it. */
export class Ticker {
  readonly #everyMs: number;
  readonly #tick: () => Promise<void> | void;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(everyMs: number, tick: () => Promise<void> | void, failed: (error: unknown) => void) {
    this.#everyMs = everyMs;
    this.#tick = tick;
    this.#failed = failed;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => void this.#run(), this.#everyMs * (0.8 + Math.random() * 0.4));
  }

  async #run(): Promise<void> {
    try {
      await this.#tick();
    } catch (error) {
      this.#failed(error);
    }
    if (!this.#stopped) this.#arm();
  }
}
