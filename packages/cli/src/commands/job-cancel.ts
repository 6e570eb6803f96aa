import { changeJobs, reasonOption } from '../change-jobs.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';

export const jobCancel = defineCommand<ReasonFlags>({
  usage: 'cancel <id...>',
  summary: 'End jobs that have not ended; "-" reads ids from standard input.',
  details: 'The handler of a running job is told by its signal.',
  examples: [
    'linstock job cancel 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "wrong address"',
    'linstock job list --state scheduled -o id | linstock job cancel -',
  ],
  options: [reasonOption],
  run: (invocation) =>
    changeJobs(
      { verb: 'cancel', done: 'cancelled', apply: (client, ids, own) => client.cancelMany(ids, own) },
      invocation,
    ),
});
