import type { NextRun } from '@linstock/core';
import { RecurringNotFoundError } from '@linstock/core';
import type { Invocation } from '../command.ts';
import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import { UsageError } from '../errors.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { noteLaterEffect, printRuns } from '../runs-view.ts';
import type { ScheduleFlags } from '../schedule-flags.ts';
import { hasSchedule, MOST_RUNS, runsOfSchedule, scheduleIn, scheduleOptions } from '../schedule-flags.ts';

interface Flags extends ScheduleFlags {
  readonly count?: number;
}

interface Runs {
  readonly runs: readonly NextRun[];
  readonly timeZone: string | undefined;
}

const DEFAULT_COUNT = 5;
const NONE =
  'It has no next run: it is paused, has ended, runs only by hand, or its definition cannot be used.';

export const recurringNext = defineCommand<Flags>({
  usage: 'next [id]',
  summary:
    'Show when a recurring job, or a schedule that is not stored, runs next, and what clocks do to it.',
  details:
    'A schedule needs no Redis. --json prints {"next", "clock"}: instants in ms, and by the instant what a change of the clock does to a run: leap, once or twice.',
  examples: [
    'linstock recurring next daily-report',
    `linstock recurring next --cron '30 2 * * *' --time-zone Europe/Berlin --count 20`,
  ],
  options: [
    ...scheduleOptions,
    option(
      '--count <n>',
      `how many runs, 1 to ${MOST_RUNS} (default ${DEFAULT_COUNT})`,
      wholeNumberFrom(1, MOST_RUNS),
    ),
  ],
  run: async (invocation) => {
    const { args, options, output } = invocation;
    const id = args[0] as string | undefined;
    if ((id !== undefined) === hasSchedule(options))
      throw new UsageError('name either a recurring job, or a schedule by --cron or --every');
    const { runs, timeZone } = id === undefined ? ofSchedule(options) : await ofStored(id, invocation);
    const count = options.count ?? DEFAULT_COUNT;
    await printRuns(output, runs.slice(0, count), { timeZone, empty: NONE });
    noteLaterEffect(output, runs.slice(count), timeZone);
  },
});

function ofSchedule(flags: Flags): Runs {
  const schedule = scheduleIn(flags);
  return { runs: runsOfSchedule(schedule), timeZone: schedule.timeZone };
}

async function ofStored(id: string, { settings }: Invocation<Flags>): Promise<Runs> {
  return withClient(await settings(), async ({ recurring }) => {
    const found = await recurring.get(id);
    if (found === undefined) throw new RecurringNotFoundError(id);
    const runs = found.error === undefined ? await recurring.nextRuns(id, MOST_RUNS) : [];
    return { runs, timeZone: found.schedule.timeZone };
  });
}
