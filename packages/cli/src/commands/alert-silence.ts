import { changeAlerts } from '../change-alerts.ts';
import { defineCommand, option } from '../command.ts';
import { duration } from '../parse-values.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

interface Flags extends ReasonFlags {
  readonly for?: number;
}

const HOUR_MS = 3_600_000;

export const alertSilence = defineCommand<Flags>({
  usage: 'silence <id...>',
  summary: 'Tell nobody that alerts fire, for a while.',
  details: '"-" reads ids from standard input. --json prints {"alerts": [{"id", "changed"}]}.',
  examples: [
    'linstock alert silence q1S8b2bN4xYz --for 8h --reason "the import runs"',
    'linstock alert list --firing -o id | linstock alert silence -',
  ],
  options: [option('--for <duration>', 'how long, 1s to 30d (default 1h)', duration), auditReasonOption],
  run: (invocation) => {
    const ms = invocation.options.for ?? HOUR_MS;
    return changeAlerts(
      {
        done: 'silent',
        already: 'silent',
        apply: async (alerts, id, own) => {
          await alerts.silence(id, { for: ms, ...own });
          return true;
        },
      },
      invocation,
    );
  },
});
