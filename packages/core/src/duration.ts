import { OptionError } from './errors.ts';

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const PART = /(\d{1,15}(?:\.\d{1,6})?)(ms|[smhdw])/g;
const WHOLE = /^(?:\d{1,15}(?:\.\d{1,6})?(?:ms|[smhdw])){1,6}$/;

/** A length of time: milliseconds, or a text such as `"500ms"`, `"30s"`, `"10m"`, `"1h30m"`, `"3d"`, `"2w"`. */
export type Duration = number | string;

/** The longest length of time that is accepted: ten years, in milliseconds. */
export const MAX_DURATION_MS = 3650 * UNITS_MS.d;

/** Milliseconds of a duration. Throws {@link OptionError} naming the option when it is not one, or not within 0 to ten years. */
export function toMs(duration: Duration, option: string): number {
  const ms = typeof duration === 'string' ? parse(duration) : duration;
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) {
    throw new OptionError(
      option,
      'must be milliseconds (0 to ten years) or a text such as "30s", "10m", "1h30m", "3d"',
      duration,
    );
  }
  return Math.round(ms);
}

function parse(text: string): number {
  if (!WHOLE.test(text)) return Number.NaN;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(PART))
    ms += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  return ms;
}
