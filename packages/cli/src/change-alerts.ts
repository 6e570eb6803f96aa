import type { Alerts } from '@linstock/core';
import type { RepeatableChange } from './change-named.ts';
import { changeAgain } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** Changes the alerts named; "-" reads ids from standard input. */
export function changeAlerts(
  change: RepeatableChange<Alerts>,
  invocation: Invocation<ReasonFlags>,
): Promise<void> {
  return changeAgain({ noun: 'alert', key: 'alerts', of: ({ alerts }) => alerts }, change, invocation);
}
