const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A length of time for people: its two largest units, such as `2h 5m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * size;
  }
  return parts.join(' ');
}

/** An instant as seen from now: `5m ago`, `in 2h`. */
export function formatInstant(at: number, now = Date.now()): string {
  if (at <= 0) return '-';
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`;
}

/** An instant as ISO 8601, with how far it is from now. */
export function formatExact(at: number): string {
  if (at <= 0) return '-';
  return `${new Date(at).toISOString()} (${formatInstant(at)})`;
}
