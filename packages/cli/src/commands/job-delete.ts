import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeJobs } from '../change-jobs.ts';
import { defineCommand, plainOption } from '../command.ts';
import { UsageError } from '../errors.ts';
import { hasFilter } from '../job-filters.ts';

interface Flags extends ChangeFlags {
  readonly force?: boolean;
}

export const jobDelete = defineCommand<Flags>({
  usage: 'delete [id...]',
  summary: 'Remove jobs and all that is known of them, by their ids or by filters.',
  details: CHANGE_DETAILS,
  examples: [
    'linstock job delete 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    'linstock job delete --state cancelled --tag trial --dry-run',
    'linstock job list --state cancelled -o id | linstock job delete -',
  ],
  options: [...changeOptions, plainOption('--force', 'by ids: also jobs that run now')],
  run: async (invocation) => {
    const force = invocation.options.force === true;
    if (force && hasFilter(invocation.options))
      throw new UsageError(
        '--force goes with ids: by filters, jobs that run are not deleted, only cancelled',
      );
    await changeJobs(
      {
        bulk: { verb: 'delete' },
        done: 'deleted',
        apply: (client, ids, own) => client.deleteMany(ids, { ...own, force }),
      },
      invocation,
    );
  },
});
