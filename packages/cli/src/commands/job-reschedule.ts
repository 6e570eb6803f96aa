import type { Due } from '@linstock/core';
import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeEach, changeJobs } from '../change-jobs.ts';
import { defineCommand } from '../command.ts';
import type { DueFlags } from '../due-flags.ts';
import { dueIn, dueOptions } from '../due-flags.ts';
import { UsageError } from '../errors.ts';

type Flags = ChangeFlags & DueFlags;

export const jobReschedule = defineCommand<Flags>({
  usage: 'reschedule [id...]',
  summary: 'Make jobs that wait due at another time, by their ids or by filters.',
  details: CHANGE_DETAILS,
  examples: [
    'linstock job reschedule 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --in 10m',
    'linstock job reschedule --state enqueued --queue reports --at 2030-01-31T22:00:00Z',
  ],
  options: [...dueOptions(), ...changeOptions],
  run: async (invocation) => {
    const due = wantedDue(invocation.options);
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

function wantedDue(flags: Flags): Due {
  const isOne = (flags.in === undefined) !== (flags.at === undefined);
  const due = isOne ? dueIn(flags) : undefined;
  if (due === undefined) throw new UsageError('tell when they are due, by either --in or --at');
  return due;
}
