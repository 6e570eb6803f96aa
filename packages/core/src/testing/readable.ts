import { A, ADA, B, BOB, C, D, E, F, START_MS } from './cast.ts';

const NAMES: readonly (readonly [string, string])[] = [
  ...[A, B, C, D, E, F].map((id, i) => [id, 'ABCDEF'.charAt(i)] as const),
  [ADA, 'Ada'],
  [BOB, 'Bob'],
  ['-'.repeat(24), 'nobody'],
];

/**
 * A text with short names: jobs `A` to `F`, workers `Ada` and `Bob`, `#3` for the claim number 000000000003, `t+500` for
 * the instant 500 ms after the start of the clock, `reserved t+500` for what stands for the owner of a job that keeps its places,
 * `since t+500` for one that waits since then. Nothing that tells two texts apart is lost.
 */
export function readable(text: string): string {
  const named = NAMES.reduce((result, [long, short]) => result.replaceAll(long, short), text);
  return named
    .replace(
      /-reserved-{3}(\d{12})/g,
      (_, seconds: string) => `reserved t+${Number(seconds) * 1000 - START_MS}`,
    )
    .replace(/-since-{5}(\d{13})/g, (_, ms: string) => `since t+${Number(ms) - START_MS}`)
    .replace(/0{9}(\d{3})/g, (_, digits: string) => `#${Number(digits)}`)
    .replace(/17000\d{8}/g, (ms) => `t+${Number(ms) - START_MS}`);
}

/** The same for every text and instant within a value. */
export function readableValue(value: unknown): unknown {
  if (typeof value === 'string') return readable(value);
  if (typeof value === 'number') return value >= START_MS ? readable(String(value)) : value;
  if (Array.isArray(value)) return value.map(readableValue);
  if (value instanceof Error) return value;
  if (value instanceof Set) return [...value].map(readableValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [readable(key), readableValue(inner)]),
  );
}
