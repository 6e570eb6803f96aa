import { OptionError } from '../errors.ts';

const DAY_MS = 86_400_000;
/** What comes at all comes within 40 years: a certain weekday on 29 February, around 2100. */
const HORIZON_DAYS = 50 * 366;
/** More than a change of a clock has ever moved it (24 h), so that one change at a time has to be looked at. */
const NEAR_MS = 30 * 3_600_000;
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** A day of the week for {@link Cron.weekly}: its English name, or 0 (Sunday) to 6. */
export type Weekday = (typeof WEEKDAYS)[number] | 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * Writes the usual cron expressions, so that nobody has to count stars. All throw `OptionError` when a number is out of its range.
 * @example await client.recurring.upsert('report', sendReport, {}, { cron: Cron.daily(3, 30), timeZone: 'Europe/Berlin' });
 */
export const Cron = {
  /** Every minute. @example Cron.minutely() // "* * * * *" */
  minutely: (): string => '* * * * *',

  /** Every `n` minutes, from the full hour on; `n` divides 60, else the hour's last distance would differ. @example Cron.everyMinutes(15) */
  everyMinutes(n: number): string {
    if (Number.isInteger(n) && n >= 1 && n <= 30 && 60 % n === 0) return `*/${n} * * * *`;
    throw new OptionError(
      'Cron.everyMinutes.n',
      'must divide 60 and be 30 or less; { every: "7m" } takes any',
      n,
    );
  },

  /** Every hour at `minute` (0 to 59, default 0). @example Cron.hourly(30) // "30 * * * *" */
  hourly: (minute = 0): string => `${whole('hourly.minute', minute, [0, 59])} * * * *`,

  /** Every day at `hour` (0 to 23, default 0) and `minute` (default 0). @example Cron.daily(3) // "0 3 * * *" */
  daily: (hour = 0, minute = 0): string => `${time('daily', hour, minute)} * * *`,

  /** Every week on `day` (default Monday), at `hour` and `minute` (default 0:00). @example Cron.weekly('friday', 18) // "0 18 * * 5" */
  weekly: (day: Weekday = 'monday', hour = 0, minute = 0): string =>
    `${time('weekly', hour, minute)} * * ${weekdayNumber(day)}`,

  /** Every month that has the `day` (1 to 31, default 1), at `hour` and `minute` (default 0:00). @example Cron.monthly(15, 8) // "0 8 15 * *" */
  monthly: (day = 1, hour = 0, minute = 0): string =>
    `${time('monthly', hour, minute)} ${whole('monthly.day', day, [1, 31])} * *`,

  /** Every year on `day` of `month` (1 to 12; both default 1), at `hour` and `minute` (default 0:00). 29 February comes in leap years only. @example Cron.yearly(12, 31) // "0 0 31 12 *" */
  // oxlint-disable-next-line max-params -- a date and a time of day, from the largest unit down, as in the others
  yearly(month = 1, day = 1, hour = 0, minute = 0): string {
    const days = DAYS_OF_MONTHS[whole('yearly.month', month, [1, 12]) - 1] ?? 31;
    return `${time('yearly', hour, minute)} ${whole('yearly.day', day, [1, days])} ${month} *`;
  },
} as const;

function time(helper: string, hour: number, minute: number): string {
  return `${whole(`${helper}.minute`, minute, [0, 59])} ${whole(`${helper}.hour`, hour, [0, 23])}`;
}

function whole(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new OptionError(`Cron.${name}`, `must be a whole number from ${least} to ${most}`, value);
}

function weekdayNumber(day: Weekday): number {
  const number = typeof day === 'string' ? WEEKDAYS.indexOf(day) : day;
  if (Number.isInteger(number) && number >= 0 && number <= 6) return number;
  throw new OptionError('Cron.weekly.day', `must be 0 (Sunday) to 6, or one of ${WEEKDAYS.join(', ')}`, day);
}

/** A cron expression's times of day and days, expanded. Lists rise. */
export interface CronTimes {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** Whether it runs on a day, of which the UTC fields count. */
  readonly runsOn: (date: Date) => boolean;
  /** A rhythm (`*`, a range or a step in seconds, minutes or hours) runs through both passes of a repeated hour; a fixed time does not. */
  readonly isRhythm: boolean;
}

/** Local time minus UTC at an instant, both ms. */
export type Offset = (ms: number) => number;

