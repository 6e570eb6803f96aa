import type { QueueSettings } from '@linstock/core';
import { toMs } from '@linstock/core/internal';
import { InvalidArgumentError } from 'commander';
import { formatDuration } from './format-time.ts';

/** So many starts in a time. */
export type Rate = NonNullable<QueueSettings['rate']>;

/** A rate such as `100/1m` or `20/s`. */
export function rate(text: string): Rate {
  const [limit = '', per = '', rest] = text.trim().split('/');
  try {
    if (!/^\d{1,6}$/.test(limit) || rest !== undefined) throw new RangeError('no rate');
    // `20/s` is how people write one second.
    return { limit: Number(limit), per: toMs(/^[a-z]/.test(per) ? `1${per}` : per, 'rate') };
  } catch {
    throw new InvalidArgumentError('It must be a number of starts in a time, such as 100/1m or 20/s.');
  }
}

/** A rate for people. */
export function rateText({ limit, per, burst }: Rate): string {
  const time = typeof per === 'number' ? formatDuration(per) : per;
  if (burst === 'window') return `${limit} in any ${time}`;
  return burst === undefined || burst === limit
    ? `${limit} in ${time}`
    : `${limit} in ${time}, ${burst} at once`;
}
