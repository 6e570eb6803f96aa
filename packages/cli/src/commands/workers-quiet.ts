import { changeWorkers } from '../change-workers.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const workersQuiet = defineCommand<ReasonFlags>({
  usage: 'quiet <id...>',
  summary: 'Let workers claim nothing more; what runs goes on.',
  details:
    'A worker hears it at once, at the latest at its next beat. "-" reads ids from standard input. --json prints {"workers": [{"id", "order"}]}.',
  examples: [
    'linstock workers quiet K3Z7Q4N0W6F3 --reason "a new release"',
    'linstock workers list --host web-3 -o id | linstock workers quiet -',
  ],
  options: [auditReasonOption],
  run: (invocation) =>
    changeWorkers(
      {
        order: { order: 'quiet' },
        told: 'told to claim nothing more',
        apply: (workers, id, own) => workers.quiet(id, own),
      },
      invocation,
    ),
});
