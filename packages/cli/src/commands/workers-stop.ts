import { changeWorkers } from '../change-workers.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const workersStop = defineCommand<ReasonFlags>({
  usage: 'stop <id...>',
  summary: 'Let workers end, after what they run.',
  details:
    '`linstock worker` ends then; what restarts it is yours. A worker hears it at once, at the latest at its next beat. "-" reads ids from standard input. --json prints {"workers": [{"id", "order"}]}.',
  examples: [
    'linstock workers stop K3Z7Q4N0W6F3',
    'linstock workers list --queue mail -o id | linstock workers stop -',
  ],
  options: [auditReasonOption],
  run: (invocation) =>
    changeWorkers(
      {
        order: { order: 'stop' },
        told: 'told to stop',
        apply: (workers, id, own) => workers.stop(id, own),
      },
      invocation,
    ),
});
