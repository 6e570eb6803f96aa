import { BATCH_COLUMNS, batchJson } from '../batch-view.ts';
import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;

export const batchList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List batches and workflows, the newest first.',
  details: '--json prints {"batches"}.',
  examples: ['linstock batch list', 'linstock batch list --watch'],
  options: [
    option('--limit <n>', `how many, 1 to 1000 (default ${DEFAULT_LIMIT})`, wholeNumberFrom(1, 1000)),
    ...watchOptions,
  ],
  run: async ({ options, output, settings }) =>
    withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) => {
        const most = options.limit ?? DEFAULT_LIMIT;
        const batches = (await client.batches.list({ most })).map(batchJson);
        await out.list({
          rows: batches,
          columns: BATCH_COLUMNS,
          id: ({ id }) => id,
          json: { batches },
          empty: 'No batch was created, or all are forgotten.',
        });
      }),
    ),
});
