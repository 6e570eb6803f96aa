import { changeRecurring } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const recurringPause = defineCommand<ReasonFlags>({
  usage: 'pause <id...>',
  summary: 'Let no tick of recurring jobs run until they are resumed.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring pause daily-report --reason "the mail server is down"'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeRecurring(
      {
        done: 'paused',
        already: 'was paused already',
        apply: (recurring, id, own) => recurring.pause(id, own),
      },
      invocation,
    ),
});
