import type { Monitor, QueueSettings } from '@linstock/core';
import { UsageError } from './errors.ts';
import type { Sheet } from './output.ts';
import type { Rate } from './rate.ts';
import { rateText } from './rate.ts';
import { getQueue } from './queue-view.ts';

/** What somebody says of the limits of a queue; `none` takes one away. */
export interface LimitFlags {
  readonly limit?: number | 'none';
  readonly rate?: Rate | 'none';
  readonly burst?: number | 'window';
  readonly size?: number | 'none';
  readonly clear?: boolean;
}

/** Whether anything shall be changed. */
export function isChange({ limit, rate, burst, size, clear }: LimitFlags): boolean {
  return clear === true || [limit, rate, burst, size].some((value) => value !== undefined);
}

/** Refuses what cannot be meant together. @throws {UsageError} */
export function checkFlags({ limit, rate, burst, size, clear }: LimitFlags): void {
  if (clear === true && [limit, rate, burst, size].some((value) => value !== undefined))
    throw new UsageError('give either --clear, which takes all limits away, or new ones');
  if (burst !== undefined && (rate === undefined || rate === 'none'))
    throw new UsageError('--burst goes with --rate: give both');
}

/** The settings of a queue; undefined: it has none. @throws {CliError} `QUEUE_NOT_FOUND` */
export async function readLimits(monitor: Monitor, name: string): Promise<QueueSettings | undefined> {
  const { settings } = await monitor.queue(name);
  // Limits may be set before the first job; a name with neither is a slip.
  if (settings === undefined) await getQueue(monitor, name);
  return settings;
}

/** Settings as they shall be: what is not named stays as it is. Pure. */
export function changedLimits(
  before: QueueSettings | undefined,
  { limit, rate, burst, size, clear }: LimitFlags,
): QueueSettings {
  if (clear === true) return {};
  const named = rate === undefined || rate === 'none' || burst === undefined ? rate : { ...rate, burst };
  const after = {
    limit: limit ?? before?.limit,
    rate: named ?? before?.rate,
    size: size ?? before?.size,
  };
  const given = Object.entries(after).filter(([, value]) => value !== undefined && value !== 'none');
  return Object.fromEntries(given) as QueueSettings;
}

/** The limits of a queue, printed. */
export function limitSheet(name: string, settings: QueueSettings | undefined): Sheet {
  const { limit, rate, size } = settings ?? {};
  return {
    json: { name, settings: { limit: limit ?? null, rate: rate ?? null, size: size ?? null } },
    id: name,
    fields: [
      ['Queue', name],
      ['Limit', limit === undefined ? 'none' : `${limit} run at one time`],
      ['Rate', rate === undefined ? 'none' : `${rateText(rate)} start`],
      ['Size', size === undefined ? 'none' : `${size} may wait`],
    ],
  };
}
