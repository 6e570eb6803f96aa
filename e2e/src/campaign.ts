/** `LINSTOCK_CAMPAIGN=1`: the full sizes; otherwise those of `npm test`. */
const isCampaign = process.env['LINSTOCK_CAMPAIGN'] === '1';

/** A size: the reduced one, or the full one. */
export function sized(reduced: number, full: number): number {
  return isCampaign ? full : reduced;
}

/**
 * A bound of time: the promise itself in a campaign, which runs on a machine that does nothing else; elsewhere one that only
 * a fault exceeds, whatever else the machine does.
 */
export function bound({ promised, busy }: { readonly promised: number; readonly busy: number }): number {
  return isCampaign ? promised : busy;
}

/** Numbers of shards for `test.each`; a campaign takes each of them so many times, because retention keeps 10,000 jobs of a shard. */
export function onShards(repeats: number): readonly number[] {
  return Array.from({ length: isCampaign ? repeats : 1 }, () => [1, 4]).flat();
}

/** Time for a test: the full sizes in fifteen minutes. The reduced ones take one at most, and more where others use the machine. */
export const TEST_MS = isCampaign ? 900_000 : 300_000;

/** Prints what a test has counted. */
export function print(what: string, counts: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(counts).map(
    ([name, n]) => `${name} ${typeof n === 'number' ? Math.round(n * 100) / 100 : n}`,
  );
  process.stdout.write(`${what}: ${text.join(', ')}\n`);
}
