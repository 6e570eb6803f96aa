import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';

export const eventsDisable = defineCommand({
  usage: 'disable',
  summary: 'Let no transition be written down any more, and remove those that were.',
  details: 'Subscriptions are told a gap. --json prints {"enabled"}.',
  examples: ['linstock events disable'],
  run: async ({ output, settings }) => {
    await withClient(await settings(), ({ events }) => events.disable());
    await output.sheet({
      json: { enabled: false },
      id: 'disabled',
      fields: [['Events', 'not written down, those that were are removed']],
    });
  },
});
