import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeJobs } from '../change-jobs.ts';
import { defineCommand } from '../command.ts';

export const jobRequeue = defineCommand<ChangeFlags>({
  usage: 'requeue [id...]',
  summary: 'Run ended jobs again, or scheduled ones now, by their ids or by filters.',
  details: CHANGE_DETAILS,
  examples: [
    'linstock job requeue 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    "linstock job requeue --state failed --name 'mail.*' --error timeout --rate 100",
    'linstock job list --state failed -o id | linstock job requeue - --reason "mail server is back"',
  ],
  options: changeOptions,
  run: (invocation) =>
    changeJobs(
      {
        bulk: { verb: 'requeue' },
        done: 'requeued',
        apply: (client, ids, own) => client.requeueMany(ids, own),
      },
      invocation,
    ),
});
