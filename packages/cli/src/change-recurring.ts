import type { ChangeOptions, Client } from '@linstock/core';
import { changeNamed } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** A change of recurring jobs that can be asked for twice. */
export interface RecurringChange {
  readonly done: string;
  /** What is said when there was nothing to do. */
  readonly already: string;
  readonly apply: (recurring: Client['recurring'], id: string, options: ChangeOptions) => Promise<boolean>;
}

/** Changes the recurring jobs named; "-" reads ids from standard input. */
export function changeRecurring(change: RecurringChange, invocation: Invocation<ReasonFlags>): Promise<void> {
  return changeNamed(
    {
      noun: 'recurring job',
      title: 'ID',
      key: 'recurring',
      apply: async (client, id, own) => ({ id, changed: await change.apply(client.recurring, id, own) }),
      id: ({ id }) => id,
      outcome: ({ changed }) => (changed ? change.done : change.already),
    },
    invocation,
  );
}
