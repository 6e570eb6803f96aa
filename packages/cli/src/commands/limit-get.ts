import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import { limitSheet } from '../limit-view.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

export const limitGet = defineCommand<WatchFlags>({
  usage: 'get <key>',
  summary: 'Show who has the places of a limit, by what right, and who waits.',
  examples: ['linstock limit get bank', 'linstock limit get bank --watch'],
  options: watchOptions,
  run: async ({ args, options, output, settings }) =>
    withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) =>
        out.sheet(limitSheet(await client.limits.get(args[0] as string))),
      ),
    ),
});
