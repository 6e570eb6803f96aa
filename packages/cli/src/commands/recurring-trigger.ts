import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

export const recurringTrigger = defineCommand<ReasonFlags>({
  usage: 'trigger <id>',
  summary: 'Run a recurring job now, beside its schedule; prints the id of the job.',
  details: '--json prints {"id", "job"}.',
  examples: [
    'linstock recurring trigger daily-report',
    'linstock job wait $(linstock recurring trigger daily-report -o id)',
  ],
  options: [auditReasonOption],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const job = await withClient(await settings(), ({ recurring }) =>
      recurring.trigger(id, reasonIn(options)),
    );
    await output.sheet({ json: { id, job }, id: job, fields: [['Enqueued', job]] });
  },
});
