import { describe, expect, test } from 'vitest';
import { nextTick, parseSchedule } from './schedule.ts';

type Effect = string | undefined;

/** What is told of the ticks of a day (UTC), in their order, with their local time where the clock leaps over it. */
function effectsOn(day: string, cron: string, timeZone: string): Effect[] {
  const schedule = parseSchedule({ cron, timeZone }, 'schedule');
  const end = Date.parse(day) + 86_400_000;
  const effects: Effect[] = [];
  for (
    let tick = nextTick(schedule, Date.parse(day) - 1);
    tick !== undefined && tick < end;
    tick = nextTick(schedule, tick)
  ) {
    const effect = schedule.clockAt(tick);
    effects.push(effect && [effect.kind, effect.meant?.slice(11, 16)].filter(Boolean).join(' '));
  }
  return effects;
}

/** Those of the rule's rows in docs/recurring.md in which something happens, or nothing beside it. */
describe('what a change of the clock does to a tick', () => {
  test.each([
    ['Europe/Berlin', '2024-03-31', '30 2 * * *', ['leap 02:30']],
    ['Europe/Berlin', '2024-03-31', '0,15,30 2 * * *', ['leap 02:00']],
    ['Europe/Berlin', '2024-03-31', '0 2,3 * * *', ['leap 02:00']],
    ['Europe/Berlin', '2024-03-31', '0 3 * * *', [undefined]],
    ['Europe/Berlin', '2024-03-31', '30 3 * * *', [undefined]],
    ['Europe/Berlin', '2024-03-30', '30 2 * * *', [undefined]],
    ['Europe/Berlin', '2024-10-27', '30 2 * * *', ['once']],
    ['Europe/Berlin', '2024-10-27', '0 3 * * *', [undefined]],
    ['Europe/Berlin', '2024-10-26', '59 1 * * *', [undefined]],
    ['Europe/Berlin', '2024-10-27', '*/30 2 * * *', ['twice', 'twice', 'twice', 'twice']],
    ['Europe/Berlin', '2024-10-26', '30 2 * * *', [undefined]],
    ['America/New_York', '2024-03-10', '30 2 * * *', ['leap 02:30']],
    ['America/New_York', '2024-11-03', '30 1 * * *', ['once']],
    ['America/New_York', '2024-11-03', '0 2 * * *', [undefined]],
    ['America/New_York', '2024-11-03', '30 1-3 * * *', ['twice', 'twice', undefined, undefined]],
    ['Asia/Tehran', '2021-03-21', '0 0 * * *', ['leap 00:00']],
    ['Asia/Tehran', '2021-09-21', '30 23 * * *', ['once']],
    ['Asia/Tehran', '2024-03-21', '0 0 * * *', [undefined]],
    ['Pacific/Apia', '2011-12-30', '0 9 * * *', ['leap 09:00', undefined]],
    ['Australia/Lord_Howe', '2024-10-05', '15 2 * * *', ['leap 02:15']],
    ['Australia/Lord_Howe', '2024-04-06', '45 1 * * *', ['once']],
    ['UTC', '2024-03-31', '30 2 * * *', [undefined]],
  ] as const)('%s, %s: %s is told %j', (...[zone, day, cron, expected]) => {
    expect(effectsOn(day, cron, zone)).toEqual(expected);
  });

  test('a fixed rhythm knows no clock', () => {
    const schedule = parseSchedule({ every: '1h' }, 'schedule');
    expect(schedule.clockAt(Date.parse('2024-10-27T00:00:00Z'))).toBeUndefined();
  });
});
