import { defineCommand } from '../command.ts';
import type { RecurringChangeFlags } from '../change-recurring.ts';
import { recurringReasonOption } from '../change-recurring.ts';
import { withClient } from '../connect.ts';

export const recurringTrigger = defineCommand<RecurringChangeFlags>({
  usage: 'trigger <id>',
  summary: 'Run a recurring job now, beside its schedule; prints the id of the job.',
  details: '--json prints {"id", "job"}.',
  examples: [
    'linstock recurring trigger daily-report',
    'linstock job wait $(linstock recurring trigger daily-report -o id)',
  ],
  options: [recurringReasonOption],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const own = options.reason === undefined ? {} : { reason: options.reason };
    const job = await withClient(await settings(), ({ recurring }) => recurring.trigger(id, own));
    await output.sheet({ json: { id, job }, id: job, fields: [['Enqueued', job]] });
  },
});
