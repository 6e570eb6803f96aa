import { setTimeout as delay } from 'node:timers/promises';
import type { BulkRequest } from './bulk-request.ts';
import { operationOf } from './bulk-request.ts';
import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { toMs } from './duration.ts';
import { LinstockError, show, WaitTimeoutError } from './errors.ts';
import { nextId } from './job-factory.ts';
import type { WaitOptions } from './job-handle.ts';
import { driveOperation } from './operation-driver.ts';
import { anything, checkOptions } from './options.ts';
import { persist } from './persist.ts';
import type { Selection, SelectionOptions } from './selections.ts';
import { SelectionNotFoundError, storeSelection } from './selections.ts';
import type { FilterView } from './store/filter-view.ts';
import { filterView } from './store/filter-view.ts';
import type { TargetView } from './store/target-view.ts';
import { targetView } from './store/target-view.ts';
import { asRedisError, classifyError } from './redis/errors.ts';
import type { Shard } from './shard-set.ts';
import type { Actor } from './store/change-call.ts';
import type { BulkVerb, OperationCall, StoredOperation } from './store/operation-store.ts';

/** An operation over all shards, as people see it. Instants are ms since 1970, by the clock of Redis. */
export interface OperationView {
  readonly id: string;
  readonly verb: BulkVerb;
  /** What the jobs have that it is about; ages as instants. */
  readonly filter: FilterView;
  /** Where they go, or when they are due; of another verb it is empty. */
  readonly target: TargetView;
  /** Jobs per second; undefined: as fast as it goes. */
  readonly ratePerSecond: number | undefined;
  /** Whether it only counts. */
  readonly dryRun: boolean;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly by: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** Jobs to look at, as far as they are known: a queue's are counted when its turn comes. */
  readonly total: number;
  /** Jobs that it has looked at; blocked ones may count twice. */
  readonly looked: number;
  /** Those that the filter names. */
  readonly matched: number;
  /** Those that were changed. */
  readonly changed: number;
  /** Those that could not be: another job holds a unique key that they need. */
  readonly failed: number;
}

/** An operation that was begun. It goes on when this process dies, as long as a worker lives. */
export interface BulkHandle {
  readonly id: string;
  progress(): Promise<OperationView>;
  /** Resolves when it has ended. `timeoutMs`: 10 min if nothing else is said. @throws {WaitTimeoutError} it goes on */
  done(options?: WaitOptions): Promise<OperationView>;
  /** Ends it; what it has changed stays. False: it had ended. */
  cancel(options?: ChangeOptions): Promise<boolean>;
}

/** `OPERATION_NOT_FOUND`: no operation has this id; the newest 1,000 are remembered. Field: `id`. */
export class OperationNotFoundError extends LinstockError {
  constructor(id: string) {
    super('OPERATION_NOT_FOUND', `there is no operation ${show(id)}: only the newest 1,000 are remembered`, {
      id,
    });
  }
}

/** What these need of the client. */
export interface OperationsHost {
  readonly keepCancelled: number;
  /** How long a call is repeated that got no answer, ms. */
  readonly retryForMs: number;
  shards(): Promise<readonly Shard[]>;
}

const DONE_TIMEOUT_MS = 600_000;
/** How often somebody who waits looks; the longer it takes, the less often. */
const LOOK_LEAST_MS = 10;
const LOOK_MOST_MS = 500;
const AFTER_TROUBLE_MS = 250;

/** Operations: changes of all jobs that a filter names, made where the jobs are. */
export class Operations {
  readonly #host: OperationsHost;
  readonly #stop = new AbortController();
  readonly #drives = new Set<Promise<void>>();
  readonly #faults = new Map<string, Error>();

  constructor(host: OperationsHost) {
    this.#host = host;
  }

  /** The newest operations, newest first. `most`: 1 to 1,000. */
  async list({ most = 100 }: { readonly most?: number } = {}): Promise<OperationView[]> {
    const shards = await this.#host.shards();
    const ids = await Promise.all(shards.map(({ operations }) => operations.ids(most)));
    const views = await Promise.all([...new Set(ids.flat())].map((id) => this.get(id)));
    return views
      .filter((view) => view !== undefined)
      .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .slice(0, most);
  }

  /** An operation, or undefined when there is none with this id. */
  async get(id: string): Promise<OperationView | undefined> {
    const shards = await this.#host.shards();
    const parts = await Promise.all(shards.map(({ operations }) => operations.find(id)));
    return merge(parts.filter((part) => part !== undefined));
  }

