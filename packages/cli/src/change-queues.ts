import type { ChangeOptions, Client } from '@linstock/core';
import type { Invocation } from './command.ts';
import { plainOption } from './command.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { readIds } from './ids.ts';

/** Options of pausing and resuming. */
export interface QueueChangeFlags {
  readonly reason?: string;
}

/** A change of queues that can be asked for twice. */
export interface QueueChange {
  readonly done: string;
  readonly isPaused: boolean;
  readonly apply: (queue: ReturnType<Client['queue']>, options: ChangeOptions) => Promise<boolean>;
}

export const queueReasonOption = plainOption('--reason <text>', 'why; kept in the audit log');

/** Changes the queues named; "-" reads names from standard input. */
export async function changeQueues(
  change: QueueChange,
  invocation: Invocation<QueueChangeFlags>,
): Promise<void> {
  const { args, options, output, settings } = invocation;
  const own = options.reason === undefined ? {} : { reason: options.reason };
  const queues: { name: string; paused: boolean; changed: boolean }[] = [];
  await withClient(await settings(), async (client) => {
    for await (const name of readIds(args[0] as string[])) {
      const changed = await change.apply(client.queue(name), own);
      queues.push({ name, paused: change.isPaused, changed });
    }
  });
  if (queues.length === 0) throw new UsageError('no queue was named: standard input was empty');
  const columns = [
    { title: 'QUEUE', value: ({ name }: { name: string }) => name },
    {
      title: 'OUTCOME',
      value: ({ changed }: { changed: boolean }) => (changed ? change.done : `was ${change.done} already`),
    },
  ];
  await output.list({ rows: queues, columns, id: ({ name }) => name, json: { queues }, empty: '' });
}
