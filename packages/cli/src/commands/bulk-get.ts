import { OperationNotFoundError } from '@linstock/core';
import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import { operationJson, operationSheet } from '../operation-view.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

export const bulkGet = defineCommand<WatchFlags>({
  usage: 'get <id>',
  summary: 'Show how far a bulk operation is.',
  examples: ['linstock bulk get 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --watch'],
  options: watchOptions,
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    return withClient(await settings(), (client) =>
      watched({ flags: options, output }, async (out) => {
        const operation = await client.operations.get(id);
        if (operation === undefined) throw new OperationNotFoundError(id);
        await out.sheet(operationSheet(operationJson(operation)));
      }),
    );
  },
});
