import type { Shard } from '../shard-set.ts';
import { KEY } from '../redis/keys.ts';
import { says } from '../redis/errors.ts';
import type { Finding, Suspicion } from './finding.ts';

/** Entries that are read at once: some hundred microseconds of Redis. */
export const SLICE = 500;

/** A reading of one key, as a part of an execution with others. */
export type Read = readonly [command: string, ...args: (string | number)[]];

/** What checks of a shard share. */
export interface Scope {
  readonly shard: Shard;
  /** To be called between two steps: keeps the pace, tells how far it is, throws when it was stopped. */
  readonly step: (looked: number) => Promise<void>;
  /** Tells what looks wrong. */
  readonly suspect: (suspicion: Suspicion) => void;
  /** Tells of a job that should stand in a list: lists are looked through for many at once. */
  readonly expect: (job: ExpectedJob) => void;
}

/** A job that should stand in a list. */
export interface ExpectedJob {
  readonly id: string;
  readonly list: string;
  readonly mark: string;
}

/** Several readings in one execution. What stands under a key of another type reads as `undefined`. */
export async function readTogether(
  { connection: { redis }, prefix }: Shard,
  reads: readonly Read[],
): Promise<unknown[]> {
  const transaction = redis.multi(
    reads.map(([command, key, ...args]) => [command, prefix + String(key), ...args]),
  );
  const replies = await transaction.exec();
  return (replies ?? []).map(([error, reply]) => {
    if (error === null || says(error, 'WRONGTYPE')) return reply;
    throw error;
  });
}

/** A reading whose key may have another type: `undefined` then. */
export async function readPlain<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    // It is a finding of its own.
    if (says(error, 'WRONGTYPE')) return undefined;
    throw error;
  }
}

/** The beginning of a record; empty: there is none, or it is no record. */
export async function readMark({ connection: { redis }, prefix }: Shard, id: string): Promise<string> {
  return (await readPlain(redis.getrange(prefix + KEY.job + id, 0, 31))) ?? '';
}

/** Goes through a sorted set, or a set. */
export async function* entriesOf(
  { shard, step }: Scope,
  key: string,
  type: 'zset' | 'set',
): AsyncGenerator<string[]> {
  const { redis } = shard.connection;
  const name = shard.prefix + key;
  let cursor = '0';
  do {
    const page = await readPlain(
      type === 'set' ? redis.sscan(name, cursor, 'COUNT', SLICE) : redis.zscan(name, cursor, 'COUNT', SLICE),
    );
    if (page === undefined) return;
    const [next, entries] = page;
    yield type === 'set' ? entries : entries.filter((_, i) => i % 2 === 0);
    await step(entries.length);
    cursor = next;
  } while (cursor !== '0');
}

/** A suspicion about a key of a shard. */
export function suspicion(
  { shard }: Scope,
  found: Pick<Finding, 'kind' | 'key' | 'detail' | 'entry'> & { readonly id?: string },
  confirm: () => Promise<boolean>,
): Suspicion {
  const { key, id } = found;
  return { finding: { ...found, shard: shard.number, key: shard.prefix + key, id }, confirm };
}
