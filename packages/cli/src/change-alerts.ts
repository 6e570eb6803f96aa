import type { Alerts, ChangeOptions } from '@linstock/core';
import { changeNamed } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** A change of alerts that can be asked for twice. */
export interface AlertChange {
  readonly done: string;
  /** What is said when there was nothing to do. */
  readonly already: string;
  readonly apply: (alerts: Alerts, id: string, options: ChangeOptions) => Promise<boolean>;
}

/** Changes the alerts named; "-" reads ids from standard input. */
export function changeAlerts(change: AlertChange, invocation: Invocation<ReasonFlags>): Promise<void> {
  return changeNamed(
    {
      noun: 'alert',
      title: 'ID',
      key: 'alerts',
      apply: async (client, id, own) => ({ id, changed: await change.apply(client.alerts, id, own) }),
      id: ({ id }) => id,
      outcome: ({ changed }) => (changed ? change.done : change.already),
    },
    invocation,
  );
}
