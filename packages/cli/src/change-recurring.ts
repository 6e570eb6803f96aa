import type { ChangeOptions, Client } from '@linstock/core';
import type { Invocation } from './command.ts';
import { plainOption } from './command.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { readIds } from './ids.ts';

/** Options of every change of recurring jobs. */
export interface RecurringChangeFlags {
  readonly reason?: string;
}

/** A change of recurring jobs that can be asked for twice. */
export interface RecurringChange {
  readonly done: string;
  /** What is said when there was nothing to do. */
  readonly already: string;
  readonly apply: (recurring: Client['recurring'], id: string, options: ChangeOptions) => Promise<boolean>;
}

export const recurringReasonOption = plainOption('--reason <text>', 'why; kept in the audit log');

/** Changes the recurring jobs named; "-" reads ids from standard input. */
export async function changeRecurring(
  change: RecurringChange,
  { args, options, output, settings }: Invocation<RecurringChangeFlags>,
): Promise<void> {
  const own = options.reason === undefined ? {} : { reason: options.reason };
  const recurring: { id: string; changed: boolean }[] = [];
  await withClient(await settings(), async (client) => {
    for await (const id of readIds(args[0] as string[]))
      recurring.push({ id, changed: await change.apply(client.recurring, id, own) });
  });
  if (recurring.length === 0) throw new UsageError('no recurring job was named: standard input was empty');
  const columns = [
    { title: 'ID', value: ({ id }: { id: string }) => id },
    {
      title: 'OUTCOME',
      value: ({ changed }: { changed: boolean }) => (changed ? change.done : change.already),
    },
  ];
  await output.list({ rows: recurring, columns, id: ({ id }) => id, json: { recurring }, empty: '' });
}
