import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

export const bulkCancel = defineCommand<ReasonFlags>({
  usage: 'cancel <id>',
  summary: 'End a bulk operation; what it has changed stays.',
  details: '--json prints {"id", "changed"}; false: it had ended already.',
  examples: ['linstock bulk cancel 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "wrong filter"'],
  options: [auditReasonOption],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const changed = await withClient(await settings(), (client) =>
      client.operations.cancel(id, reasonIn(options)),
    );
    await output.sheet({
      json: { id, changed },
      id,
      fields: [['Operation', `${id} ${changed ? 'cancelled' : 'had ended already'}`]],
    });
  },
});
