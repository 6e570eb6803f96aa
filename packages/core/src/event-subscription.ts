import { LinstockError, OptionError } from './errors.ts';
import { Doorbell } from './event-doorbell.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions } from './options.ts';
import type { ConnectionLimits, RedisTarget } from './redis/connect.ts';
import { Connection } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import { KEY } from './redis/keys.ts';
import type { EventPage, EventVerb, ReachedState, StoredTransition } from './store/event-store.ts';
import { EVENT_VERBS, EventStore } from './store/event-store.ts';

/** A job has changed its state, was moved or updated, or began or ceased to exist. */
export interface JobTransition {
  readonly kind: 'transition';
  readonly verb: EventVerb;
  /** The job. */
  readonly id: string;
  /** What it is now; `none`: it is gone; `quarantine`: its record was damaged and is set aside. */
  readonly state: ReachedState;
  /** By the clock of Redis, ms since 1970. */
  readonly at: number;
  /** Pass it as `from`, and the subscription goes on after this event. */
  readonly cursor: string;
}

/** Transitions of a shard are missing here: the stream was trimmed, switched off, or Redis forgot its last second. */
export interface EventGap {
  readonly kind: 'gap';
  readonly shard: number;
  /** Pass it as `from`, and the subscription goes on after the gap. */
  readonly cursor: string;
}

export type StreamEvent = JobTransition | EventGap;

/** Options of a subscription. */
export interface SubscribeOptions {
  /** Where to begin: with what comes, with all that is still there, or after an event by its cursor. @default "new" */
  readonly from?: 'new' | 'oldest' | (string & {});
  /** Only these transitions; gaps are always told. @default all */
  readonly verbs?: readonly EventVerb[];
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly target: RedisTarget;
  readonly limits: ConnectionLimits;
  /** The prefixes of all shards. @throws {RedisError} Redis cannot be reached */
  prefixes(): Promise<readonly string[]>;
  /** Tells of trouble that the subscription lives with. */
  trouble(error: Error): void;
  closed(subscription: EventSubscription): void;
}

const PAGE = 500;
/** A look at least this often, should a message have been lost. */
const LOOK_EVERY_MS = 1000;
/** Scripts that run close together make one look. */
const PAUSE_MS = 5;
const CURSOR = /^\^?\d+-\d+( \^?\d+-\d+)*$/;

const NOTHING_NEW = { transitions: [], hasGap: false, isFull: false } as const;

const OPTION_RULES: Readonly<Record<string, Rule>> = {
  from: (value) =>
    value === 'new' || value === 'oldest' || (typeof value === 'string' && CURSOR.test(value))
      ? undefined
      : 'must be "new", "oldest" or the cursor of an event',
  verbs: (value) =>
    Array.isArray(value) && value.every((verb) => EVENT_VERBS.includes(verb as string))
      ? undefined
      : `must be a list of ${EVENT_VERBS.join(', ')}`,
  signal: anything,
};

/**
 * Transitions of all jobs, in the order of each shard; over connections of its own. It outlives restarts of Redis, and ends
 * with its signal, with `close`, with a `break`, or with its client.
 */
export class EventSubscription implements AsyncIterable<StreamEvent> {
  readonly #host: SubscriptionHost;
  readonly #from: string;
  readonly #verbs: ReadonlySet<EventVerb> | undefined;
  readonly #generator: AsyncGenerator<StreamEvent, undefined, undefined>;
  readonly #signal: AbortSignal | undefined;
  #reader: Connection | undefined;
  #bell: Doorbell | undefined;
  #starting: Promise<void> | undefined;
  #shards: readonly EventStore[] = [];
  #positions: string[] = [];
  #failures = 0;
  #isClosed = false;

  /** @throws {OptionError} */
  constructor(host: SubscriptionHost, options: SubscribeOptions = {}) {
    checkOptions(options, OPTION_RULES, 'subscribe');
    this.#host = host;
    this.#from = options.from ?? 'new';
    this.#verbs = options.verbs === undefined ? undefined : new Set(options.verbs);
    this.#signal = options.signal;
    this.#generator = this.#run();
    this.#signal?.addEventListener('abort', this.close, { once: true });
  }

