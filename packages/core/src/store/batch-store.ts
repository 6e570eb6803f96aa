import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';

/** A batch as it is stored. Instants are ms since 1970, by the clock of Redis. */
export interface StoredBatch {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** How it has ended: D succeeded, F failed, C cancelled; undefined: it has not. */
  readonly ended: 'D' | 'F' | 'C' | undefined;
  /** Who has cancelled it. */
  readonly cancelledBy: { readonly by: string; readonly why: string } | undefined;
  /** The batch that it is a member of. */
  readonly outer: string | undefined;
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** Batches of one shard: begins them and reads them. Their members are written by the `JobStore`. */
export class BatchStore {
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
  }

  /** Begins a batch. False: the draft that it should be a member of is gone. May be sent again. */
  async draft(id: string, name: string, outer: string | undefined): Promise<boolean> {
    const reply = await runScript(this.#target, 'draft', [id, name, outer ?? '']);
    if (reply !== 'OK' && reply !== 'ALREADY' && reply !== 'GONE') throw new ProtocolError('draft', reply);
    return reply !== 'GONE';
  }

  /** A batch that exists: a draft does not yet. */
  async find(id: string): Promise<StoredBatch | undefined> {
    return decode(id, await this.#target.connection.redis.hgetall(this.#key(KEY.batch) + id));
  }

  /** Ids of batches, the newest first. */
  async ids(most: number): Promise<string[]> {
    return this.#target.connection.redis.zrevrange(this.#key(KEY.batches), 0, most - 1);
  }

  /** Ids of members in the order in which they were added; a batch within is a member too. */
  async members(id: string, from: number, most: number): Promise<string[]> {
    return this.#target.connection.redis.lrange(this.#key(KEY.members) + id, from, from + most - 1);
  }

  #key(name: string): string {
    return this.#target.prefix + name;
  }
}

function decode(id: string, hash: Record<string, string>): StoredBatch | undefined {
  if (hash['state'] !== 'open') return undefined;
  const count = (name: string): number => Number(hash[name] ?? 0);
  return {
    id,
    name: hash['name'] ?? '',
    createdAt: count('createdAt'),
    endedAt: hash['endedAt'] === undefined ? undefined : Number(hash['endedAt']),
    ended: isLetter(hash['ended']) ? hash['ended'] : undefined,
    cancelledBy:
      hash['halted'] === undefined ? undefined : (JSON.parse(hash['halted']) as StoredBatch['cancelledBy']),
    outer: hash['outer'],
    total: count('total'),
    pending: count('pending'),
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  };
}

function isLetter(text: string | undefined): text is 'D' | 'F' | 'C' {
  return text === 'D' || text === 'F' || text === 'C';
}
