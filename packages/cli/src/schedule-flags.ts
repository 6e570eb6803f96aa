import type { NextRun, ScheduleOptions } from '@linstock/core';
import { parseSchedule, runsOf } from '@linstock/core/internal';
import { option, plainOption } from './command.ts';
import { UsageError } from './errors.ts';
import { duration } from './parse-values.ts';

/** When something recurs, as the command line says it. */
export interface ScheduleFlags {
  readonly cron?: string;
  readonly every?: number;
  readonly timeZone?: string;
}

/** So many runs are looked at for what a change of the clock does. */
export const MOST_RUNS = 100;

/** Options of commands that take a schedule. */
export const scheduleOptions = [
  plainOption('--cron <expression>', "by the clock: '[second] minute hour day month weekday', or @daily"),
  option('--every <duration>', 'in a fixed rhythm, such as 90s; instead of --cron', duration),
  plainOption('--time-zone <zone>', "of --cron's clock, such as Europe/Berlin (default UTC)"),
];

/** Whether a schedule is named. */
export function hasSchedule({ cron, every, timeZone }: ScheduleFlags): boolean {
  return cron !== undefined || every !== undefined || timeZone !== undefined;
}

/** The schedule that is named. @throws {UsageError} none is, or two are */
export function scheduleIn({ cron, every, timeZone }: ScheduleFlags): ScheduleOptions {
  if ((cron === undefined) === (every === undefined))
    throw new UsageError("give either --cron, such as --cron '0 3 * * *', or --every, such as --every 90s");
  if (every !== undefined && timeZone !== undefined)
    throw new UsageError('--time-zone goes with --cron: --every is the same in all zones');
  return {
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

/** The next runs of a schedule that is not stored; needs no Redis. @throws {OptionError} it cannot be used */
export function runsOfSchedule(schedule: ScheduleOptions): NextRun[] {
  return runsOf(parseSchedule(schedule, 'schedule'), Date.now(), MOST_RUNS);
}
