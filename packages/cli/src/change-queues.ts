import type { ChangeOptions, Client } from '@linstock/core';
import { changeNamed } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** A change of queues that can be asked for twice. */
export interface QueueChange {
  readonly done: string;
  readonly isPaused: boolean;
  readonly apply: (queue: ReturnType<Client['queue']>, options: ChangeOptions) => Promise<boolean>;
}

/** Changes the queues named; "-" reads names from standard input. */
export function changeQueues(change: QueueChange, invocation: Invocation<ReasonFlags>): Promise<void> {
  return changeNamed(
    {
      noun: 'queue',
      title: 'QUEUE',
      key: 'queues',
      apply: async (client, name, own) => ({
        name,
        paused: change.isPaused,
        changed: await change.apply(client.queue(name), own),
      }),
      id: ({ name }) => name,
      outcome: ({ changed }) => (changed ? change.done : `was ${change.done} already`),
    },
    invocation,
  );
}
