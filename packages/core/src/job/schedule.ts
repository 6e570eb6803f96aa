import type { CronFieldCollection } from 'cron-parser';
import { CronExpressionParser } from 'cron-parser';
import type { Duration } from '../duration.ts';
import { toMs } from '../duration.ts';
import { OptionError } from '../errors.ts';
import type { ClockEffect } from './clock-effect.ts';
import { clockEffects } from './clock-effect.ts';
import type { CronTimes } from './cron.ts';
import { cronTicks, dayRule, neverComes, WallClock } from './cron.ts';

const LAST_MS = Date.UTC(9999, 11, 30);
const MOST_CACHED = 500;
const MOST_COUNTED = 1000;
const CRON_TEXT = /^[a-z0-9@*?,/# \t-]+$/i;
const MOST_CRON = 1000;
const SPECIAL_DATE = /^(?:L(?:-(?:[0-9]|[12][0-9]|30))?W?|(?:[1-9]|[12][0-9]|3[01])W)$/;
const MACROS = new Map([
  ['@HOURLY', '0 * * * *'],
  ['@DAILY', '0 0 * * *'],
  ['@MIDNIGHT', '0 0 * * *'],
  ['@WEEKLY', '0 0 * * 0'],
  ['@MONTHLY', '0 0 1 * *'],
  ['@YEARLY', '0 0 1 1 *'],
  ['@ANNUALLY', '0 0 1 1 *'],
]);

/** When a recurring job runs: exactly one of `cron` and `every`. */
export interface ScheduleOptions {
  /** 5 or 6 fields (seconds first) with `L W # ?`, or a macro such as `@daily`. docs/recurring.md says what happens when clocks change. */
  readonly cron?: string;
  /** A period of 1 s or more, counted from `startAt`, else from 1970 (UTC). */
  readonly every?: Duration;
  /** The IANA zone of `cron`, such as `"Europe/Berlin"`. @default "UTC" */
  readonly timeZone?: string;
  /** No tick before it. With `every` it is the first one. */
  readonly startAt?: Date;
  /** No tick after it. */
  readonly endAt?: Date;
  /** A run starts later than its tick by a time below this one. @default 0 */
  readonly jitter?: Duration;
}

/** A checked schedule, made by {@link parseSchedule}. Instants are ms since 1970. */
export interface Schedule {
  /** First tick at or after an instant; start and end are not looked at. */
  readonly tickFrom: (fromMs: number) => number | undefined;
  /** What a change of the clock does to a tick; undefined: nothing. */
  readonly clockAt: (tick: number) => ClockEffect | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly jitterMs: number;
}

/** What happens to ticks that nobody ran in time: one run for all, a run for each, or none. Hangfire's Relaxed, Strict, Ignorable. */
export type Misfire = 'once' | 'all' | 'skip';

/** What {@link planTicks} decided. `skipped`: missed and not run, counted up to 1,000. `next` may be due already. */
export interface TickPlan {
  readonly run: readonly number[];
  readonly skipped: number;
  readonly next: number | undefined;
}

type Refuse = (why: string) => OptionError;

const cronCache = new Map<string, CronTimes>();
const clockCache = new Map<string, WallClock>();
const utc = new WallClock('UTC');

/** Checks a schedule. Throws {@link OptionError} naming the option (`<where>.cron` …), its rule and the value. */
export function parseSchedule(options: ScheduleOptions, where: string): Schedule {
  const { cron, every, timeZone } = options;
  if ((cron === undefined) === (every === undefined)) {
    throw new OptionError(where, 'must have either "cron" or "every"', options);
  }
  const startMs = instant(options.startAt, `${where}.startAt`) ?? 0;
  const endMs = instant(options.endAt, `${where}.endAt`) ?? LAST_MS;
  if (endMs < startMs) throw new OptionError(`${where}.endAt`, 'must not be before startAt', options.endAt);
  const jitterMs = options.jitter === undefined ? 0 : toMs(options.jitter, `${where}.jitter`);
  if (every !== undefined && timeZone !== undefined) {
    throw new OptionError(`${where}.timeZone`, 'goes with "cron", not with "every"', timeZone);
  }
  const ticks =
    every === undefined
      ? ticksOfCron(options, where)
      : { tickFrom: everyTicks(parsePeriod(every, `${where}.every`), startMs), clockAt: NO_EFFECT };
  return { ...ticks, startMs, endMs, jitterMs };
}

function ticksOfCron(
  { cron, timeZone }: ScheduleOptions,
  where: string,
): Pick<Schedule, 'tickFrom' | 'clockAt'> {
  const zone = parseZone(timeZone, `${where}.timeZone`);
  if (isNever(cron)) return { tickFrom: NEVER, clockAt: NO_EFFECT };
  const times = parseCron(cron, `${where}.cron`);
  return { tickFrom: cronTicks(times, zone), clockAt: clockEffects(times, zone) };
}

/** First tick strictly after an instant, or undefined when none comes any more. */
export function nextTick(schedule: Schedule, afterMs: number): number | undefined {
  const from = Math.max(Math.floor(afterMs) + 1, schedule.startMs);
  const tick = from <= schedule.endMs ? schedule.tickFrom(from) : undefined;
  return tick !== undefined && tick <= schedule.endMs ? tick : undefined;
}

/** By how much the run of a tick is delayed, ms: at least 0, below the jitter, the same wherever and whenever it is asked. */
export function jitterOf(schedule: Schedule, id: string, tick: number): number {
  let hash = 0x811c9dc5;
  for (const letter of `${id} ${tick}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  // FNV-1a leaves the last letters in the low bits, and ticks differ in their last letters: murmur3's finish spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return Math.floor((((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * schedule.jitterMs);
}

/** Decides about the ticks from `due` (the next one known) to `now`. Cost: `most`, plus at most 1,000 to count; not how long ago `due` was. */
export function planTicks(question: {
  readonly schedule: Schedule;
  readonly due: number;
  readonly now: number;
  readonly misfire: Misfire;
  /** With `"skip"`: how old a tick may be and still run. */
  readonly graceMs: number;
  /** Most ticks to run in one call. The rest is left to the next call, which begins at `next`. */
  readonly most: number;
}): TickPlan {
  const { schedule, due, now, misfire, graceMs, most } = question;
  if (due > now) return { run: [], skipped: 0, next: due };
  if (misfire === 'once') {
    const last = latestTick(schedule, due, now);
    return { run: [last], skipped: countTicks(schedule, due, last), next: nextTick(schedule, now) };
  }
  const isLate = misfire === 'skip' && due < now - graceMs;
  let next = isLate ? nextTick(schedule, now - graceMs - 1) : due;
  const skipped = countTicks(schedule, due, next ?? Infinity);
  const run: number[] = [];
  for (; next !== undefined && next <= now && run.length < most; next = nextTick(schedule, next))
    run.push(next);
  return { run, skipped, next };
}

/** The last tick up to `now`, where `tick` is an earlier one. Halves the time between: a year of seconds takes 25 steps. */
function latestTick(schedule: Schedule, tick: number, now: number): number {
  let [latest, end] = [tick, now];
  while (end - latest >= 1000) {
    const middle = Math.floor((latest + end) / 2);
    const found = nextTick(schedule, middle);
    if (found !== undefined && found <= now) latest = found;
    else end = middle;
  }
  return latest;
}

/** How many ticks there are from one tick to before an instant, up to {@link MOST_COUNTED}. */
function countTicks(schedule: Schedule, first: number, before: number): number {
  let count = 0;
  let tick: number | undefined = first;
  for (; tick !== undefined && tick < before && count < MOST_COUNTED; count++)
    tick = nextTick(schedule, tick);
  return count;
}

function everyTicks(periodMs: number, startMs: number): Schedule['tickFrom'] {
  return (fromMs) => startMs + Math.ceil((fromMs - startMs) / periodMs) * periodMs;
}

function parsePeriod(every: Duration, option: string): number {
  const periodMs = toMs(every, option);
  if (periodMs < 1000) throw new OptionError(option, 'must be 1 s or more', every);
  return periodMs;
}

function instant(date: unknown, option: string): number | undefined {
  if (date === undefined) return undefined;
  const ms = date instanceof Date ? date.getTime() : Number.NaN;
  if (ms >= 0 && ms <= LAST_MS) return ms;
  throw new OptionError(option, 'must be a Date from 1970 to 9999', date);
}

function parseZone(timeZone: string | undefined, option: string): WallClock {
  const refused = (): OptionError =>
    new OptionError(option, 'must be an IANA zone such as "Europe/Berlin"', timeZone);
  if (timeZone === undefined) return utc;
  // "+05:30" is known to some versions of Node only, and has no rules for summer: it would not be what its user meant.
  if (typeof timeZone !== 'string' || !/^[A-Za-z][\w+/-]{0,63}$/.test(timeZone)) throw refused();
  try {
    return cached(clockCache, timeZone.toLowerCase(), () => new WallClock(timeZone));
  } catch {
    throw refused();
  }
}

const NEVER: Schedule['tickFrom'] = () => undefined;
const NO_EFFECT: Schedule['clockAt'] = () => undefined;

function isNever(cron: unknown): boolean {
  return typeof cron === 'string' && cron.trim().toLowerCase() === '@never';
}

function parseCron(cron: unknown, option: string): CronTimes {
  const refuse = (why: string): OptionError =>
    new OptionError(option, `must be 5 or 6 cron fields or a macro such as "@daily": ${why}`, cron);
  if (typeof cron !== 'string' || cron.length > MOST_CRON || !CRON_TEXT.test(cron))
    throw refuse('1 to 1,000 letters, digits, spaces and * ? , - / #');
  const text = cron.trim().toUpperCase();
  return cached(cronCache, text, () => readCron(text, refuse));
}

/** What cron-parser takes more loosely is refused first: too few fields, `H` (a number by chance), `#` with any number. */
function readCron(text: string, refuse: Refuse): CronTimes {
  const fields = (MACROS.get(text) ?? text).split(/[ \t]+/);
  if (fields.length === 5) fields.unshift('0');
  const [second = '', minute = '', hour = '', date = '', month = '', weekday = ''] = fields;
  if (fields.length !== 6) throw refuse(`there are ${fields.length}`);
  if (fields.join(' ').replaceAll('THU', '').includes('H')) throw refuse('"H" is not known here');
  if (weekday.includes('#') && !/^(?:[0-7]|[A-Z]{3})#[1-5]$/.test(weekday))
    throw refuse('"#" stands between one weekday and 1 to 5');
  const items = date.split(',');
  if (items.includes('')) throw refuse('an item of a list is empty');
  const specialDates = items.filter((item) => SPECIAL_DATE.test(item));
  const plain = items.filter((item) => !SPECIAL_DATE.test(item)).join(',');
  const all = expand([second, minute, hour, plain || '?', month, weekday.replaceAll('-SUN', '-7')], refuse);
  const anyWeekday = /^[*?]$/.test(weekday);
  if (anyWeekday && plain === '' && neverComes(specialDates, all.month.values))
    throw refuse('no such day ever comes');
  return {
    seconds: all.second.values,
    minutes: all.minute.values,
    hours: all.hour.values,
    months: all.month.values,
    isRhythm: /[*?/-]/.test(second + minute + hour),
    runsOn: dayRule({
      dates: plain === '' ? [] : all.dayOfMonth.values.map(Number),
      specialDates,
      weekdays: all.dayOfWeek.values,
      nth: all.dayOfWeek.nthDay,
      anyDate: /^[*?]$/.test(date),
      anyWeekday,
    }),
  };
}

function expand(fields: readonly string[], refuse: Refuse): CronFieldCollection {
  try {
    // Without these three it asks the clock, the machine's zone and Math.random.
    const options = { currentDate: 0, tz: 'UTC', hashSeed: 'none' };
    return CronExpressionParser.parse(fields.join(' '), options).fields;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.slice(0, 120) : 'it cannot be read');
  }
}

/** Remembers what was parsed. A full cache begins anew: simpler than ageing, and parsing is cheap. */
function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(key, made);
  return made;
}