  /**
   * Connects and finds where to begin. Optional: the first event does it too; with `from: "new"` nothing that happens after
   * this is missed. @throws {RedisError} Redis cannot be reached. @throws {OptionError} the cursor is of another installation
   */
  ready(): Promise<void> {
    if (this.#signal?.aborted === true) this.close();
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw known(error);
    });
    return this.#starting;
  }

  /** Ends the iteration. May be called twice. */
  readonly close = (): void => {
    this.#isClosed = true;
    this.#signal?.removeEventListener('abort', this.close);
    this.#reader?.close();
    this.#bell?.close();
    this.#host.closed(this);
  };

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined, undefined> {
    return {
      next: () => this.#generator.next(),
      return: () => {
        this.close();
        return this.#generator.return(undefined);
      },
    };
  }

  async #start(): Promise<void> {
    if (this.#isClosed) return;
    const prefixes = await this.#host.prefixes();
    if (this.#isClosed) return;
    const reader = (this.#reader ??= new Connection(this.#host.target, 'commands', this.#host.limits));
    await reader.ready(this.#host.limits.commandTimeoutMs);
    this.#shards = prefixes.map((prefix) => new EventStore(reader, prefix));
    this.#positions = await this.#firstPositions();
    if (this.#isClosed) return;
    const channels = prefixes.map((prefix) => prefix + KEY.events);
    const { target, limits } = this.#host;
    const trouble = (error: unknown): void => this.#host.trouble(known(error));
    this.#bell = new Doorbell({ target, limits, trouble }, channels);
    this.#bell.arm();
  }

  async #firstPositions(): Promise<string[]> {
    const from = this.#from;
    if (from === 'new' || from === 'oldest')
      return Promise.all(this.#shards.map((shard) => shard.position(from)));
    const positions = from.split(' ');
    if (positions.length === this.#shards.length) return positions;
    const rule = `must be a cursor of this installation, which has ${this.#shards.length} shards`;
    throw new OptionError('subscribe.from', rule, from);
  }

  async *#run(): AsyncGenerator<StreamEvent, undefined, undefined> {
    try {
      await this.ready();
      while (!this.#isClosed) {
        this.#bell?.arm();
        const pages = await this.#read();
        yield* this.#tell(pages);
        if (!pages.some(({ isFull }) => isFull)) await this.#pause();
      }
    } finally {
      this.close();
    }
  }

  /** What is new on each shard; one that cannot be read now has nothing new. @throws {LinstockError} what will not pass by itself */
  async #read(): Promise<readonly EventPage[]> {
    const looks = await Promise.allSettled(
      this.#shards.map(async (shard, i) => {
        await this.#reader?.ready(this.#host.limits.commandTimeoutMs);
        return shard.read(this.#positions[i] ?? '', PAGE);
      }),
    );
    const errors = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []));
    this.#failures = errors.length === 0 ? 0 : this.#failures + 1;
    if (errors.length > 0 && !this.#isClosed) this.#bear(errors);
    return looks.map((look, i) =>
      look.status === 'fulfilled' ? look.value : { ...NOTHING_NEW, position: this.#positions[i] ?? '' },
    );
  }

  #bear(errors: readonly unknown[]): void {
    const fault = errors.find((error) => classifyError(error) === 'fault');
    if (fault !== undefined) throw known(fault);
    this.#host.trouble(known(errors[0]));
  }

  *#tell(pages: readonly EventPage[]): Generator<StreamEvent, void> {
    for (const [shard, page] of pages.entries()) if (page.hasGap) yield this.#gap(shard, page);
    for (const { shard, transition } of inOrder(pages)) {
      const { entry, verb, job, state, at } = transition;
      this.#positions[shard] = entry;
      if (this.#verbs?.has(verb) === false) continue;
      yield { kind: 'transition', verb, id: job, state, at, cursor: this.#positions.join(' ') };
    }
    pages.forEach(({ position }, shard) => (this.#positions[shard] = position));
  }

  #gap(shard: number, { transitions: [first], position }: EventPage): EventGap {
    this.#positions[shard] = first === undefined ? position : `^${first.entry}`;
    return { kind: 'gap', shard, cursor: this.#positions.join(' ') };
  }

  /** Until a script tells of something, or it is time to look. */
  async #pause(): Promise<void> {
    if (this.#failures > 0) return this.#bell?.pause(Math.min(50 * 2 ** this.#failures, LOOK_EVERY_MS));
    await this.#bell?.ring(LOOK_EVERY_MS);
    await this.#bell?.pause(PAUSE_MS);
  }
}

function known(error: unknown): LinstockError {
  return error instanceof LinstockError ? error : asRedisError(error);
}

/** By time; what happened on one shard stays in its order. */
function inOrder(pages: readonly EventPage[]): { shard: number; transition: StoredTransition }[] {
  const all = pages.flatMap(({ transitions }, shard) =>
    transitions.map((transition) => ({ shard, transition })),
  );
  return pages.length === 1 ? all : all.toSorted((a, b) => a.transition.at - b.transition.at);
}
