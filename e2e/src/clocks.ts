/**
 * The wall clock minus the clock of events, ns, at most 1 ms too small: between its two readings a busy machine may let others
 * run, which makes the difference smaller, never larger.
 */
export function wallMinusEventsNs(): bigint {
  const samples = Array.from(
    { length: 100 },
    () => BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint(),
  );
  return samples.reduce((most, one) => (one > most ? one : most));
}
