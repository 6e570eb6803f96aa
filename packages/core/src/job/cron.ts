import { OptionError } from '../errors.ts';

const DAY_MS = 86_400_000;
/** What comes at all comes within 40 years: a certain weekday on 29 February, around 2100. */
const HORIZON_DAYS = 50 * 366;
/** More than any change since 1970 moved a clock (24 h), and less than lies between two changes (62 h at the least). */
export const NEAR_MS = 30 * 3_600_000;
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** A day of the week for {@link Cron.weekly}: its English name, or 0 (Sunday) to 6. */
export type Weekday = (typeof WEEKDAYS)[number] | 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * Writes the usual cron expressions, so that nobody has to count stars. All throw `OptionError` when a number is out of its range.
 * @example await client.recurring.upsert('report', sendReport, {}, { cron: Cron.daily(3, 30), timeZone: 'Europe/Berlin' });
 */
export const Cron = {
  /** No tick ever: it runs only when `recurring.trigger` says so. @example Cron.never() // "@never" */
  never: (): string => '@never',

  /** Every minute. @example Cron.minutely() // "* * * * *" */
  minutely: (): string => '* * * * *',

  /** Every `n` minutes, from the full hour on. `n` divides 60, else the last distance of each hour would differ (use `every`). @example Cron.everyMinutes(15) */
  everyMinutes(n: number): string {
    if (Number.isInteger(n) && n >= 1 && n <= 30 && 60 % n === 0) return `*/${n} * * * *`;
    throw new OptionError('Cron.everyMinutes.n', 'must divide 60 and be 30 or less', n);
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

/** When a clock was moved, and local time minus UTC before and after, ms. */
interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The clock on the walls of a zone. It remembers a stretch without changes and the last change: reading it is what costs most. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat | undefined; // none in UTC
  #calm = { from: Infinity, to: -Infinity, offset: 0 };
  #lastChange: ClockChange | undefined;

  /** Throws RangeError when there is no such zone. */
  constructor(timeZone: string) {
    const days = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const times = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    const format = new Intl.DateTimeFormat('en-US', { timeZone, ...days, ...times });
    this.#format = format.resolvedOptions().timeZone === 'UTC' ? undefined : format;
  }

  /** Local time minus UTC at an instant (whole seconds), both ms. */
  offsetAt(ms: number): number {
    const { from, to, offset } = this.#calm;
    if (ms >= from && ms <= to) return offset;
    const read = this.#readOffset(ms);
    const isCalm = read === offset && ms >= from - NEAR_MS && ms <= to + NEAR_MS;
    this.#calm = { from: isCalm ? Math.min(from, ms) : ms, to: isCalm ? Math.max(to, ms) : ms, offset: read };
    return read;
  }

  /** The change after `from` and up to `to`, to the second. They are at most {@link NEAR_MS} apart. */
  changeBetween(from: number, to: number): ClockChange | undefined {
    const before = this.offsetAt(from);
    if (this.offsetAt(to) === before) return undefined;
    const known = this.#lastChange;
    if (known !== undefined && from < known.at && known.at <= to) return known;
    let [low, high] = [from, to];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (this.offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    this.#lastChange = { at: high, before, after: this.offsetAt(high) };
    return this.#lastChange;
  }

  #readOffset(ms: number): number {
    if (this.#format === undefined) return 0;
    // "10/27/2024, 02:30:00"; formatToParts takes three times as long.
    const numbers = this.#format.format(ms).split(/\D+/).map(Number);
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers;
    return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
  }
}

/** Finds the first tick at or after an instant, by Cronos's rule: what the clock leaps over runs once right after; what it repeats runs twice only in a rhythm. */
export function cronTicks(times: CronTimes, clock: WallClock): (fromMs: number) => number | undefined {
  return (fromMs) => {
    let from = Math.ceil(fromMs / 1000) * 1000;
    // Each round passes one change of the clock, or comes near to the tick. What is passed has no tick: it would have been found.
    for (;;) {
      const wall = firstWallTime(times, wallFrom(times, clock, from));
      if (wall === undefined) return undefined;
      const tick = Math.max(wall - clock.offsetAt(from), from);
      const change = clock.changeBetween(from, Math.min(tick, from + NEAR_MS));
      if (change === undefined && tick <= from + NEAR_MS) return tick;
      from = change === undefined ? tick - NEAR_MS : change.at;
    }
  };
}

/** The local time from which ticks at or after `from` are to be looked for. */
function wallFrom(times: CronTimes, clock: WallClock, from: number): number {
  const wall = from + clock.offsetAt(from);
  const change = clock.changeBetween(from - NEAR_MS, from);
  if (change === undefined) return wall;
  const unchanged = change.at + change.before;
  if (change.before < change.after) return from === change.at ? unchanged : wall;
  return times.isRhythm ? wall : Math.max(wall, unchanged);
}

/** The first local time at or after another that fits, both in ms as if the zone were UTC; undefined when none comes within 50 years. */
export function firstWallTime(times: CronTimes, from: number): number | undefined {
  const today = Math.floor(from / DAY_MS);
  const rest = firstSecond(times, (from - today * DAY_MS) / 1000);
  let day = rest === undefined ? today + 1 : today;
  while (day < today + HORIZON_DAYS) {
    const date = new Date(day * DAY_MS);
    if (!times.months.includes(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / DAY_MS;
    } else if (times.runsOn(date)) {
      return day * DAY_MS + ((day === today ? rest : firstSecond(times, 0)) ?? 0) * 1000;
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
  const special = days.specialDates.map(specialDay);
  const fitsDate = (date: Date): boolean =>
    days.dates.includes(date.getUTCDate()) || special.some((dayOf) => dayOf(date) === date.getUTCDate());
  const fitsWeekday = (date: Date): boolean =>
    days.weekdays.some((each) => weekdayFits(each, days.nth, date));
  if (days.anyDate) return fitsWeekday;
  if (days.anyWeekday) return fitsDate;
  return (date) => fitsDate(date) || fitsWeekday(date);
}

/** Whether no month is long enough for any of `L-3`, `15W` … Asked before anything searches in vain. */
export function neverComes(specialDates: readonly string[], months: readonly number[]): boolean {
  const longest = Math.max(...months.map((month) => DAYS_OF_MONTHS[month - 1] ?? 31));
  return specialDates.every((date) => numberIn(date) + (date.startsWith('L') ? 1 : 0) > longest);
}

function weekdayFits(weekday: number | string, nth: number, date: Date): boolean {
  if (parseInt(String(weekday), 10) % 7 !== date.getUTCDay()) return false;
  if (typeof weekday === 'string') return date.getUTCDate() + 7 > lastDay(date);
  return nth === 0 || nth === Math.ceil(date.getUTCDate() / 7);
}

/** Which day `L`, `L-3`, `LW` or `15W` is in a date's month. Outside the month when it has no such day. */
function specialDay(special: string): (date: Date) => number {
  const number = numberIn(special);
  const [isFromEnd, isWorkday] = [special.startsWith('L'), special.endsWith('W')];
  return (date) => {
    const last = lastDay(date);
    const day = isFromEnd ? last - number : number;
    return isWorkday && day >= 1 && day <= last ? nearestWorkday(date, day, last) : day;
  };
}

const numberIn = (special: string): number => Number(/\d+/.exec(special)?.[0] ?? 0);

/** The day from Monday to Friday that is nearest, in the same month. */
function nearestWorkday(date: Date, day: number, last: number): number {
  const weekday = (date.getUTCDay() + day - date.getUTCDate() + 35) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < last ? day + 1 : day - 2;
  return day;
}

function lastDay(date: Date): number {
  const year = date.getUTCFullYear();
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return date.getUTCMonth() === 1 && !isLeap ? 28 : (DAYS_OF_MONTHS[date.getUTCMonth()] ?? 31);
}
