import { PRIORITIES } from '../job/priority.ts';
import type { JobState } from '../job/states.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { Sifted } from './queue-store.ts';
import { MOST_SIFTED } from './queue-store.ts';
import { readQueueNames } from './queue-reader.ts';
import { readOpenIds } from './shard-reader.ts';

/** Jobs that a scan is about. */
export interface ScanRequest {
  readonly state: JobState;
  /** Only jobs of this queue; those that run are not told apart. */
  readonly queue: string | undefined;
  /** Only jobs with this name; with a `*` at its end, those whose names begin so. */
  readonly name: string | undefined;
  /** How many jobs to give at once; where jobs are looked for by name or queue, ten times as many entries are looked at. */
  readonly step: number;
}

/** Where a scan of a shard has come: a key, and how many of its entries were read, from the end on. */
export interface ScanPlace {
  readonly key: string;
  readonly read: number;
}

/** Entries of an index: hints, as everywhere. */
export interface ScanEntries {
  readonly ids: readonly string[];
  /** How many were looked at for them. */
  readonly looked: number;
  /** From where to go on; undefined: nothing is left. */
  readonly next: ScanPlace | undefined;
}

interface Source {
  readonly key: string;
  readonly read: (from: number, count: number) => Promise<string[]>;
  /** Whether it is a key of Redis, which can be looked at there. */
  readonly isStored: boolean;
}

/** A name or a queue costs a look at the beginning of a record, which is so much cheaper than to read it. */
const SIFTED_PER_JOB = 10;

/**
 * Reads the ids of a shard's jobs of a state, bit by bit, each list from its end: what is added meanwhile can bring entries
 * twice, and only what is removed can make the scan miss some.
 */
export async function* scanShard(
  shard: Shard,
  request: ScanRequest,
  from: ScanPlace | undefined,
): AsyncGenerator<ScanEntries> {
  const sources = (await sourcesOf(shard, request)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const start = from === undefined ? 0 : sources.findIndex(({ key }) => key >= from.key);
  if (start < 0) return;
  for (let i = start; i < sources.length; i++) {
    const source = sources[i];
    if (source === undefined) return;
    let read = source.key === from?.key ? from.read : 0;
    for (let isOver = false; !isOver;) {
      const look = await lookAt(shard, source, { ...request, from: read });
      const { ids } = look;
      read += look.read;
      ({ isOver } = look);
      const following = sources[i + 1];
      const next = isOver ? following && { key: following.key, read: 0 } : { key: source.key, read };
      if (look.read > 0) yield { ids, looked: look.read, next };
    }
  }
}

async function lookAt(
  shard: Shard,
  { key, read, isStored }: Source,
  { state, step, from, ...wanted }: ScanRequest & { readonly from: number },
): Promise<Sifted> {
  // Jobs that wait are in lists of their queues.
  const { name, queue } = state === 'enqueued' ? { ...wanted, queue: undefined } : wanted;
  if ((name ?? queue) !== undefined && isStored) {
    const count = Math.min(step * SIFTED_PER_JOB, MOST_SIFTED);
    return shard.queues.sift({ key, from, name, queue, count, most: step });
  }
  const ids = await read(from, step);
  return { ids, read: ids.length, isOver: ids.length < step };
}

async function sourcesOf(shard: Shard, { state, queue }: ScanRequest): Promise<Source[]> {
  switch (state) {
    case 'enqueued':
      return queueSources(shard, queue);
    case 'processing': {
      const ids = (await readOpenIds(shard)).toSorted().toReversed();
      const read = async (from: number, count: number): Promise<string[]> => ids.slice(from, from + count);
      return [{ key: KEY.processing, read, isStored: false }];
    }
    case 'succeeded':
      return [list(shard, KEY.succeeded)];
    case 'scheduled':
    case 'failed':
    case 'cancelled':
    case 'awaiting':
      return [sorted(shard, KEY[state])];
  }
}

async function queueSources(shard: Shard, queue: string | undefined): Promise<Source[]> {
  const { connection, prefix } = shard;
  const queues = queue === undefined ? await readQueueNames(connection, prefix) : [queue];
  const sources = await Promise.all(
    queues.map(async (name) => {
      const places = PRIORITIES.map((_, digit) => `${name}:${digit}`);
      const groups = await Promise.all(
        places.map(async (place) => {
          const members = await connection.redis.zrange(`${prefix}${KEY.groups}${place}`, 0, '99999');
          return members.map((group) => list(shard, `${KEY.group}${place}:${group}`));
        }),
      );
      return [
        list(shard, KEY.suspects + name),
        ...places.map((place) => list(shard, KEY.ready + place)),
        ...groups.flat(),
        sorted(shard, KEY.parked + name),
      ];
    }),
  );
  return sources.flat();
}

function list({ connection: { redis }, prefix }: Shard, key: string): Source {
  return {
    key,
    isStored: true,
    read: async (from, count) => (await redis.lrange(prefix + key, -from - count, -from - 1)).toReversed(),
  };
}

function sorted({ connection: { redis }, prefix }: Shard, key: string): Source {
  return {
    key,
    isStored: true,
    read: (from, count) => redis.zrevrange(prefix + key, from, from + count - 1),
  };
}
