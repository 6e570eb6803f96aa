import { defineCommand, option } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { BLOCK_COLUMNS, blockJson } from '../limit-view.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 200;

export const limitList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List limits, rates and paused names that jobs wait for, those with most of them first.',
  details:
    'A key for which nobody waits is not there: see it by linstock limit get. --json prints {"blocks"}.',
  examples: ['linstock limit list', 'linstock limit list -o wide --watch'],
  options: [
    option('--limit <n>', `how many, 1 to 500 (default ${DEFAULT_LIMIT})`, wholeNumberFrom(1, 500)),
    ...watchOptions,
  ],
  run: async ({ options, output, settings }) =>
    withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const most = options.limit ?? DEFAULT_LIMIT;
        const blocks = (await monitor.blocks({ most })).map(blockJson);
        await out.list({
          rows: blocks,
          columns: BLOCK_COLUMNS,
          id: ({ key }) => key,
          json: { blocks },
          empty: 'No job waits for a limit, a rate or a paused name.',
        });
      }),
    ),
});
