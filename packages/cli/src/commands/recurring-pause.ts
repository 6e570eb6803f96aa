import type { RecurringChangeFlags } from '../change-recurring.ts';
import { changeRecurring, recurringReasonOption } from '../change-recurring.ts';
import { defineCommand } from '../command.ts';

export const recurringPause = defineCommand<RecurringChangeFlags>({
  usage: 'pause <id...>',
  summary: 'Let no tick of recurring jobs run until they are resumed.',
  details: '"-" reads ids from standard input. --json prints {"recurring": [{"id", "changed"}]}.',
  examples: ['linstock recurring pause daily-report --reason "the mail server is down"'],
  options: [recurringReasonOption],
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
