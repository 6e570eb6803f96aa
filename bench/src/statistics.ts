function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** The value that the given share (0 to 1) of all values does not exceed (nearest rank). NaN when there is none. */
export function percentile(values: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * values.length));
  return sorted(values)[rank - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones. NaN when there is none. */
export function median(values: readonly number[]): number {
  const ordered = sorted(values);
  const upper = ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
  const lower = ordered[Math.ceil(ordered.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Smallest and largest value. */
export function range(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
