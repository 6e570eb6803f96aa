import { LinstockError } from '@linstock/core';

/** What the command line itself refuses. Codes: the table in exit-codes.ts. */
export class CliError extends LinstockError {}

/** `USAGE`: the command line cannot be carried out as it is written. */
export class UsageError extends CliError {
  constructor(message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super('USAGE', message, fields);
  }
}
