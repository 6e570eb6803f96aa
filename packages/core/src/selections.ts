import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { LinstockError, OptionError, show } from './errors.ts';
import { nextId } from './job-factory.ts';
import { anything, checkOptions } from './options.ts';
import type { OperationsHost } from './operations.ts';
import { persist } from './persist.ts';
import { asRedisError } from './redis/errors.ts';
import type { Shard } from './shard-set.ts';
import { shardWith } from './shard-set.ts';
import { SELECTED_AT_ONCE } from './store/operation-store.ts';

/** Jobs that were put together by their ids, to be what an operation is about: `filter: { state, selection: id }`. */
export interface Selection {
  readonly id: string;
  /** How many jobs it has, each counted once. */
  readonly size: number;
}

/** How long a selection is kept. */
export interface SelectionOptions {
  /** Counted from the last of its jobs on; 1 s to 1 d. @default 10 min */
  readonly keepFor?: Duration;
}

/** `SELECTION_NOT_FOUND`: it is older than it was to be kept, or an operation has taken it. Field: `id`. */
export class SelectionNotFoundError extends LinstockError {
  constructor(id: string) {
    const why = 'it was not kept for longer, ten newer ones have come, or an operation has taken it';
    super('SELECTION_NOT_FOUND', `there is no selection ${show(id)}: ${why}`, { id });
  }
}

/** The most jobs of a selection. */
export const MOST_SELECTED = 100_000;
const KEEP_MS = 600_000;
const LEAST_KEEP_MS = 1000;
const MOST_KEEP_MS = 86_400_000;

/**
 * Stores a selection; ids may come while they are found, and more than once.
 *
 * @throws {OptionError} one is no job's id, or there are more than {@link MOST_SELECTED}
 */
export async function storeSelection(
  host: OperationsHost,
  ids: Iterable<string> | AsyncIterable<string>,
  options: SelectionOptions = {},
): Promise<Selection> {
  const keepMs = keepOf(options);
  const shards = await host.shards();
  const id = nextId(0);
  const sizes = new Map<Shard, number>();
  const total = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const collect = async (shard: Shard, some: readonly string[]): Promise<void> => {
    const { connection, operations } = shard;
    const limits = { connection, forMs: host.retryForMs, uncertain: asRedisError };
    sizes.set(shard, await persist(() => operations.collect(id, keepMs, some), limits));
    checkSize(total());
  };
  const waiting = new Map<Shard, string[]>(shards.map((shard) => [shard, []]));
  for await (const one of ids) {
    const shard = shardFor(one, shards);
    const some = waiting.get(shard) ?? [];
    some.push(one);
    if (some.length >= SELECTED_AT_ONCE) await collect(shard, some.splice(0));
  }
  // In every shard, also where it has no job: what is not there was not kept.
  for (const [shard, some] of waiting) await collect(shard, some);
  return { id, size: total() };
}

function keepOf(options: SelectionOptions): number {
  checkOptions(options, { keepFor: anything }, 'select');
  const keepMs = toMs(options.keepFor ?? KEEP_MS, 'select.keepFor');
  if (keepMs < LEAST_KEEP_MS || keepMs > MOST_KEEP_MS)
    throw new OptionError('select.keepFor', 'must be from 1 s to 1 d', options.keepFor);
  return keepMs;
}

function shardFor(id: string, shards: readonly Shard[]): Shard {
  const shard = typeof id === 'string' ? shardWith(shards, id) : undefined;
  if (shard === undefined) throw new OptionError('select.ids', 'must be ids of jobs', id);
  return shard;
}

function checkSize(size: number): void {
  if (size > MOST_SELECTED)
    throw new OptionError(
      'select.ids',
      `must be at most ${MOST_SELECTED} jobs: make several selections`,
      size,
    );
}
