import type { Duration } from '../duration.ts';
import { toMs } from '../duration.ts';
import { OptionError } from '../errors.ts';

/**
 * How long to wait before the next attempt.
 * - `"hangfire"`: `(n−1)⁴ + 15 + n·random(0…29)` seconds after attempt n (HangfireIO/Hangfire, AutomaticRetryAttribute; the default).
 * - `{ fixed }`: always the same.
 * - `{ exponential, max?, jitter? }`: `exponential · 2^(n−1)`, at most `max` (default 1 h), spread by ± `jitter` (0 to 1, default 0.2).
 * - a list: one delay per retry; the last one repeats.
 */
export type RetryPolicy =
  | 'hangfire'
  | { readonly fixed: Duration }
  | { readonly exponential: Duration; readonly max?: Duration; readonly jitter?: number }
  | readonly Duration[];

/** Milliseconds to wait after attempt `attempt` (from 1) failed. `random` gives numbers from 0 to below 1. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  if (policy === 'hangfire') return 1000 * ((attempt - 1) ** 4 + 15 + attempt * Math.floor(random() * 30));
  if (isList(policy)) return toMs(policy[Math.min(attempt, policy.length) - 1] ?? 0, 'retry');
  if ('fixed' in policy) return toMs(policy.fixed, 'retry.fixed');
  const most = toMs(policy.max ?? '1h', 'retry.max');
  const plain = Math.min(toMs(policy.exponential, 'retry.exponential') * 2 ** (attempt - 1), most);
  return Math.round(plain * (1 + (policy.jitter ?? 0.2) * (2 * random() - 1)));
}

/** Throws {@link OptionError} when a value is no retry policy. */
export function checkRetryPolicy(value: unknown, option: string): asserts value is RetryPolicy {
  if (value === 'hangfire') return;
  if (Array.isArray(value) && value.length > 0 && value.length <= 100) {
    value.forEach((delay: Duration, i) => toMs(delay, `${option}[${i}]`));
    return;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { fixed, exponential, max, jitter } = value as Record<string, Duration | undefined>;
    if (fixed !== undefined && exponential === undefined) return void toMs(fixed, `${option}.fixed`);
    if (exponential !== undefined && fixed === undefined) {
      toMs(exponential, `${option}.exponential`);
      if (max !== undefined) toMs(max, `${option}.max`);
      if (jitter !== undefined && !(typeof jitter === 'number' && jitter >= 0 && jitter <= 1)) {
        throw new OptionError(`${option}.jitter`, 'must be a number from 0 to 1', jitter);
      }
      return;
    }
  }
  throw new OptionError(
    option,
    'must be "hangfire", { fixed }, { exponential } or a list of 1 to 100 delays',
    value,
  );
}

function isList(policy: Exclude<RetryPolicy, 'hangfire'>): policy is readonly Duration[] {
  return Array.isArray(policy);
}
