import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, wholeNumber } from './options.ts';
import type { StoredQueueSettings } from './store/queue-store.ts';

/** Limits of a whole queue, over all workers. */
export interface QueueSettings {
  /** At most so many of its jobs run at one time; 1 to 100,000. @default no limit */
  readonly limit?: number;
  /** At most `limit` of its jobs start in `per`; `burst` as for a job's `rateLimit`. @default no limit */
  readonly rate?: { readonly limit: number; readonly per: Duration; readonly burst?: number | 'window' };
  /** At most so many jobs wait; more are refused with `QUEUE_FULL`. Scheduled ones do not count. @default no limit */
  readonly size?: number;
}

const most = wholeNumber(1, 100_000);
const burst: Rule = (value) =>
  value === 'window' || most(value) === undefined
    ? undefined
    : 'must be "window" or a whole number from 1 to 100000';

/** Settings as they are stored for `shards` shards; undefined when there are none. @throws {OptionError} */
export function storedSettings(settings: QueueSettings, shards: number): StoredQueueSettings | undefined {
  checkOptions(settings, { limit: most, rate: anything, size: wholeNumber(1, 1e12) }, 'configure');
  const { limit, size } = settings;
  const rate = settings.rate === undefined ? undefined : storedRate(settings.rate);
  const stored = {
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && { rate }),
    // Most jobs of a queue with a limit or a rate live in one shard (queue-pins).
    ...(size !== undefined && {
      size: limit === undefined && rate === undefined ? Math.ceil(size / shards) : size,
    }),
  };
  return Object.keys(stored).length === 0 ? undefined : stored;
}

/** Settings as somebody gave them. */
export function settingsOf({ limit, rate, size }: StoredQueueSettings, shards: number): QueueSettings {
  const isWhole = limit !== undefined || rate !== undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && {
      rate: { limit: rate[0], per: rate[1], burst: rate[2] === 'w' ? 'window' : rate[2] },
    }),
    ...(size !== undefined && { size: isWhole ? size : size * shards }),
  };
}

/** Where settings stand: those that are divided say so, and their home says that it is. */
export function placedSettings(
  stored: StoredQueueSettings | undefined,
  { queue, shard, shards }: { readonly queue: string; readonly shard: number; readonly shards: number },
): StoredQueueSettings | undefined {
  const isDivided = shards > 1 && (stored?.limit ?? stored?.rate) !== undefined;
  if (!isDivided) return stored;
  return { ...stored, shards, ...(homeOf(queue, shards) === shard && { home: true }) };
}

/** The shard in which the jobs of a limited queue live, unless something else places them. */
export function homeOf(queue: string, shards: number): number {
  return shardOfSlot(slotOf(queue), shards);
}

function storedRate(rate: NonNullable<QueueSettings['rate']>): NonNullable<StoredQueueSettings['rate']> {
  checkOptions(rate, { limit: most, per: anything, burst }, 'configure.rate');
  if (rate.limit === undefined) throw new OptionError('configure.rate.limit', 'is required', undefined);
  const perMs = toMs(rate.per, 'configure.rate.per');
  if (perMs < 1) throw new OptionError('configure.rate.per', 'must be at least 1 ms', rate.per);
  return [rate.limit, perMs, rate.burst === 'window' ? 'w' : (rate.burst ?? rate.limit)];
}
