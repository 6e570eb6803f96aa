import type { BulkChange, ChangeOptions, Client, PersonOutcome } from '@linstock/core';
import { option, plainOption } from './command.ts';
import type { FilterFlags } from './job-filters.ts';
import { FILTER_DETAILS, filterOptions } from './job-filters.ts';
import { rateUpTo } from './parse-values.ts';
import type { ReasonFlags } from './reason.ts';

/** A change of jobs that a person asks for, by their ids or by filters. */
export interface Change {
  /** As a bulk operation makes it. */
  readonly bulk: BulkChange;
  /** What a job is afterwards, for people. */
  readonly done: string;
  /** As it is made by ids. */
  readonly apply: (
    client: Client,
    ids: readonly string[],
    options: ChangeOptions,
  ) => Promise<PersonOutcome[]>;
}

/** Flags of every change of jobs. */
export interface ChangeFlags extends ReasonFlags, FilterFlags {
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** The options for {@link ChangeFlags}. */
export const changeOptions = [
  ...filterOptions,
  option('--rate <n>', 'by filter: at most so many jobs a second, 0.1 to 100000', rateUpTo(100_000)),
  plainOption('--dry-run', 'by filter: only count'),
  plainOption('--yes', 'by filter: do not ask; where no terminal is'),
  plainOption('--reason <text>', "why; kept in the job's history"),
];

/** What help says of every change. */
export const CHANGE_DETAILS = `Jobs are named by their ids ("-" reads them from standard input), or by filters, of which --state must be one. By filters they are changed by one bulk operation, which goes on when this command ends; on a terminal it asks, elsewhere it needs --yes. --json prints {"changed", "refused"} of ids, and the operation of filters, as bulk get does. ${FILTER_DETAILS}`;
