import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../errors.ts';
import { Cron } from './cron.ts';
import type { ScheduleOptions } from './schedule.ts';
import { nextTick, parseSchedule } from './schedule.ts';

const DAY_MS = 86_400_000;

function ticksBetween(options: ScheduleOptions, after: number, until: number): number[] {
  const schedule = parseSchedule(options, 'recurring');
  const ticks: number[] = [];
  let tick = nextTick(schedule, after);
  for (; tick !== undefined && tick <= until; tick = nextTick(schedule, tick)) ticks.push(tick);
  return ticks;
}

const shown = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z/, '');
const ms = (text: string): number => Date.parse(`${text.trim().replace(' ', 'T')}Z`);

/** Rows of a table: cells between bars, of which the last is a list of instants in UTC. */
function rows(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
}

describe('helpers write the expression that their name says', () => {
  test.each([
    [Cron.minutely(), '* * * * *'],
    [Cron.everyMinutes(15), '*/15 * * * *'],
    [Cron.hourly(), '0 * * * *'],
    [Cron.hourly(59), '59 * * * *'],
    [Cron.daily(), '0 0 * * *'],
    [Cron.daily(3, 30), '30 3 * * *'],
    [Cron.weekly(), '0 0 * * 1'],
    [Cron.weekly('sunday', 23, 5), '5 23 * * 0'],
    [Cron.weekly(6, 1), '0 1 * * 6'],
    [Cron.monthly(), '0 0 1 * *'],
    [Cron.monthly(31, 8), '0 8 31 * *'],
    [Cron.never(), '@never'],
    [Cron.yearly(), '0 0 1 1 *'],
    [Cron.yearly(2, 29, 12, 30), '30 12 29 2 *'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
    expect(() => parseSchedule({ cron: written }, 'recurring')).not.toThrow();
  });

  test.each<readonly [string, () => string]>([
    ['Cron.everyMinutes.n', () => Cron.everyMinutes(7)],
    ['Cron.everyMinutes.n', () => Cron.everyMinutes(60)],
    ['Cron.hourly.minute', () => Cron.hourly(60)],
    ['Cron.daily.hour', () => Cron.daily(24)],
    ['Cron.daily.minute', () => Cron.daily(0, Number.NaN)],
    ['Cron.weekly.day', () => Cron.weekly('Someday' as 'sunday')],
    ['Cron.weekly.day', () => Cron.weekly(7 as 6)],
    ['Cron.weekly.hour', () => Cron.weekly(0, 1.5)],
    ['Cron.monthly.day', () => Cron.monthly(0)],
    ['Cron.yearly.month', () => Cron.yearly(13)],
    ['Cron.yearly.day', () => Cron.yearly(2, 30)],
    ['Cron.yearly.hour', () => Cron.yearly(1, 1, -1)],
  ])('%s is refused by name when it is out of its range', (option, write) => {
    expect(write).toThrow(OptionError);
    expect(write).toThrow(expect.objectContaining({ fields: expect.objectContaining({ option }) }));
  });
});

// 2024 is a leap year and begins on a Monday; June 2024 begins on a Saturday and ends on a Sunday.
describe('fields mean what crontab, and Quartz for L W #, mean by them', () => {
  const table = `
    */20 * * * *           | 2024-01-01 00:00 | 2024-01-01 00:20, 2024-01-01 00:40, 2024-01-01 01:00
    */30 0 0 * * *         | 2024-01-01 00:00 | 2024-01-01 00:00:30, 2024-01-02 00:00
    5-15/5 9 * * ?         | 2024-01-01 09:05 | 2024-01-01 09:10, 2024-01-01 09:15, 2024-01-02 09:05
    0 12 * jan,Mar thu-sun | 2024-01-28 12:00 | 2024-03-01 12:00, 2024-03-02 12:00, 2024-03-03 12:00
    0 0 L * *              | 2024-02-01 00:00 | 2024-02-29 00:00, 2024-03-31 00:00
    0 0 L-2,2 * *          | 2024-02-01 00:00 | 2024-02-02 00:00, 2024-02-27 00:00, 2024-03-02 00:00
    0 0 L 2 *              | 2099-03-01 00:00 | 2100-02-28 00:00
    0 0 LW 6 *             | 2024-06-01 00:00 | 2024-06-28 00:00, 2025-06-30 00:00
    0 0 1W,15w 6 *         | 2024-06-01 00:00 | 2024-06-03 00:00, 2024-06-14 00:00
    0 0 31W * *            | 2024-06-01 00:00 | 2024-07-31 00:00, 2024-08-30 00:00
    0 0 ? * 1#5            | 2024-01-01 00:00 | 2024-01-29 00:00, 2024-04-29 00:00
    0 0 * * FRIL           | 2024-05-01 00:00 | 2024-05-31 00:00, 2024-06-28 00:00
    0 0 13 * 5             | 2024-09-07 00:00 | 2024-09-13 00:00, 2024-09-20 00:00
    0 0 13 10 7            | 2024-09-01 00:00 | 2024-10-06 00:00, 2024-10-13 00:00, 2024-10-20 00:00
    0 0 30W 2 1            | 2024-02-20 00:00 | 2024-02-26 00:00
    0 0 29 2 *             | 2096-03-01 00:00 | 2104-02-29 00:00
    0 0 ? 2 1#5            | 2072-03-01 00:00 | 2112-02-29 00:00`;
  test.each(rows(table))('%s after %s: %s', (cron, after, expected) => {
    const last = ms(expected.split(', ').at(-1) ?? '');
    expect(ticksBetween({ cron }, ms(after), last).map(shown).join(', ')).toBe(expected);
  });
});

// The table of docs/recurring.md. All instants are UTC; the last one of a row is the first regular tick again.
describe('when clocks change, a lost time runs right after, a repeated one once, a rhythm goes on', () => {
  const table = `
    Europe/Berlin       | 30 2 * * *      | 2024-03-30 12:00 | 2024-03-31 01:00, 2024-04-01 00:30
    Europe/Berlin       | 0,15,30 2 * * * | 2024-03-30 12:00 | 2024-03-31 01:00, 2024-04-01 00:00
    Europe/Berlin       | 0 2,3 * * *     | 2024-03-30 12:00 | 2024-03-31 01:00, 2024-04-01 00:00
    Europe/Berlin       | */15 2 * * *    | 2024-03-30 12:00 | 2024-03-31 01:00, 2024-04-01 00:00
    Europe/Berlin       | */30 * * * *    | 2024-03-31 00:00 | 2024-03-31 00:30, 2024-03-31 01:00, 2024-03-31 01:30
    Europe/Berlin       | 15 * * * *      | 2024-03-31 00:00 | 2024-03-31 00:15, 2024-03-31 01:00, 2024-03-31 01:15, 2024-03-31 02:15
    Europe/Berlin       | 30 2 * * *      | 2024-10-26 12:00 | 2024-10-27 00:30, 2024-10-28 01:30
    Europe/Berlin       | 30 2 * * *      | 2024-10-27 01:10 | 2024-10-28 01:30
    Europe/Berlin       | 0 3 * * *       | 2024-10-26 12:00 | 2024-10-27 02:00, 2024-10-28 02:00
    Europe/Berlin       | 15 * * * *      | 2024-10-27 00:00 | 2024-10-27 00:15, 2024-10-27 01:15, 2024-10-27 02:15
    Europe/Berlin       | */30 2 * * *    | 2024-10-26 12:00 | 2024-10-27 00:00, 2024-10-27 00:30, 2024-10-27 01:00, 2024-10-27 01:30, 2024-10-28 01:00
    America/New_York    | 30 2 * * *      | 2024-03-09 12:00 | 2024-03-10 07:00, 2024-03-11 06:30
    America/New_York    | 30 1 * * *      | 2024-11-02 12:00 | 2024-11-03 05:30, 2024-11-04 06:30
    America/New_York    | 0 2 * * *       | 2024-11-02 12:00 | 2024-11-03 07:00, 2024-11-04 07:00
    America/New_York    | 30 1-3 * * *    | 2024-11-02 12:00 | 2024-11-03 05:30, 2024-11-03 06:30, 2024-11-03 07:30, 2024-11-03 08:30, 2024-11-04 06:30
    Asia/Tehran         | 0 0 * * *       | 2021-03-21 12:00 | 2021-03-21 20:30, 2021-03-22 19:30
    Asia/Tehran         | 30 23 * * *     | 2021-09-21 12:00 | 2021-09-21 19:00, 2021-09-22 20:00
    Asia/Tehran         | 0 0 * * *       | 2021-09-21 12:00 | 2021-09-21 20:30, 2021-09-22 20:30
    Asia/Tehran         | 0 0 * * *       | 2023-03-21 12:00 | 2023-03-21 20:30, 2023-03-22 20:30
    Pacific/Apia        | 0 9 * * *       | 2011-12-29 12:00 | 2011-12-29 19:00, 2011-12-30 10:00, 2011-12-30 19:00
    Pacific/Apia        | 0 0 30 * *      | 2011-12-01 12:00 | 2011-12-30 10:00, 2012-01-29 10:00
    Pacific/Apia        | 0 * * * *       | 2011-12-30 08:30 | 2011-12-30 09:00, 2011-12-30 10:00, 2011-12-30 11:00
    Australia/Lord_Howe | 15 2 * * *      | 2024-10-05 12:00 | 2024-10-05 15:30, 2024-10-06 15:15
    Australia/Lord_Howe | 45 1 * * *      | 2024-04-06 12:00 | 2024-04-06 14:45, 2024-04-07 15:15
    Australia/Lord_Howe | */15 1 * * *    | 2024-04-06 14:15 | 2024-04-06 14:30, 2024-04-06 14:45, 2024-04-06 15:00, 2024-04-06 15:15, 2024-04-07 14:30`;
  test.each(rows(table))('%s, %s after %s: %s', (timeZone, cron, ...[after = '', expected = '']) => {
    const last = ms(expected.split(', ').at(-1) ?? '');
    expect(ticksBetween({ cron, timeZone }, ms(after), last).map(shown).join(', ')).toBe(expected);
  });
});

describe('whatever the expression, the zone and the day', () => {
  const changes = `
    Europe/Berlin       | 2024-03-31 01:00, 2024-10-27 01:00, 2024-07-01 00:00
    America/New_York    | 2024-03-10 07:00, 2024-11-03 06:00
    Asia/Tehran         | 2021-03-21 20:30, 2021-09-21 19:30
    Australia/Lord_Howe | 2024-10-05 15:30, 2024-04-06 15:00
    America/Sao_Paulo   | 2018-11-04 03:00, 2018-02-18 02:00
    Antarctica/Troll    | 2024-03-31 01:00, 2024-10-27 01:00
    Asia/Pyongyang      | 2018-05-04 15:00, 2015-08-14 15:00
    Pacific/Apia        | 2011-12-30 10:00`;
  const change = fc.constantFrom(
    ...rows(changes).flatMap(([timeZone = '', at = '']) =>
      at.split(',').map((each) => ({ timeZone, at: ms(each) })),
    ),
  );

  interface Field {
    readonly text: string;
    readonly values: readonly number[];
  }

  function field(least: number, most: number, likely: readonly number[]): fc.Arbitrary<Field> {
    const all = Array.from({ length: most - least + 1 }, (_, i) => least + i);
    const some = fc.oneof(fc.constantFrom(...all), fc.constantFrom(...likely));
    const step = fc.integer({ min: 1, max: most });
    return fc.oneof(
      fc.constant({ text: '*', values: all }),
      step.map((n) => ({ text: `*/${n}`, values: all.filter((value) => (value - least) % n === 0) })),
      fc.tuple(some, some).map(([a, b]) => {
        const values = all.filter((value) => value >= Math.min(a, b) && value <= Math.max(a, b));
        return { text: `${Math.min(a, b)}-${Math.max(a, b)}`, values };
      }),
      fc.uniqueArray(some, { minLength: 1, maxLength: 3 }).map((values) => ({ text: values.join(), values })),
    );
  }

  const rest = [
    field(0, 59, [0, 30]),
    field(0, 23, [0, 1, 2, 3, 23]),
    field(1, 31, [30, 31]),
    field(0, 6, [0]),
  ] as const;
  const zeroSeconds = fc.constant<Field>({ text: '0', values: [0] });
  const write = ([second, minute, hour, date, weekday]: readonly Field[]): string =>
    `${second?.text} ${minute?.text} ${hour?.text} ${date?.text} * ${weekday?.text}`;

  /** The local time that a clock on the wall shows, as ms "UTC". */
  function wallClock(timeZone: string): (ms: number) => number {
    // Swedish is written as in ISO 8601: "2024-10-27 02:30:00".
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    return (at) => ms(format.format(at));
  }

  /** What a clerk does who looks at the wall clock again and again. */
  function clerk(
    fields: readonly Field[],
    timeZone: string,
    span: { from: number; to: number; stepMs: number },
  ): number[] {
    const [second, minute, hour, date, weekday] = fields as [Field, Field, Field, Field, Field];
    const isRhythm = /[*/-]/.test(second.text + minute.text + hour.text);
    const isOneDayField = date.text === '*' || weekday.text === '*';
    const fits = (wall: Date): boolean => {
      const days = [date.values.includes(wall.getUTCDate()), weekday.values.includes(wall.getUTCDay())];
      if (!(isOneDayField ? days.every(Boolean) : days.some(Boolean))) return false;
      const time = [wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds()];
      return [hour, minute, second].every(({ values }, i) => values.includes(time[i] ?? -1));
    };
    const wallAt = wallClock(timeZone);
    const ticks: number[] = [];
    let latest = wallAt(span.from);
    for (let at = span.from + span.stepMs; at <= span.to; at += span.stepMs) {
      const wall = wallAt(at);
      let isTick = fits(new Date(wall)) && (isRhythm || wall > latest);
      for (let lost = latest + span.stepMs; lost < wall; lost += span.stepMs) isTick ||= fits(new Date(lost));
      if (isTick) ticks.push(at);
      // A rhythm goes with the clock; a fixed time waits until the clock shows what it has not shown yet.
      latest = isRhythm ? wall : Math.max(latest, wall);
    }
    return ticks;
  }

  test.each([
    { unit: 'minute', stepMs: 60_000, widthMs: 3 * DAY_MS, second: zeroSeconds, numRuns: 120 },
    { unit: 'second', stepMs: 1000, widthMs: DAY_MS / 4, second: field(0, 59, [0]), numRuns: 40 },
  ])(
    'ticks are those of a clerk who looks at the clock every $unit',
    ({ stepMs, widthMs, second, numRuns }) => {
      fc.assert(
        fc.property(fc.tuple(second, ...rest), change, fc.nat(30), (fields, { timeZone, at }, percent) => {
          const from = at - Math.round((widthMs * (percent + 25)) / 100 / 60_000) * 60_000;
          const span = { from, to: from + widthMs, stepMs };
          const ticks = ticksBetween({ cron: write(fields), timeZone }, span.from, span.to);
          expect(ticks).toEqual(clerk(fields, timeZone, span));
        }),
        { numRuns },
      );
    },
  );

  test('the next tick is later, in whole seconds, and nothing is between', () => {
    const shift = fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS });
    const fields = fc.tuple(field(0, 59, [0]), ...rest);
    fc.assert(
      fc.property(fields, change, fc.tuple(shift, fc.nat(100)), (written, { timeZone, at }, [by, part]) => {
        const schedule = parseSchedule({ cron: write(written), timeZone }, 'recurring');
        const tick = nextTick(schedule, at + by) ?? Number.NaN;
        expect(tick).toBeGreaterThan(at + by);
        expect(tick % 1000).toBe(0);
        expect(nextTick(schedule, Math.floor(at + by + (part / 100) * (tick - at - by - 1)))).toBe(tick);
        expect(nextTick(schedule, tick)).toBeGreaterThan(tick);
      }),
      { numRuns: 500 },
    );
  });
});
