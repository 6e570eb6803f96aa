import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, wholeNumber } from './options.ts';
import type { Retention } from './store/job-store.ts';
import { DEFAULT_RETENTION } from './store/job-store.ts';

/**
 * How much of what has ended is kept, per shard: as many as a count says, and none longer than its time. Each client and worker
 * removes by its own rule what it sees ended, so give all of them the same.
 */
export interface RetentionOptions {
  /** Succeeded jobs, 1 to 1,000,000. @default 10,000 */
  readonly succeededCount?: number;
  /** 1 s to 10 years. @default "24h" */
  readonly succeededFor?: Duration;
  /** Failed jobs, and as many cancelled ones, 1 to 1,000,000. @default 100,000 */
  readonly failedCount?: number;
  /** Failed and cancelled jobs; 1 s to 10 years. @default "90d" */
  readonly failedFor?: Duration;
}

const LEAST_MS = 1000;
const MOST_MS = 3650 * 86_400_000;
const RULES: Readonly<Record<string, Rule>> = {
  succeededCount: wholeNumber(1, 1_000_000),
  failedCount: wholeNumber(1, 1_000_000),
  succeededFor: anything,
  failedFor: anything,
};

/** Checks and completes {@link RetentionOptions}. @throws {OptionError} */
export function resolveRetention(options: RetentionOptions | undefined, where: string): Retention {
  if (options === undefined) return DEFAULT_RETENTION;
  checkOptions(options, RULES, where);
  const { succeededCount, succeededFor, failedCount, failedFor } = options;
  return {
    succeededCount: succeededCount ?? DEFAULT_RETENTION.succeededCount,
    succeededMs: timeOf(succeededFor ?? DEFAULT_RETENTION.succeededMs, `${where}.succeededFor`),
    failedCount: failedCount ?? DEFAULT_RETENTION.failedCount,
    failedMs: timeOf(failedFor ?? DEFAULT_RETENTION.failedMs, `${where}.failedFor`),
  };
}

function timeOf(value: Duration, where: string): number {
  const ms = toMs(value, where);
  if (ms < LEAST_MS || ms > MOST_MS) throw new OptionError(where, 'must be from 1 s to 10 years', value);
  return ms;
}
