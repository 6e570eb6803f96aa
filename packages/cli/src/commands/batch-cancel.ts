import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

export const batchCancel = defineCommand<ReasonFlags>({
  usage: 'cancel <id>',
  summary: 'End all jobs of a batch or a workflow that have not ended.',
  details: '--json prints {"id", "changed"}; false: it had ended already.',
  examples: ['linstock batch cancel 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "wrong album"'],
  options: [auditReasonOption],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const changed = await withClient(await settings(), (client) =>
      client.batches.cancel(id, reasonIn(options)),
    );
    await output.sheet({
      json: { id, changed },
      id,
      fields: [['Batch', `${id} ${changed ? 'cancelled' : 'had ended already'}`]],
    });
  },
});
