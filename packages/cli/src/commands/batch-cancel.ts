import { defineCommand, plainOption } from '../command.ts';
import { withClient } from '../connect.ts';

interface Flags {
  readonly reason?: string;
}

export const batchCancel = defineCommand<Flags>({
  usage: 'cancel <id>',
  summary: 'End all jobs of a batch or a workflow that have not ended.',
  details: '--json prints {"id", "changed"}; false: it had ended already.',
  examples: ['linstock batch cancel 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "wrong album"'],
  options: [plainOption('--reason <text>', 'why; kept in the audit log')],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const own = options.reason === undefined ? {} : { reason: options.reason };
    const changed = await withClient(await settings(), (client) => client.batches.cancel(id, own));
    await output.sheet({
      json: { id, changed },
      id,
      fields: [['Batch', `${id} ${changed ? 'cancelled' : 'had ended already'}`]],
    });
  },
});
