import { ask, canAsk } from '../ask.ts';
import { defineCommand, plainOption } from '../command.ts';
import { withClient, withMonitor } from '../connect.ts';
import { CliError, UsageError } from '../errors.ts';
import { escapeText } from '../escape.ts';
import { getQueue } from '../queue-view.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

interface Flags extends ReasonFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export const queuePurge = defineCommand<Flags>({
  usage: 'purge <name>',
  summary: 'Delete all jobs that wait in a queue; scheduled and running ones stay.',
  details:
    'On a terminal it asks for the name of the queue; elsewhere it needs --yes. --json prints {"queue", "deleted", "dryRun"}.',
  examples: [
    'linstock queue purge mail --dry-run',
    'linstock queue purge mail',
    'linstock queue purge mail --yes < /dev/null',
  ],
  options: [
    plainOption('--yes', 'do not ask; where no terminal is'),
    plainOption('--dry-run', 'only count'),
    auditReasonOption,
  ],
  run: async ({ args, options, output, settings }) => {
    const name = args[0] as string;
    const { enqueued } = await withMonitor(await settings(), (monitor) => getQueue(monitor, name));
    const isDryRun = options.dryRun === true;
    if (!isDryRun) await confirm(name, enqueued, options.yes === true);
    const deleted = isDryRun
      ? enqueued
      : await withClient(await settings(), (client) => client.queue(name).purge(reasonIn(options)));
    await output.sheet({
      json: { queue: name, deleted, dryRun: isDryRun },
      id: name,
      fields: [[isDryRun ? 'Would delete' : 'Deleted', `${deleted} jobs of ${name}`]],
    });
  },
});

async function confirm(name: string, enqueued: number, isSure: boolean): Promise<void> {
  if (!canAsk()) {
    if (isSure) return;
    const message = `purge deletes ${enqueued} jobs of "${name}" for good: add --yes, or run it on a terminal`;
    throw new UsageError(message);
  }
  const question = `${enqueued} jobs of "${escapeText(name)}" will be deleted for good. Type the queue's name: `;
  if ((await ask(question)) === name) return;
  throw new CliError('CONFIRMATION_MISMATCH', `that is not "${name}": nothing was deleted`);
}
