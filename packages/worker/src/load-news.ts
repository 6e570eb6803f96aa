import type { StoredLongRun } from '@linstock/core/internal';

/** What a worker tells of itself beside its memory; outside the home shard only its long runs there. */
export interface Load {
  readonly running?: number;
  readonly stallMs?: number;
  readonly isQuiet?: boolean;
  readonly isStopping?: boolean;
  readonly concurrency?: number;
  readonly longest: readonly StoredLongRun[];
}

/** A load is told when it has changed much, and otherwise this often: of an idle worker only its memory changes. */
const EVERY_MS = 15_000;
const STALL_WORTH_TELLING_MS = 100;
/** What Redis holds of a load before the first is told. */
const NOTHING = '';

/** What of a worker's load is news to a shard. */
export class LoadNews {
  readonly #idle: string | undefined;
  #told: string;
  #stallMs = 0;
  #toldAt = -Infinity;

  /** `idle`: a load that need not be told as long as no other one was. */
  constructor(idle?: Load) {
    this.#idle = idle && textOf(idle);
    this.#told = this.#idle ?? NOTHING;
  }

  /** Whether it is worth a write; it counts as told then. `now`: ms, monotonic. */
  isNews(load: Load, now: number): boolean {
    const text = textOf(load);
    const { stallMs = 0 } = load;
    const hasChanged = text !== this.#told || Math.abs(stallMs - this.#stallMs) >= STALL_WORTH_TELLING_MS;
    const isDue = text !== this.#idle && now - this.#toldAt >= EVERY_MS;
    if (!hasChanged && !isDue) return false;
    [this.#told, this.#stallMs, this.#toldAt] = [text, stallMs, now];
    return true;
  }

  /** Nobody knows whether what was told has arrived. */
  forget(): void {
    this.#told = NOTHING;
  }
}

/** All that is news however little it has changed. */
function textOf(load: Load): string {
  return JSON.stringify({ ...load, stallMs: undefined });
}
