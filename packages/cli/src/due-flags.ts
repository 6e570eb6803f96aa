import type { Due } from '@linstock/core';
import { option } from './command.ts';
import { UsageError } from './errors.ts';
import { duration, instant } from './parse-values.ts';

/** When a job is due, as the command line says it. */
export interface DueFlags {
  readonly in?: number;
  readonly at?: Date;
}

/** The options for {@link DueFlags}; `otherwise`: what help says of neither. */
export function dueOptions(otherwise = '') {
  return [
    option('--in <duration>', `due after this time${otherwise}`, duration),
    option('--at <time>', 'due at this instant, such as 2030-01-31T09:00:00Z', instant),
  ];
}

/** When it is due; undefined: at once. @throws {UsageError} both are given */
export function dueIn({ in: delayMs, at }: DueFlags): Due | undefined {
  if (delayMs !== undefined && at !== undefined) throw new UsageError('give either --in or --at, not both');
  if (delayMs !== undefined) return { in: delayMs };
  return at === undefined ? undefined : { at };
}
