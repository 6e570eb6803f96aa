import { computed, signal } from '@preact/signals';
import type { TextKey, Values } from './i18n.ts';
import { locale, t } from './i18n.ts';

/** Whether instants are shown in UTC; else by the clock of whoever looks. */
export const isUtc = signal(localStorage.getItem('linstock:utc') === '1');

/** Shows instants the other way, and remembers it. */
export function toggleUtc(): void {
  isUtc.value = !isUtc.value;
  localStorage.setItem('linstock:utc', isUtc.value ? '1' : '0');
}

/** Made once for a language: a table of 500 rows needs thousands of them a second, and each takes long to make. */
const formats = computed(() => {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale.value, options);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale.value, options);
  const time = { timeStyle: 'medium', hourCycle: 'h23' } as const;
  return {
    whole: number({ maximumFractionDigits: 0 }),
    tenths: number({ maximumFractionDigits: 1 }),
    hundredths: number({ maximumFractionDigits: 2 }),
    plain: number({}),
    compact: number({ notation: 'compact', maximumFractionDigits: 1 }),
    ago: new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' }),
    instant: date({ dateStyle: 'medium', timeStyle: 'long' }),
    clock: date(time),
    utcClock: date({ ...time, timeZone: 'UTC' }),
  };
});

/** A number with its thousands apart; from 100,000 on shortened. */
export function count(n: number | undefined): string {
  if (n === undefined) return '';
  const { plain, compact } = formats.value;
  return (n >= 100_000 ? compact : plain).format(n);
}

/** A text about a number of things, in the form that it needs. */
export function counted(key: TextKey, n: number, values: Values = {}): string {
  return t(key, { ...values, count: count(n) }, n);
}

/** A rate per second. */
export function perSecond(n: number): string {
  return t('perSecond', { n: small(n, n > 0 && n < 10) });
}

/** Whole, or with a tenth, which says something only of few. */
function small(n: number, isFew: boolean): string {
  const { whole, tenths } = formats.value;
  return (isFew ? tenths : whole).format(n);
}

/** A rate per second, to hundredths where it is less than one. */
export function pace(n: number | undefined): string {
  if (n === undefined) return '–';
  return n > 0 && n < 1 ? t('perSecond', { n: formats.value.hundredths.format(n) }) : perSecond(n);
}

/** A rate per minute. */
export function perMinute(n: number): string {
  return formats.value.compact.format(n);
}

/** A time between two instants: `340 ms`, `2.5 s`, `3 min`, `2 h`, `2 h 5 min`, `4 d`. */
export function duration(ms: number): string {
  const [milli, second, minute, hour, day] = t('units').split(' ');
  const abs = Math.abs(ms);
  if (abs < 1000) return `${small(abs, abs < 1)} ${milli}`;
  if (abs < 60_000) return `${small(abs / 1000, abs < 10_000)} ${second}`;
  const minutes = Math.round(abs / 60_000);
  if (minutes < 60) return `${small(minutes, false)} ${minute}`;
  if (minutes < 1440) {
    const rest = minutes % 60 > 0 ? ` ${small(minutes % 60, false)} ${minute}` : '';
    return `${small(Math.floor(minutes / 60), false)} ${hour}${rest}`;
  }
  return `${small(minutes / 1440, false)} ${day}`;
}

/** How far an instant is from now. */
export function ago(at: number, now: number): string {
  const format = formats.value.ago;
  const seconds = Math.round((at - now) / 1000);
  const abs = Math.abs(seconds);
  if (abs < 60) return format.format(seconds, 'second');
  if (abs < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (abs < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** Whether a date can say it: a job may write any number as an instant. */
export function isInstant(at: unknown): at is number {
  return typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
}

/** An instant in full, with the time zone. */
export function instant(at: number): string {
  if (!isInstant(at)) return '–';
  if (isUtc.value) return new Date(at).toISOString().replace('T', ' ');
  return formats.value.instant.format(at);
}

/** The time of the day. */
export function clock(at: number): string {
  const { clock: local, utcClock } = formats.value;
  return (isUtc.value ? utcClock : local).format(at);
}

/** The hour and minute, or the day where a step of the axis is one or more. */
export function clockOrDay(at: number, stepSeconds: number): string {
  const zone: Intl.DateTimeFormatOptions = isUtc.value ? { timeZone: 'UTC' } : {};
  const what: Intl.DateTimeFormatOptions =
    stepSeconds >= 86_400
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(locale.value, { ...what, ...zone }).format(at);
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [n, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  // The mark keeps number and unit in this order among right-to-left text.
  return `\u200E${small(value, value < 10)} ${units[unit] ?? ''}`;
}

/** Who it was, without from where. */
export function nameOf(by: string): string {
  return by.split(' (', 1)[0] ?? by;
}
