import { changeJobs, reasonOption } from '../change-jobs.ts';
import { defineCommand, plainOption } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';

export const jobDelete = defineCommand<ReasonFlags & { readonly force?: boolean }>({
  usage: 'delete <id...>',
  summary: 'Remove jobs and all that is known of them; "-" reads ids from standard input.',
  examples: [
    'linstock job delete 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    'linstock job list --state cancelled -o id | linstock job delete -',
  ],
  options: [reasonOption, plainOption('--force', 'also jobs that run now')],
  run: (invocation) => {
    const force = invocation.options.force === true;
    const apply = changeWith(force);
    return changeJobs({ verb: 'delete', done: 'deleted', apply }, invocation);
  },
});

function changeWith(force: boolean): Parameters<typeof changeJobs>[0]['apply'] {
  return (client, ids, own) => client.deleteMany(ids, { ...own, force });
}
