import type { ChangeOptions } from '@linstock/core';
import { plainOption } from './command.ts';

/** The option of every change. */
export interface ReasonFlags {
  readonly reason?: string;
}

/** Of changes that only the audit log tells of. */
export const auditReasonOption = plainOption('--reason <text>', 'why; kept in the audit log');

/** What a change is told of its reason. */
export function reasonIn({ reason }: ReasonFlags): Pick<ChangeOptions, 'reason'> {
  return reason === undefined ? {} : { reason };
}
