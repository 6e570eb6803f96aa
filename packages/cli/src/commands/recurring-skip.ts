import { changeRecurring } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const recurringSkip = defineCommand<ReasonFlags>({
  usage: 'skip <id...>',
  summary: 'Pass over the next tick of recurring jobs.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring skip daily-report'],
  options: [auditReasonOption],
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