  /** Ends an operation; what it has changed stays. False: it had ended. @throws {OperationNotFoundError} */
  async cancel(id: string, options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, 'cancel');
    const shards = await this.#host.shards();
    const words = await Promise.all(shards.map(({ operations }) => operations.abort(id, actor)));
    if (words.every((word) => word === 'GONE')) throw new OperationNotFoundError(id);
    return words.includes('OK');
  }

  /**
   * Puts jobs together by their ids, up to 100,000, for an operation: when no other filter names what they have in common. It is
   * kept for ten minutes, and an operation that changes something takes it; dry runs do not.
   *
   * @example
   * const { id } = await client.operations.select(ids);
   * await client.bulk({ verb: 'cancel', filter: { state: 'enqueued', selection: id } });
   * @throws {OptionError}
   */
  select(ids: Iterable<string> | AsyncIterable<string>, options?: SelectionOptions): Promise<Selection> {
    return storeSelection(this.#host, ids, options);
  }

  /** See `Client.bulk`. */
  async begin(request: BulkRequest): Promise<BulkHandle> {
    const shards = await this.#host.shards();
    const { by, reason } = request ?? {};
    const actor = actorOf(
      { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) },
      'bulk',
    );
    const now = (await shards[0]?.operations.now()) ?? 0;
    const checked = operationOf(request, now);
    const call = { ...checked, id: nextId(0), rate: checked.rate / shards.length };
    await this.#start(shards, call, actor);
    for (const shard of shards) this.#drive(shard, call.id);
    return {
      id: call.id,
      progress: () => this.#require(call.id),
      done: (options) => this.#ended(call.id, options),
      cancel: (options) => this.cancel(call.id, options),
    };
  }

  /** Ends no operation: workers go on with them. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#drives);
  }

  async #start(shards: readonly Shard[], call: OperationCall, actor: Actor): Promise<void> {
    const { queue } = call.target;
    for (const { queues } of shards) if (queue !== undefined) await queues.learnCodes([queue]);
    try {
      const words = await Promise.all(shards.map((shard) => this.#operate(shard, call, actor)));
      if (words.includes('FULL'))
        throw new LinstockError('OPERATIONS_FULL', '1,000 operations run: wait for some, or cancel them');
      if (words.includes('NO_SELECTION')) throw new SelectionNotFoundError(call.filter.selection ?? '');
    } catch (error) {
      // All shards or none, as far as it can be had.
      const why = 'it could not be begun on all shards';
      const undone = shards.map(({ operations }) => operations.abort(call.id, { ...actor, why }));
      await Promise.allSettled(undone);
      throw error;
    }
  }

  /** It has an id of its own, so it may be sent again. */
  #operate({ connection, operations }: Shard, call: OperationCall, actor: Actor): Promise<unknown> {
    const { retryForMs: forMs } = this.#host;
    return persist(() => operations.operate(call, actor), { connection, forMs, uncertain: asRedisError });
  }

  #drive(shard: Shard, id: string): void {
    const drive = this.#driveOn(shard, id).finally(() => this.#drives.delete(drive));
    this.#drives.add(drive);
  }

  /** Weather passes, and workers go on meanwhile; a fault is for whoever waits. */
  async #driveOn({ operations }: Shard, id: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        return await driveOperation(operations, id, { keep: this.#host.keepCancelled, signal });
      } catch (error) {
        const kind = classifyError(error);
        if (kind === 'fault') return void this.#faults.set(id, asRedisError(error));
        await delay(AFTER_TROUBLE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #require(id: string): Promise<OperationView> {
    const view = await this.get(id);
    if (view === undefined) throw new OperationNotFoundError(id);
    return view;
  }

  async #ended(id: string, options: WaitOptions = {}): Promise<OperationView> {
    checkOptions(options, { timeoutMs: anything, signal: anything }, 'done');
    const timeoutMs = toMs(options.timeoutMs ?? DONE_TIMEOUT_MS, 'done.timeoutMs');
    const deadline = performance.now() + timeoutMs;
    for (let pause = LOOK_LEAST_MS; ; pause = Math.min(pause * 1.5, LOOK_MOST_MS)) {
      options.signal?.throwIfAborted();
      const view = await this.#require(id);
      if (view.state !== 'running') return view;
      const fault = this.#faults.get(id);
      if (fault !== undefined) throw fault;
      const left = deadline - performance.now();
      if (left <= 0) throw new WaitTimeoutError(`operation ${id} did not end`, timeoutMs);
      await delay(Math.min(pause, left));
    }
  }
}

function merge(parts: readonly StoredOperation[]): OperationView | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const sum = (of: (part: StoredOperation) => number): number => parts.reduce((n, part) => n + of(part), 0);
  const isRunning = parts.some(({ state }) => state === 'running');
  const rate = sum((part) => part.rate);
  return {
    id: first.id,
    verb: first.verb,
    filter: filterView(first.filter),
    target: targetView(first.target),
    ratePerSecond: rate === 0 ? undefined : Math.round(rate * 1000) / 1000,
    dryRun: first.dryRun,
    state: stateOf(parts),
    by: first.by,
    reason: first.why,
    createdAt: Math.min(...parts.map(({ createdAt }) => createdAt)),
    endedAt: isRunning ? undefined : Math.max(...parts.map(({ endedAt }) => endedAt ?? 0)),
    total: sum((part) => part.total),
    looked: sum((part) => part.looked),
    matched: sum((part) => part.matched),
    changed: sum((part) => part.changed),
    failed: sum((part) => part.failed),
  };
}

function stateOf(parts: readonly StoredOperation[]): OperationView['state'] {
  const states = new Set(parts.map(({ state }) => state));
  return (['running', 'cancelled'] as const).find((state) => states.has(state)) ?? 'done';
}
