import { BatchError } from '@linstock/core';
import { batchJson, batchSheet } from '../batch-view.ts';
import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

export const batchGet = defineCommand<WatchFlags>({
  usage: 'get <id>',
  summary: 'Show how far a batch or a workflow is.',
  examples: ['linstock batch get 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --watch'],
  options: watchOptions,
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    return withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) => {
        const batch = await client.batches.get(id);
        if (batch === undefined)
          throw new BatchError('BATCH_NOT_FOUND', 'does not exist, or retention removed it', id);
        await out.sheet(batchSheet(batchJson(batch)));
      }),
    );
  },
});
