import { setTimeout as delay } from 'node:timers/promises';
import type { Finding, FindingKind, Suspicion } from './finding.ts';

/** Suspicions that wait for their second look; as many are kept in memory at most, and a step's more. */
const MOST_WAITING = 1000;
/** Second looks that are on their way together. */
const AT_ONCE = 50;

/** Gathers what looks wrong, looks again some moments later, and keeps what still is. */
export class Findings {
  readonly #most: number;
  readonly #againAfterMs: number;
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<FindingKind, number>();
  #waiting: Suspicion[] = [];
  #lastAt = 0;

  constructor({ most, againAfterMs }: { readonly most: number; readonly againAfterMs: number }) {
    this.#most = most;
    this.#againAfterMs = againAfterMs;
  }

  /** How many there are of each kind. */
  get counts(): ReadonlyMap<FindingKind, number> {
    return this.#counts;
  }

  /** The first ones of each kind. */
  get kept(): readonly Finding[] {
    return this.#kept;
  }

  /** Whether it is time for second looks. */
  get isFull(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  /** Takes what looks wrong. */
  add(suspicion: Suspicion): void {
    this.#waiting.push(suspicion);
    this.#lastAt = performance.now();
  }

  /** Looks again at everything that waits for it. */
  async settle(signal: AbortSignal | undefined): Promise<void> {
    while (this.#waiting.length > 0) {
      const restMs = this.#lastAt + this.#againAfterMs - performance.now();
      if (restMs > 0) await delay(restMs, undefined, signal === undefined ? {} : { signal });
      const all = this.#waiting;
      this.#waiting = [];
      for (let from = 0; from < all.length; from += AT_ONCE)
        await this.#lookAgain(all.slice(from, from + AT_ONCE));
    }
  }

  async #lookAgain(some: readonly Suspicion[]): Promise<void> {
    const verdicts = await Promise.all(some.map(({ confirm }) => confirm()));
    for (const [i, { finding }] of some.entries()) if (verdicts[i] === true) this.#keep(finding);
  }

  #keep(finding: Finding): void {
    const count = (this.#counts.get(finding.kind) ?? 0) + 1;
    this.#counts.set(finding.kind, count);
    if (count <= this.#most) this.#kept.push(finding);
  }
}
