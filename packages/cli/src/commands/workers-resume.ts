import { changeWorkers } from '../change-workers.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const workersResume = defineCommand<ReasonFlags>({
  usage: 'resume <id...>',
  summary: 'Let quiet workers claim again.',
  details:
    'A worker hears it at once, at the latest at its next beat. "-" reads ids from standard input. --json prints {"workers": [{"id", "order"}]}.',
  examples: ['linstock workers resume K3Z7Q4N0W6F3'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeWorkers(
      {
        order: { order: 'resume' },
        told: 'told to claim again',
        apply: (workers, id, own) => workers.resume(id, own),
      },
      invocation,
    ),
});
