import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../errors.ts';
import type { Schedule, ScheduleOptions, TickPlan } from './schedule.ts';
import { jitterOf, nextTick, parseSchedule, planTicks } from './schedule.ts';

const read = (options: ScheduleOptions): Schedule => parseSchedule(options, 'recurring');
const at = (text: string): number => Date.parse(text);

function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

/** Ticks from one of them up to an instant. */
function ticksFrom(schedule: Schedule, first: number, until: number): number[] {
  const ticks: number[] = [];
  let tick: number | undefined = first;
  for (; tick !== undefined && tick <= until; tick = nextTick(schedule, tick)) ticks.push(tick);
  return ticks;
}

describe('a schedule is refused with the name of its option', () => {
  const crons = [
    ['', ' ', '5', '* * * *', '* * * * * * *', 'a b c d e', '60 * * * *', '* 24 * * *', '* * 0 * *'],
    ['H * * * *', '*/0 * * * *', '5-1 * * * *', '1,1 * * * *', '* * 1W-5 * *', '* * W * *', '* * 32W * *'],
    ['* * L-31 * *', '* * L, * *', '* * * * L', '* * * * 1#6', '* * * * 1#1.5', '* * * * 1#2,3#1'],
    ['@every', '@constructor', 'constructor', '0 0 * * mon-montag', '* * * * *\u0000', '* * * *\u2003*'],
    ['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30W 2 *', '0 0 L-29 2 *', '* '.repeat(600)],
  ].flat();
  const zones = ['Mars/Olympus', '', '+05:30', 'Europe/Berlin ', 5];
  test.each<readonly [unknown, string]>([
    ...crons.map((cron) => [{ cron }, 'recurring.cron'] as const),
    ...zones.map((timeZone) => [{ cron: '@daily', timeZone }, 'recurring.timeZone'] as const),
    [{ cron: 5 }, 'recurring.cron'],
    [{}, 'recurring'],
    [{ cron: '* * * * *', every: '1m' }, 'recurring'],
    [{ every: 999 }, 'recurring.every'],
    [{ every: 'soon' }, 'recurring.every'],
    [{ every: '1m', timeZone: 'UTC' }, 'recurring.timeZone'],
    [{ every: '1m', startAt: 5 }, 'recurring.startAt'],
    [{ every: '1m', startAt: new Date(Number.NaN) }, 'recurring.startAt'],
    [{ every: '1m', startAt: new Date(1), endAt: new Date(0) }, 'recurring.endAt'],
    [{ every: '1m', jitter: -1 }, 'recurring.jitter'],
  ])('%j: %s', (options, option) => {
    const refuse = (): unknown => read(options as ScheduleOptions);
    expect(refuse).toThrow(OptionError);
    expect(refuse).toThrow(expect.objectContaining({ fields: expect.objectContaining({ option }) }));
  });

  test('whatever is written as cron is refused, or has ticks, without a long search', () => {
    const part = fc.constantFrom(...'* ? , - / # L W H 0 1 2 5 7 29 30 31 59 60 FEB SUN THU'.split(' '));
    const field = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
    const fields = fc.array(field, { minLength: 5, maxLength: 6 }).map((all) => all.join(' '));
    // Where only the days are unknown, more of them can be read and meet the calendar.
    const days = fc
      .tuple(field, fc.integer({ min: 1, max: 12 }))
      .map(([date, month]) => `0 0 ${date} ${month} *`);
    fc.assert(
      fc.property(fc.oneof(fields, days, fc.string({ unit: 'binary' })), (cron) => {
        const begin = process.cpuUsage();
        const outcome = attempt(() => nextTick(read({ cron, timeZone: 'Europe/Berlin' }), 0));
        expect(outcome instanceof OptionError || Number(outcome) > 0).toBe(true);
        // It takes less than 10 ms of a processor; a clock would also count what others get of it.
        expect(process.cpuUsage(begin).user / 1000).toBeLessThan(200);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 ?', '0 0 30W 2 *', '0 0 L-29 2 *', '0 0 0 31W FEB *'])(
    'and at once when its day never comes: %s',
    (cron) => {
      const tries = Array.from({ length: 21 }, () => {
        const begin = performance.now();
        const outcome = attempt(() =>
          nextTick(read({ cron, timeZone: 'Europe/Berlin' }), at('2024-01-01T00:00Z')),
        );
        return { outcome, ms: performance.now() - begin };
      });
      for (const { outcome } of tries)
        expect(outcome).toMatchObject({
          code: 'INVALID_OPTION',
          fields: { option: 'recurring.cron', value: cron },
        });
      const median = tries.map(({ ms }) => ms).toSorted((a, b) => a - b)[10] ?? Infinity;
      // It takes 0.1 ms. Of 21 tries some may meet a machine that is busy, and not the one in the middle.
      expect(median).toBeLessThan(10);
    },
  );

  test('an expression that is read again is as it was, however many were read between', () => {
    const first = nextTick(read({ cron: '7 3 * * *' }), 0);
    for (let i = 0; i < 1000; i++) read({ cron: `${i % 60} ${i % 24} 1 * *` });
    expect(nextTick(read({ cron: '7 3 * * *' }), 0)).toBe(first);
  });
});

describe('ticks', () => {
  test.each([
    ['@hourly', '0 * * * *'],
    ['@Daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
  ])('of %s are those of %s', (macro, cron) => {
    const now = at('2024-01-03T12:34Z');
    expect(nextTick(read({ cron: macro }), now)).toBe(nextTick(read({ cron }), now));
  });

  test('of a period are counted from 1970, so that it does not matter when it was defined', () => {
    const tick = nextTick(read({ every: '7h' }), at('2024-01-01T12:00Z')) ?? 0;
    expect(tick % (7 * 3_600_000)).toBe(0);
    expect(tick - at('2024-01-01T12:00Z')).toBeLessThanOrEqual(7 * 3_600_000);
  });

  test('of a period with a start are counted from there, the start included', () => {
    const schedule = read({ every: '1d', startAt: new Date('2024-01-01T05:00:00.500Z') });
    const first = at('2024-01-01T05:00:00.500Z');
    expect([0, first].map((after) => nextTick(schedule, after))).toEqual([first, first + 86_400_000]);
  });

  test.each<ScheduleOptions>([{ cron: '@daily' }, { every: '1d' }])(
    'of %j keep to a start and an end, both included',
    (kind) => {
      const [startAt, endAt] = [new Date('2024-01-01T00:00Z'), new Date('2024-01-02T00:00Z')];
      const schedule = read({ ...kind, startAt, endAt });
      expect(
        [0, +startAt - 1, +startAt, +endAt - 1, +endAt].map((after) => nextTick(schedule, after)),
      ).toEqual([+startAt, +startAt, +endAt, +endAt, undefined]);
    },
  );

  test('are one, when a period begins and ends at the same instant', () => {
    const schedule = read({ every: '1s', startAt: new Date(5000), endAt: new Date(5000) });
    expect([nextTick(schedule, 0), nextTick(schedule, 5000)]).toEqual([5000, undefined]);
  });

  test('end with the year 9999, and there are none after an instant that is none', () => {
    const schedule = read({ cron: '@yearly', timeZone: 'Europe/Berlin' });
    expect(nextTick(schedule, at('9998-06-01T00:00Z'))).toBe(at('9998-12-31T23:00Z'));
    expect([at('9999-06-01T00:00Z'), Infinity, Number.NaN].map((after) => nextTick(schedule, after))).toEqual(
      Array.from({ length: 3 }),
    );
  });
});

describe('jitter', () => {
  test('is the same for the same tick, at least 0 and below its bound, for any id', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 100_000 }), (id, tick, jitter) => {
        const delay = jitterOf(read({ every: '1m', jitter }), id, tick);
        expect(delay === 0 || (Number.isInteger(delay) && delay > 0 && delay < jitter)).toBe(true);
        expect(jitterOf(read({ cron: '@daily', jitter }), id, tick)).toBe(delay);
      }),
    );
  });

  test('spreads the ticks of a job, and the jobs of a tick, evenly', () => {
    const schedule = read({ every: '1m', jitter: 1000 });
    const delays = Array.from({ length: 10_000 }, (_, i) => [
      jitterOf(schedule, 'report', i * 60_000),
      jitterOf(schedule, `report-${i}`, 1_700_000_040_000),
    ]);
    for (const which of [0, 1]) {
      const tenths = delays.map((pair) => Math.floor((pair[which] ?? 0) / 100));
      const counts = Array.from({ length: 10 }, (_, tenth) => tenths.filter((each) => each === tenth).length);
      // 1,000 in each, with a standard deviation of 30: five of them.
      expect(Math.max(...counts.map((count) => Math.abs(count - 1000)))).toBeLessThan(150);
    }
  });
});

