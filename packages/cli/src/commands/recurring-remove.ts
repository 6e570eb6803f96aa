import type { RecurringChangeFlags } from '../change-recurring.ts';
import { changeRecurring, recurringReasonOption } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';

export const recurringRemove = defineCommand<RecurringChangeFlags>({
  usage: 'remove <id...>',
  summary: 'Remove recurring jobs; jobs that they have enqueued stay.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring remove daily-report'],
  options: [recurringReasonOption],
  run: (invocation) =>
    changeRecurring(
      {
        done: 'removed',
        already: 'was not there',
        apply: (recurring, id, own) => recurring.remove(id, own),
      },
      invocation,
    ),
});
