import { RecurringNotFoundError } from '@linstock/core';
import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import { recurringJson, recurringSheet } from '../recurring-view.ts';

const NEXT = 5;

export const recurringGet = defineCommand({
  usage: 'get <id>',
  summary: 'Show a recurring job, and when it runs next.',
  examples: ['linstock recurring get daily-report'],
  run: async ({ args, output, settings }) => {
    const id = args[0] as string;
    await withClient(await settings(), async ({ recurring }) => {
      const found = await recurring.get(id);
      if (found === undefined) throw new RecurringNotFoundError(id);
      // One that is switched off has none; its error says why.
      const next = found.error === undefined ? await recurring.next(id, NEXT) : [];
      const leftOut = await recurring.leftOut(id);
      await output.sheet(recurringSheet(recurringJson(found), { next, leftOut }));
    });
  },
});
