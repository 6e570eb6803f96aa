import { changeRecurring } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const recurringRemove = defineCommand<ReasonFlags>({
  usage: 'remove <id...>',
  summary: 'Remove recurring jobs; jobs that they have enqueued stay.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring remove daily-report'],
  options: [auditReasonOption],
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