/** The day fields of a cron expression. */
export interface CronDays {
  readonly dates: readonly number[];
  /** `L`, `L-3`, `LW`, `15W`. */
  readonly specialDates: readonly string[];
  /** 0 (Sunday) to 7 (Sunday), and such as `5L`. */
  readonly weekdays: readonly (number | string)[];
  /** Only the nth of its weekday in the month, from 1; 0: each. */
  readonly nth: number;
  readonly anyDate: boolean;
  readonly anyWeekday: boolean;
}

/** Ticks of a cron in a zone, by Cronos's rule: what falls into a gap runs once right after it; what is repeated runs twice only in a rhythm. */
export function cronTicks(times: CronTimes, offset: Offset): (fromMs: number) => number | undefined {
  return (fromMs) => {
    // Each round passes one change of the clock, or comes near to the tick; there is none between, or the search would have met it.
    for (let from = Math.ceil(fromMs / 1000) * 1000; ;) {
      const wall = firstWallTime(times, wallFrom(times, offset, from));
      if (wall === undefined) return undefined;
      const tick = Math.max(wall - offset(from), from);
      const change = clockChange(offset, from, Math.min(tick, from + NEAR_MS));
      if (change === undefined && tick <= from + NEAR_MS) return tick;
      from = change === undefined ? tick - NEAR_MS : change.at;
    }
  };
}

/** The local time from which ticks at or after `from` are to be looked for. */
function wallFrom(times: CronTimes, offset: Offset, from: number): number {
  const wall = from + offset(from);
  const change = clockChange(offset, from - NEAR_MS, from);
  if (change === undefined) return wall;
  const unchanged = change.at + change.before;
  if (change.before < change.after) return from === change.at ? unchanged : wall;
  return times.isRhythm ? wall : Math.max(wall, unchanged);
}

/** The change of a clock after `from` and up to `to`, to the second. */
function clockChange(
  offset: Offset,
  from: number,
  to: number,
): { readonly at: number; readonly before: number; readonly after: number } | undefined {
  const before = offset(from);
  if (offset(to) === before) return undefined;
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return { at: high, before, after: offset(high) };
}

/** The first local time at or after another that fits, both in ms as if the zone were UTC; undefined when none comes within 50 years. */
function firstWallTime(times: CronTimes, from: number): number | undefined {
  const today = Math.floor(from / DAY_MS);
  const rest = firstSecond(times, (from - today * DAY_MS) / 1000);
  let day = rest === undefined ? today + 1 : today;
  while (day < today + HORIZON_DAYS) {
    const date = new Date(day * DAY_MS);
    if (!times.months.includes(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / DAY_MS;
    } else if (times.runsOn(date)) {
      const second = day === today ? rest : firstSecond(times, 0);
      return day * DAY_MS + (second ?? 0) * 1000;
    } else day++;
  }
  return undefined;
}

/** The first second of a day, at or after another, that fits. */
function firstSecond(times: CronTimes, from: number): number | undefined {
  for (const hour of times.hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of times.minutes) {
      const start = hour * 3600 + minute * 60;
      const second = times.seconds.find((each) => start + each >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

/** Days that fit, as in crontab(5): when both fields say something, a day that fits one of them. */
export function dayRule(days: CronDays): CronTimes['runsOn'] {
  const fitsDate = (date: Date): boolean =>
    days.dates.includes(date.getUTCDate()) ||
    days.specialDates.some((special) => specialDay(special, date) === date.getUTCDate());
  const fitsWeekday = (date: Date): boolean => weekdayFits(days, date);
  if (days.anyDate) return fitsWeekday;
  if (days.anyWeekday) return fitsDate;
  return (date) => fitsDate(date) || fitsWeekday(date);
}

function weekdayFits({ weekdays, nth }: CronDays, date: Date): boolean {
  const nthOfMonth = Math.ceil(date.getUTCDate() / 7);
  const isLast = date.getUTCDate() + 7 > lastDay(date);
  return weekdays.some((each) => {
    if (parseInt(String(each), 10) % 7 !== date.getUTCDay()) return false;
    return typeof each === 'string' ? isLast : nth === 0 || nth === nthOfMonth;
  });
}

/** The day that `L`, `L-3`, `LW` or `15W` means in a date's month. Outside the month when it has no such day. */
function specialDay(special: string, date: Date): number {
  const last = lastDay(date);
  const number = parseInt(special.replace(/^L-?/, ''), 10);
  const day = special.startsWith('L') ? last - (Number.isNaN(number) ? 0 : number) : number;
  if (!special.endsWith('W') || day < 1 || day > last) return day;
  // The nearest of Monday to Friday that is in the same month.
  const weekday = (((date.getUTCDay() + day - date.getUTCDate()) % 7) + 7) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < last ? day + 1 : day - 2;
  return day;
}

function lastDay(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}
