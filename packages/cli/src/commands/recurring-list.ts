import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import { RECURRING_COLUMNS, recurringJson } from '../recurring-view.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

export const recurringList = defineCommand<WatchFlags>({
  usage: 'list',
  summary: 'List recurring jobs in the order of their next ticks.',
  details: '--json prints {"recurring"}.',
  examples: ['linstock recurring list', 'linstock recurring list -o wide --watch'],
  options: watchOptions,
  run: async ({ options, output, settings }) =>
    withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) => {
        const recurring = (await client.recurring.list()).map(recurringJson);
        await out.list({
          rows: recurring,
          columns: RECURRING_COLUMNS,
          id: ({ id }) => id,
          json: { recurring },
          empty: 'No recurring job is defined.',
        });
      }),
    ),
});
