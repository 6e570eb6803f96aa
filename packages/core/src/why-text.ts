/** Words for instants, durations and lists in messages of {@link explain}. */

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
] as const;

/** A duration in its two largest units, such as `2 h 5 min`. */
export function lasting(ms: number): string {
  const at = UNITS.findIndex(([unit]) => ms >= unit);
  const [unit, name] = UNITS[at] ?? [1, 'ms'];
  const [next, nextName] = UNITS[at + 1] ?? [1, 'ms'];
  const [whole, rest] = [Math.floor(ms / unit), Math.floor((ms % unit) / next)];
  const isShort = unit < 60_000 || at < 0 || rest === 0;
  return isShort ? `${Math.max(0, whole)} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}

/** An instant, with how far it is from now. */
export function instant(ms: number, now: number): string {
  const text = new Date(ms).toISOString();
  return ms >= now ? `${text} (in ${lasting(ms - now)})` : `${text} (${lasting(now - ms)} ago)`;
}

/** The first items of a list, and how many more there are. */
export function some(items: readonly string[], total = items.length, most = 3): string {
  const shown = items.slice(0, most);
  return total > shown.length ? `${shown.join(', ')} and ${total - shown.length} more` : shown.join(', ');
}

/** A number with its noun. */
export function count(n: number, noun: string, nouns = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : nouns}`;
}
