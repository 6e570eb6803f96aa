import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { QUEUE_COLUMNS, readQueues } from '../queue-view.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

export const queueList = defineCommand<WatchFlags>({
  usage: 'list',
  summary: 'List all queues that were ever used.',
  details: '--json prints {"queues"}.',
  examples: ['linstock queue list', 'linstock queue list -o wide --watch', 'linstock queue list -o id'],
  options: watchOptions,
  run: async ({ options, output, settings }) =>
    withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const queues = await readQueues(monitor);
        await out.list({
          rows: queues,
          columns: QUEUE_COLUMNS,
          id: ({ name }) => name,
          json: { queues },
          empty: 'No queue was ever used.',
        });
      }),
    ),
});
