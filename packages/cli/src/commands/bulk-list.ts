import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import { OPERATION_COLUMNS, operationJson } from '../operation-view.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;

export const bulkList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List bulk operations, the newest first.',
  details: 'The newest 1,000 are remembered. --json prints {"operations"}.',
  examples: ['linstock bulk list', 'linstock bulk list --watch'],
  options: [
    option('--limit <n>', `how many, 1 to 1000 (default ${DEFAULT_LIMIT})`, wholeNumberFrom(1, 1000)),
    ...watchOptions,
  ],
  run: async ({ options, output, settings }) =>
    withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) => {
        const most = options.limit ?? DEFAULT_LIMIT;
        const operations = (await client.operations.list({ most })).map(operationJson);
        await out.list({
          rows: operations,
          columns: OPERATION_COLUMNS,
          id: ({ id }) => id,
          json: { operations },
          empty: 'No operation was begun, or all are forgotten.',
        });
      }),
    ),
});
