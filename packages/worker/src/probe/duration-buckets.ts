import type { MetricSample } from '@linstock/core';

/** How long something took, counted in buckets that never change: so that those of all processes can be added up. */
export class DurationBuckets {
  readonly #bounds: readonly number[];
  /** Of each bucket alone; the last one takes what is longer than all bounds. */
  readonly #counts: Float64Array;
  #sumMs = 0;

  /** `bounds`: upper ones, in seconds, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  add(ms: number): void {
    // Clocks of two machines may differ by more than a job waited.
    const tookMs = Math.max(0, ms);
    let at = 0;
    while (tookMs > (this.#bounds[at] ?? Infinity) * 1000) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sumMs += tookMs;
  }

  /** In seconds, as a histogram of Prometheus. */
  samples(labels: Readonly<Record<string, string>> = {}): MetricSample[] {
    let value = 0;
    const buckets = [...this.#counts].map((count, i): MetricSample => {
      value += count;
      return { suffix: '_bucket', labels: { ...labels, le: String(this.#bounds[i] ?? '+Inf') }, value };
    });
    const sum: MetricSample = { suffix: '_sum', labels, value: this.#sumMs / 1000 };
    return [...buckets, sum, { suffix: '_count', labels, value }];
  }
}
