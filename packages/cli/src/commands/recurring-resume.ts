import { changeRecurring } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const recurringResume = defineCommand<ReasonFlags>({
  usage: 'resume <id...>',
  summary: 'Let paused recurring jobs go on with their first tick from now on.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring resume daily-report'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeRecurring(
      {
        done: 'resumed',
        already: 'was not paused',
        apply: (recurring, id, own) => recurring.resume(id, own),
      },
      invocation,
    ),
});