describe('ticks that nobody ran in time', () => {
  const minutely = read({ cron: '* * * * *' });
  const [due, now] = [at('2024-01-01T00:00Z'), at('2024-01-01T00:05:30Z')];
  const policies = ['once', 'all', 'skip'] as const;
  const minutes = (...all: number[]): number[] => all.map((minute) => due + minute * 60_000);
  const question = { schedule: minutely, due, now, graceMs: 90_000, most: 100 } as const;

  test.each<readonly [string, TickPlan]>([
    ['once', { run: minutes(5), skipped: 5, next: due + 360_000 }],
    ['all', { run: minutes(0, 1, 2, 3, 4, 5), skipped: 0, next: due + 360_000 }],
    ['skip', { run: minutes(4, 5), skipped: 4, next: due + 360_000 }],
  ])('%s', (misfire, plan) => {
    expect(planTicks({ ...question, misfire: misfire as 'once' })).toEqual(plan);
  });

  test.each([0, 999, 1000, 1001, 1999, 2000])('once: finds the latest to the second, %i ms later', (late) => {
    const last = due + Math.floor(late / 1000) * 1000;
    const plan = planTicks({
      ...question,
      schedule: read({ every: 1000 }),
      now: due + late,
      misfire: 'once',
    });
    expect(plan).toEqual({ run: [last], skipped: (last - due) / 1000, next: last + 1000 });
  });

  test('all: what is over the bound of a call is left to the next one', () => {
    const plan = planTicks({ ...question, misfire: 'all', most: 4 });
    expect(plan).toEqual({ run: minutes(0, 1, 2, 3), skipped: 0, next: due + 240_000 });
  });

  test('skip: nothing runs when even the latest is too old', () => {
    const plan = planTicks({ ...question, misfire: 'skip', graceMs: 10_000 });
    expect(plan).toEqual({ run: [], skipped: 6, next: due + 360_000 });
  });

  test.each(policies)('%s: a tick in time runs, and one to come waits', (misfire) => {
    const inTime = planTicks({ ...question, misfire, now: due });
    expect(inTime).toEqual({ run: [due], skipped: 0, next: due + 60_000 });
    const early = planTicks({ ...question, misfire, now: due - 1 });
    expect(early).toEqual({ run: [], skipped: 0, next: due });
  });

  test.each(policies)('%s: a year of missed seconds takes about a thousand steps', (misfire) => {
    let asked = 0;
    const seconds = read({ cron: '* * * * * *', timeZone: 'Europe/Berlin' });
    const counted = { ...seconds, tickFrom: (from: number) => (asked++, seconds.tickFrom(from)) };
    const plan = planTicks({ ...question, schedule: counted, misfire, now: due + 366 * 86_400_000 });
    expect(asked).toBeLessThan(1150);
    expect(plan.run.length).toBe({ once: 1, all: question.most, skip: 91 }[misfire]);
    expect(plan.skipped).toBe(misfire === 'all' ? 0 : 1000);
  });

  test('every tick runs, is counted as skipped, or is left to the next call; none twice', () => {
    const timeZone = 'Europe/Berlin';
    const ending = read({ cron: '0 2 * * *', endAt: new Date('2024-04-01T00:00Z'), timeZone });
    const schedules = [read({ cron: '*/7 * * * *', timeZone }), read({ every: '11m' }), ending];
    const span = fc.record({
      start: fc.nat(3 * 86_400_000),
      late: fc.nat(2 * 86_400_000),
      graceMs: fc.nat(86_400_000),
    });
    const policy = fc.record({
      misfire: fc.constantFrom(...policies),
      most: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        span,
        policy,
        (schedule, { start, late, graceMs }, { misfire, most }) => {
          const first = nextTick(schedule, at('2024-03-29T00:00Z') + start);
          if (first === undefined) return;
          const until = first + late;
          const ticks = ticksFrom(schedule, first, until);
          const plan = planTicks({ schedule, due: first, now: until, misfire, graceMs, most });
          const wanted = {
            once: ticks.slice(-1),
            all: ticks,
            skip: ticks.filter((tick) => tick >= until - graceMs),
          }[misfire];
          expect(plan.run).toEqual(wanted.slice(0, most));
          expect(plan.skipped).toBe(ticks.length - wanted.length);
          expect(plan.next).toBe(wanted[most] ?? nextTick(schedule, until));
        },
      ),
      { numRuns: 500 },
    );
  });
});
