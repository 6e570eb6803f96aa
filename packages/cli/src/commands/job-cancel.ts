import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeJobs } from '../change-jobs.ts';
import { defineCommand } from '../command.ts';

export const jobCancel = defineCommand<ChangeFlags>({
  usage: 'cancel [id...]',
  summary: 'End jobs that have not ended, by their ids or by filters.',
  details: `The handler of a running job is told by its signal. ${CHANGE_DETAILS}`,
  examples: [
    'linstock job cancel 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "wrong address"',
    "linstock job cancel --state scheduled --where 'input.user.id=7'",
    'linstock job list --state scheduled -o id | linstock job cancel -',
  ],
  options: changeOptions,
  run: (invocation) =>
    changeJobs(
      {
        bulk: { verb: 'cancel' },
        done: 'cancelled',
        apply: (client, ids, own) => client.cancelMany(ids, own),
      },
      invocation,
    ),
});
