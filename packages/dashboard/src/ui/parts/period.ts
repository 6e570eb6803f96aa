const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** A period as it is written: `90m`. */
export function periodText(ms = 0): string {
  const [unit, length] = UNITS.find(([, one]) => ms > 0 && ms % one === 0) ?? ['s', 1000];
  return `${ms / length}${unit}`;
}
