import { changeJobs, reasonOption } from '../change-jobs.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';

export const jobRequeue = defineCommand<ReasonFlags>({
  usage: 'requeue <id...>',
  summary: 'Run ended jobs again, or scheduled ones now; "-" reads ids from standard input.',
  examples: [
    'linstock job requeue 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    'linstock job list --state failed -o id | linstock job requeue - --reason "mail server is back"',
  ],
  options: [reasonOption],
  run: (invocation) =>
    changeJobs(
      { verb: 'requeue', done: 'requeued', apply: (client, ids, own) => client.requeueMany(ids, own) },
      invocation,
    ),
});
