import type { JobState, TransitionVerb } from '../job/states.ts';
import { STATE_LETTERS, TRANSITIONS } from '../job/states.ts';
import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';

/** Changes of a job that leave its state as it is. */
const CHANGES = ['move', 'update'] as const;

/** What the stream tells of: transitions, and other changes of a job. */
export type EventVerb = TransitionVerb | (typeof CHANGES)[number];
export const EVENT_VERBS: readonly string[] = [...Object.keys(TRANSITIONS), ...CHANGES];

/** What a job is after a transition; `none`: it is gone. */
export type ReachedState = JobState | 'none' | 'quarantine';

/** A transition of a job, as the stream of its shard has it. */
export interface StoredTransition {
  /** The entry's id in the stream. */
  readonly entry: string;
  /** By the clock of Redis, ms since 1970. */
  readonly at: number;
  readonly verb: EventVerb;
  readonly job: string;
  readonly state: ReachedState;
}

/** What a reader found in the stream of a shard. */
export interface EventPage {
  readonly transitions: readonly StoredTransition[];
  /** Where to read on; undefined: after the last of {@link transitions}. */
  readonly position: string;
  /** Entries after the reader's position are missing. */
  readonly hasGap: boolean;
  /** It is full: there may be more. */
  readonly isFull: boolean;
}

/** A reader that found no stream: whatever comes begins with {@link FIRST}. */
export const NO_STREAM = '0-0';
/** The verb of a stream's first entry: who finds it knows that nothing was before. */
const FIRST = 'enable';

const STATES = new Map<string, ReachedState>([
  ...Object.entries(STATE_LETTERS).map(([state, letter]) => [letter, state as JobState] as const),
  ['-', 'none'],
  ['X', 'quarantine'],
]);

const KNOWN = new Set(EVENT_VERBS);

type Entry = readonly [id: string, fields: readonly string[]];

/**
 * The stream of a shard's transitions. A position is the id of the entry that was read last, or `^` and the id of the one that
 * comes next. Each read asks for the entry at its position once more: when it is not there, entries were trimmed or lost.
 */
export class EventStore {
  readonly #connection: Connection;
  readonly #key: string;
  readonly #mostKey: string;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    this.#key = prefix + KEY.events;
    this.#mostKey = prefix + KEY.eventsMost;
  }

  /** Scripts tell of transitions from now on; about the last `most` are kept. */
  async enable(most: number): Promise<void> {
    const { redis } = this.#connection;
    if ((await redis.get(this.#mostKey)) === null) await redis.xadd(this.#key, '*', 'verb', FIRST);
    await redis.set(this.#mostKey, most);
  }

  /** Scripts tell nothing any more, and what they told is gone; readers are woken to see it. */
  async disable(): Promise<void> {
    await this.#connection.redis.del(this.#mostKey, this.#key);
    await this.#connection.redis.publish(this.#key, '');
  }

  /** Whether scripts tell of transitions. */
  async isEnabled(): Promise<boolean> {
    return (await this.#connection.redis.exists(this.#mostKey)) === 1;
  }

  /** Where a reader begins that wants all that is there, or only what comes. */
  async position(from: 'oldest' | 'new'): Promise<string> {
    const { redis } = this.#connection;
    const [entry] =
      from === 'oldest'
        ? await redis.xrange(this.#key, '-', '+', 'COUNT', 1)
        : await redis.xrevrange(this.#key, '+', '-', 'COUNT', 1);
    if (entry === undefined) return NO_STREAM;
    return from === 'oldest' ? `^${entry[0]}` : entry[0];
  }

  /** Up to `most` entries after a position. */
  async read(position: string, most: number): Promise<EventPage> {
    const isAhead = position.startsWith('^');
    const here = isAhead ? position.slice(1) : position;
    const start = position === NO_STREAM ? '-' : here;
    const entries: readonly Entry[] = await this.#connection.redis.xrange(
      this.#key,
      start,
      '+',
      'COUNT',
      most + 1,
    );
    const [first] = entries;
    if (first === undefined) return this.#readNothing(position, here);
    const isHere = position === NO_STREAM ? first[1][1] === FIRST : first[0] === here;
    const found = isHere && !isAhead ? entries.slice(1) : entries;
    return {
      transitions: found.map(decode).filter((transition) => transition !== undefined),
      position: found.at(-1)?.[0] ?? (position === NO_STREAM ? first[0] : position),
      hasGap: !isHere,
      isFull: entries.length > most,
    };
  }

  /** No entry at the position or after it: there is no stream, or Redis has forgotten its last second. */
  async #readNothing(position: string, here: string): Promise<EventPage> {
    const nothing = { transitions: [], hasGap: false, isFull: false };
    if (position === NO_STREAM) return { ...nothing, position };
    const last = await this.position('new');
    // Written since the first look: the next read finds it.
    if (last !== NO_STREAM && isLater(last, here)) return { ...nothing, position };
    return { ...nothing, position: last, hasGap: true };
  }
}

/** Undefined for what is no transition, or one that only a newer version knows. */
function decode([entry, fields]: Entry): StoredTransition | undefined {
  const [, verb = '', , job = '', , letter = ''] = fields;
  const state = STATES.get(letter);
  if (state === undefined || !KNOWN.has(verb)) return undefined;
  return { entry, at: timeOf(entry), verb: verb as EventVerb, job, state };
}

function timeOf(entry: string): number {
  return Number(entry.slice(0, entry.indexOf('-')));
}

function isLater(a: string, b: string): boolean {
  return (
    timeOf(a) > timeOf(b) || (timeOf(a) === timeOf(b) && Number(a.split('-')[1]) > Number(b.split('-')[1]))
  );
}
