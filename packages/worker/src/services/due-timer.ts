/** Longest time a timer is set for, ms: Node's limit is 2^31. */
const MOST_MS = 60_000;
/** How much later the others wake than the timekeeper. */
const BEHIND_MS = 50;

/** Fires when the next job of a shard is due: exactly on the timekeeper, a little later on the others. */
export class DueTimer {
  readonly #now: () => number;
  readonly #fire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Infinity;

  /** `now`: ms since 1970 by the clock of Redis. */
  constructor(now: () => number, fire: () => void) {
    this.#now = now;
    this.#fire = fire;
  }

  /**
   * What is known now; undefined: nothing is scheduled. Never postpones: a message about an earlier job may have overtaken
   * the reply that this is from, and firing too early costs one call.
   */
  set(due: number | undefined, isTimekeeper: boolean): void {
    if (due === undefined) return;
    const at = isTimekeeper ? due : due + BEHIND_MS * (1 + Math.random());
    if (at >= this.#at) return;
    this.stop();
    this.#at = at;
    this.#arm();
  }

  /** Something was scheduled that may be due sooner. */
  advance(due: number): void {
    this.set(due, true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Infinity;
  }

  #arm(): void {
    const left = this.#at - this.#now();
    // One ms more: a timer of Node may fire up to one ms early, and Redis would answer that nothing is due.
    this.#timer = setTimeout(
      () => (left >= MOST_MS ? this.#arm() : this.#due()),
      Math.min(Math.max(left + 1, 0), MOST_MS),
    );
  }

  #due(): void {
    this.stop();
    this.#fire();
  }
}
