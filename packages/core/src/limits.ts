import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { LinstockError, OptionError, show } from './errors.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import type { JobState } from './job/states.ts';
import { checkOptions, jobName, oneOf, shortText } from './options.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import type { Actor } from './store/change-call.ts';
import type { LimitView } from './store/limit-reader.ts';
import { readLimitView } from './store/limit-reader.ts';
import type { PlaceRight } from './store/limit-store.ts';
import { LimitStore } from './store/limit-store.ts';

/** A key that one job has at a time. */
export interface LockRef {
  /** The option that it was given by: `unique`, `key`, `debounce` or `throttle`. @default "unique" */
  readonly kind?: 'unique' | 'key' | 'debounce' | 'throttle';
  /** The name of its jobs. */
  readonly job: string;
  readonly key: string;
}

/** Who has a key. */
export interface LockView {
  /** The id of the job that has it. */
  readonly id: string;
  /** Its state; undefined: it is gone, or its record is damaged. */
  readonly state: JobState | undefined;
  /** For how long the key is taken, whatever becomes of the job, ms; undefined: until it starts, or ends. */
  readonly expiresInMs: number | undefined;
}

/**
 * `PLACE_NOT_FOUND`, `LOCK_NOT_FOUND`: nobody holds it, or another job. `PLACE_IN_USE` (field `right`), `LOCK_IN_USE` (field
 * `state`): who holds it has a right to it. Fields: `key`, `id`.
 */
export class LimitError extends LinstockError {}

const PREFIXES = { unique: ['u', 'w'], key: ['k'], debounce: ['d'], throttle: ['t'] } as const;
const REF_RULES = { kind: oneOf(Object.keys(PREFIXES)), job: jobName, key: shortText(200) };
const IN_USE = {
  runs: 'runs: cancel it, or wait until it has ended',
  stops:
    'was ended by a person, and its handler may still run: wait until it has stopped, or stop its worker',
  waits: 'has its turn, and waits for a slot: cancel it, or move it to another queue',
} as const satisfies Record<PlaceRight, string>;

/** What jobs hold by keys: to look at, and to take from those that have no right to it. */
export class Limits {
  readonly #shards: () => Promise<readonly Shard[]>;

  constructor(host: { readonly shards: () => Promise<readonly Shard[]> }) {
    this.#shards = host.shards;
  }

  /** What is held by a key of `concurrency` or `rateLimit`. @throws {OptionError} */
  async get(key: string): Promise<LimitView> {
    checkKey(key, 'limits.get');
    const parts = await Promise.all((await this.#shards()).map((shard) => readLimitView(shard, key)));
    const sum = (of: (part: LimitView) => number): number => parts.reduce((n, part) => n + of(part), 0);
    return {
      key,
      taken: sum(({ taken }) => taken),
      places: parts.flatMap(({ places }) => places),
      waiting: sum(({ waiting }) => waiting),
      waitingForRate: sum(({ waitingForRate }) => waitingForRate),
      isCounting: parts.some(({ isCounting }) => isCounting),
    };
  }

  /**
   * Takes the places of a limit from a job that does not run any more. Whoever waits for one gets it.
   * @throws {LimitError} `PLACE_NOT_FOUND`, `PLACE_IN_USE`
   */
  // oxlint-disable-next-line max-params -- of which limit, from which job, and who says so
  async release(key: string, id: string, options?: ChangeOptions): Promise<void> {
    const actor = actorOf(options, 'limits.release');
    checkKey(key, 'limits.release');
    const words = isJobId(id) ? await this.#free(key, id, actor) : [];
    if (words.includes('OK')) return;
    const right = (['runs', 'stops', 'waits'] as const).find((word) => words.includes(word));
    if (right === undefined)
      throw new LimitError('PLACE_NOT_FOUND', `job ${show(id)} has no place of limit ${show(key)}`, {
        key,
        id,
      });
    throw new LimitError('PLACE_IN_USE', `job ${id} ${IN_USE[right]}`, { key, id, right });
  }

  /** Forgets the starts that a rate has counted: as many may start at once as after a pause. False: none were. @throws {OptionError} */
  async reset(key: string, options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, 'limits.reset');
    checkKey(key, 'limits.reset');
    const words = await Promise.all((await this.#shards()).map((shard) => storeOf(shard).reset(key, actor)));
    return words.includes('OK');
  }

  /** Who has a key of a unique job; undefined: nobody. @throws {OptionError} */
  async lock(ref: LockRef): Promise<LockView | undefined> {
    const held = await this.#find(ref, 'limits.lock');
    if (held === undefined) return undefined;
    const { id, shard, lock } = held;
    const [job, ms] = await Promise.all([
      shard.reader.find(id),
      shard.connection.redis.pttl(shard.prefix + KEY.lock + lock),
    ]);
    const state = job === undefined || 'damaged' in job ? undefined : job.state;
    return { id, state, expiresInMs: ms < 0 ? undefined : ms };
  }

  /**
   * Frees a key of a unique job that neither waits nor runs: the next call stores a job. Resolves to the id of the one that had it.
   * @throws {LimitError} `LOCK_NOT_FOUND`, `LOCK_IN_USE`
   */
  async unlock(ref: LockRef, options?: ChangeOptions): Promise<string> {
    const actor: Actor = actorOf(options, 'limits.unlock');
    const held = await this.#find(ref, 'limits.unlock');
    const { key, job } = ref;
    const word = held && (await storeOf(held.shard).unlock(held.lock, held.id, actor));
    if (held === undefined || word === 'GONE')
      throw new LimitError('LOCK_NOT_FOUND', `no job ${show(job)} has the key ${show(key)}`, { key });
    const { id } = held;
    if (word === 'OK') return id;
    const message = `job ${id} has the key and is ${word}: cancel it, or wait until it has ended`;
    throw new LimitError('LOCK_IN_USE', message, { key, id, state: word });
  }

  async #free(key: string, id: string, actor: Actor): Promise<readonly string[]> {
    const shard = (await this.#shards())[shardOf(id)];
    if (shard === undefined) return [];
    const store = storeOf(shard);
    const members = await store.placesOf(key, id);
    return Promise.all(members.map((member) => store.free(key, member, actor)));
  }

  async #find(ref: LockRef, where: string): Promise<{ shard: Shard; lock: string; id: string } | undefined> {
    checkOptions(ref, REF_RULES, where);
    const { kind = 'unique', job, key } = ref;
    checkKey(key, where);
    if (job === undefined) throw new OptionError(`${where}.job`, 'is required', job);
    for (const shard of await this.#shards())
      for (const lock of PREFIXES[kind].map((prefix) => `${prefix}:${job}:${key}`)) {
        const id = await shard.connection.redis.get(shard.prefix + KEY.lock + lock);
        if (id !== null) return { shard, lock, id };
      }
    return undefined;
  }
}

const isKey = shortText(206);

/** A limit of a group has 6 characters before its key. @throws {OptionError} */
function checkKey(key: string, where: string): void {
  const problem = isKey(key);
  if (problem !== undefined) throw new OptionError(`${where}.key`, problem, key);
}

function storeOf({ connection, prefix }: Shard): LimitStore {
  return new LimitStore(connection, prefix);
}
