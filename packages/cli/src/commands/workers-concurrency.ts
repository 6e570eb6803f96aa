import { changeWorkers } from '../change-workers.ts';
import { defineCommand } from '../command.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';
import { UsageError } from '../errors.ts';

const parseSlots = wholeNumberFrom(1, 10_000);

export const workersConcurrency = defineCommand<ReasonFlags>({
  usage: 'concurrency <slots> <id...>',
  summary: 'Say how many jobs workers run at once, 1 to 10000, until they start anew.',
  details:
    'With fewer than run now, those that run go on. "-" reads ids from standard input. --json prints {"workers": [{"id", "order", "slots"}]}.',
  examples: [
    'linstock workers concurrency 20 K3Z7Q4N0W6F3 --reason "the database is slow"',
    'linstock workers list --queue mail -o id | linstock workers concurrency 5 -',
  ],
  options: [auditReasonOption],
  run: (invocation) => {
    const [text, ids] = invocation.args as [string, string[]];
    const slots = slotsIn(text);
    return changeWorkers(
      {
        order: { order: 'concurrency', slots },
        told: `told to run ${slots} at once`,
        apply: (workers, id, own) => workers.setConcurrency(id, slots, own),
      },
      { ...invocation, args: [ids] },
    );
  },
});

function slotsIn(text: string): number {
  try {
    return parseSlots(text);
  } catch (error) {
    const rule = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the number of jobs at once is "${text}". ${rule} It stands before the ids`);
  }
}
