import type { Due } from '@linstock/core';
import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeEach, changeJobs } from '../change-jobs.ts';
import { defineCommand, option } from '../command.ts';
import { UsageError } from '../errors.ts';
import { duration, instant } from '../parse-values.ts';

interface Flags extends ChangeFlags {
  readonly in?: number;
  readonly at?: Date;
}

export const jobReschedule = defineCommand<Flags>({
  usage: 'reschedule [id...]',
  summary: 'Make jobs that wait due at another time, by their ids or by filters.',
  details: CHANGE_DETAILS,
  examples: [
    'linstock job reschedule 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --in 10m',
    'linstock job reschedule --state enqueued --queue reports --at 2030-01-31T22:00:00Z',
  ],
  options: [
    option('--in <duration>', 'due after this time', duration),
    option('--at <time>', 'due at this instant, such as 2030-01-31T09:00:00Z', instant),
    ...changeOptions,
  ],
  run: async (invocation) => {
    const due = dueIn(invocation.options);
    await changeJobs(
      {
        bulk: { verb: 'reschedule', due },
        done: 'rescheduled',
        apply: (client, ids, own) => changeEach(ids, (id) => client.reschedule(id, { ...due, ...own })),
      },
      invocation,
    );
  },
});

function dueIn({ in: delayMs, at }: Flags): Due {
  if (delayMs !== undefined && at === undefined) return { in: delayMs };
  if (at !== undefined && delayMs === undefined) return { at };
  throw new UsageError('tell when they are due, by either --in or --at');
}
