import type { Client } from '@linstock/core';
import type { RepeatableChange } from './change-named.ts';
import { changeAgain } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** Changes the recurring jobs named; "-" reads ids from standard input. */
export function changeRecurring(
  change: RepeatableChange<Client['recurring']>,
  invocation: Invocation<ReasonFlags>,
): Promise<void> {
  const jobs = { noun: 'recurring job', key: 'recurring', of: ({ recurring }: Client) => recurring };
  return changeAgain(jobs, change, invocation);
}
