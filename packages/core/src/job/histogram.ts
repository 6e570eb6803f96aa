/**
 * Lengths of time, counted in steps that grow: four to a doubling, so that a percentile is off by at most a tenth, whether it
 * is a millisecond or a day. Counts of many processes can be added up. Workers write them, monitors read them.
 */

/** What counts as the first step, ms. */
const LEAST_MS = 0.125;
const STEPS_PER_DOUBLING = 4;
/** The last one takes all that is longer: about five days. */
const HISTOGRAM_STEPS = 128;

/** The step that a length of time falls into. */
export function stepOf(ms: number): number {
  if (!(ms >= LEAST_MS)) return 0;
  const step = 1 + Math.floor(Math.log2(ms / LEAST_MS) * STEPS_PER_DOUBLING);
  return Math.min(step, HISTOGRAM_STEPS - 1);
}

/** The middle of a step, ms. */
function middleOf(step: number): number {
  return LEAST_MS * 2 ** ((step - 0.5) / STEPS_PER_DOUBLING);
}

/** How long something took, over many times. */
export interface Spread {
  /** How often it was measured. */
  readonly count: number;
  /** Half of them took at most this long, ms; within a tenth. */
  readonly p50: number;
  /** 95 of 100, ms. */
  readonly p95: number;
  /** 99 of 100, ms. */
  readonly p99: number;
}

/** Percentiles of counted steps; undefined: nothing was counted. */
export function spreadOf(counts: Readonly<Record<number, number>>): Spread | undefined {
  const steps = Object.entries(counts)
    .map(([step, n]) => [Number(step), n] as const)
    .toSorted(([a], [b]) => a - b);
  const count = steps.reduce((sum, [, n]) => sum + n, 0);
  if (count === 0) return undefined;
  const at = (part: number): number => {
    let left = Math.ceil(part * count);
    const found = steps.find(([, n]) => (left -= n) <= 0);
    return middleOf(found?.[0] ?? 0);
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Counts lengths of time until somebody takes the counts. Every run of a job comes by here, so it costs next to nothing. */
export class Histogram {
  readonly #counts = new Uint32Array(HISTOGRAM_STEPS);

  add(ms: number): void {
    const step = stepOf(ms);
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
  }

  /** The counts by their steps; begins anew. */
  take(): ReadonlyMap<number, number> {
    const taken = new Map([...this.#counts.entries()].filter(([, n]) => n > 0));
    this.#counts.fill(0);
    return taken;
  }
}
