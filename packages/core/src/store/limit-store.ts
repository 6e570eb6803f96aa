import type { JobState } from '../job/states.ts';
import { JOB_STATES, STATE_LETTERS } from '../job/states.ts';
import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import type { Actor } from './change-call.ts';

/** By what right a job has a place: it runs; a person has ended it, its handler perhaps not yet; it waits for a slot. */
export type PlaceRight = 'runs' | 'stops' | 'waits';

const FREED = ['OK', 'GONE', 'runs', 'stops', 'waits'] as const;
const STATES = new Map<unknown, JobState>(JOB_STATES.map((state) => [STATE_LETTERS[state], state]));

/** What jobs hold on one shard, and a person may take from those that have no right to it. */
export class LimitStore {
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
  }

  /** Forgets what a rate has counted. `NONE`: nothing. May be sent again. */
  async reset(key: string, actor: Actor): Promise<'OK' | 'NONE'> {
    const reply = await this.#run('reset', actor, [key]);
    if (reply === 'OK' || reply === 'NONE') return reply;
    throw new ProtocolError('reset', reply);
  }

  /** Frees a lock that a job has which neither waits nor runs; else tells the job's state. May be sent again. */
  async unlock(lock: string, id: string, actor: Actor): Promise<'OK' | 'GONE' | JobState> {
    const reply = await this.#run('unlock', actor, [lock, id]);
    if (reply === 'OK' || reply === 'GONE') return reply;
    const state = STATES.get(reply);
    if (state === undefined) throw new ProtocolError('unlock', reply);
    return state;
  }

  /** Frees a place of a limit; else tells by what right `member` (worker, claim and job) has it. May be sent again. */
  async free(key: string, member: string, actor: Actor): Promise<(typeof FREED)[number]> {
    const reply = await this.#run('free', actor, [key, member]);
    const word = FREED.find((one) => one === reply);
    if (word === undefined) throw new ProtocolError('free', reply);
    return word;
  }

  /** The places that a job has, as they are stored. */
  async placesOf(key: string, id: string): Promise<string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, members] = await this.#target.connection.redis.sscan(
        this.#target.prefix + KEY.holders + key,
        cursor,
        'MATCH',
        `*${id}`,
        'COUNT',
        1000,
      );
      found.push(...members);
      cursor = next;
    } while (cursor !== '0');
    return found;
  }

  #run(script: 'reset' | 'unlock' | 'free', { who, why }: Actor, args: readonly string[]): Promise<unknown> {
    return runScript(this.#target, script, [who, JSON.stringify({ by: who, why }), ...args]);
  }
}
