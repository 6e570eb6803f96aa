import { defineCommand } from '../command.ts';
import { noteLaterEffect, runsJson, runText } from '../runs-view.ts';
import type { ScheduleFlags } from '../schedule-flags.ts';
import { runsOfSchedule, scheduleIn, scheduleOptions } from '../schedule-flags.ts';

const SHOWN = 5;

export const recurringValidate = defineCommand<ScheduleFlags>({
  usage: 'validate',
  summary: 'Check a schedule without Redis: exit code 0, or 2 with the reason.',
  details: '--json prints {"valid", "next", "clock"}.',
  examples: [
    `linstock recurring validate --cron '0 3 * * MON-FRI' --time-zone Europe/Berlin`,
    'linstock recurring validate --every 90s',
  ],
  options: scheduleOptions,
  run: async ({ options, output }) => {
    const schedule = scheduleIn(options);
    const runs = runsOfSchedule(schedule);
    const shown = runs.slice(0, SHOWN);
    await output.sheet({
      json: { valid: true, ...runsJson(shown) },
      id: 'valid',
      fields: [
        ['Schedule', 'valid', 'good'],
        [
          'Next',
          shown.length === 0
            ? 'none: it runs only by hand'
            : shown.map((run) => runText(run, schedule.timeZone)),
        ],
      ],
    });
    noteLaterEffect(output, runs.slice(SHOWN), schedule.timeZone);
  },
});
