import type { RecurringChangeFlags } from '../change-recurring.ts';
import { changeRecurring, recurringReasonOption } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';

export const recurringSkip = defineCommand<RecurringChangeFlags>({
  usage: 'skip <id...>',
  summary: 'Pass over the next tick of recurring jobs.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring skip daily-report'],
  options: [recurringReasonOption],
  run: (invocation) =>
    changeRecurring(
      {
        done: 'skipped',
        already: 'has no next tick',
        apply: (recurring, id, own) => recurring.skipNext(id, own),
      },
      invocation,
    ),
});
