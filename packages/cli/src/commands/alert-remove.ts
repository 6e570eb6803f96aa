import { changeAlerts } from '../change-alerts.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const alertRemove = defineCommand<ReasonFlags>({
  usage: 'remove <id...>',
  summary: 'Remove alerts; who was told that one fires is told that it does not.',
  details: '"-" reads ids from standard input. --json prints {"alerts": [{"id", "changed"}]}.',
  examples: ['linstock alert remove q1S8b2bN4xYz --reason "nobody needs it"'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeAlerts(
      {
        done: 'removed',
        already: 'was not there',
        apply: (alerts, id, own) => alerts.remove(id, own),
      },
      invocation,
    ),
});
