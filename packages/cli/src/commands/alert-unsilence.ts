import { changeAlerts } from '../change-alerts.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const alertUnsilence = defineCommand<ReasonFlags>({
  usage: 'unsilence <id...>',
  summary: 'End the silence of alerts: what fires is told at the next look.',
  details: '"-" reads ids from standard input. --json prints {"alerts": [{"id", "changed"}]}.',
  examples: ['linstock alert unsilence q1S8b2bN4xYz'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeAlerts(
      {
        done: 'told again',
        already: 'was not silent',
        apply: (alerts, id, own) => alerts.unsilence(id, own),
      },
      invocation,
    ),
});
