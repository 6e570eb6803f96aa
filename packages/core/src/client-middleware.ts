import type { EventEmitter } from 'node:events';
import type { ChangeOptions } from './client-options.ts';
import type { ClientEvents } from './client-events.ts';
import type { JobHandle } from './job-handle.ts';
import type { ContinueOptions, ParentRef } from './continuations.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { Duration } from './duration.ts';
import { LinstockError, OptionError } from './errors.ts';
import type { RecurringOptions } from './recurring-jobs.ts';

/**
 * The method of the client, or of a batch that is being made, that was called; `recurring`: `client.recurring.upsert`; `node`: one
 * node of `client.workflow`, whose handle is there when the node is made, one after the other; they are stored when all are made.
 */
export type ClientCallKind =
  | 'enqueue'
  | 'schedule'
  | 'enqueueMany'
  | 'scheduleMany'
  | 'continueWith'
  | 'onEnd'
  | 'node'
  | 'recurring';

/** Options of a call: those of any job, and those of its kind. */
export interface ClientCallOptions
  extends RunOptions<never>, RecurringOptions, Pick<ContinueOptions, 'on'>, ChangeOptions {
  readonly in?: Duration;
  readonly at?: Date;
}

/** A call that stores jobs. */
export interface ClientCall {
  readonly kind: ClientCallKind;
  readonly contract: JobContract;
  /** As they were given: no schema has checked them. One, but for `enqueueMany` and `scheduleMany`. */
  readonly inputs: readonly unknown[];
  readonly options: ClientCallOptions;
  /** Whom the job waits for; only for `continueWith`. */
  readonly parents?: ParentRef | readonly ParentRef[] | undefined;
  /** The batch that it is added to; undefined: none. */
  readonly batchId?: string | undefined;
  /** The recurring job; only for `recurring`. */
  readonly recurringId?: string | undefined;
}

/**
 * Is wrapped around every call that stores jobs. `next` goes on with the options given, or with those of the call, and resolves
 * to the handles (none for `recurring`); it must be called once. What the middleware throws is what the caller gets; before `next`, nothing is
 * stored.
 *
 * @example
 * client.use(({ options }, next) => next({ ...options, metadata: { ...options.metadata, tenant: tenant.getStore() } }));
 */
export type ClientMiddleware = (
  call: ClientCall,
  next: (options?: ClientCallOptions) => Promise<readonly JobHandle[]>,
) => unknown;

/** What is inside of all middleware. */
export type Send = (call: ClientCall) => Promise<readonly JobHandle[]>;

/** A call as it was made: without options, when it had none. */
export type UnplannedCall = Omit<ClientCall, 'options'> & {
  readonly options: ClientCall['options'] | undefined;
};

/** What is wrapped around the calls of a client: its middleware, the first one outermost, and around it the events of a call. */
export class CallChain {
  readonly #middleware: ClientMiddleware[] = [];
  readonly #events: ClientEvents;
  #isPlain = true;

  constructor(events: ClientEvents) {
    this.#events = events;
    (events as EventEmitter).on('newListener', (event: string) => {
      if (event === 'enqueued' || event === 'refused') this.#isPlain = false;
    });
  }

  /** Nothing is wrapped around, and nobody listens: calls need not pass here. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  /** @throws {OptionError} */
  add(middleware: ClientMiddleware): void {
    if (typeof middleware !== 'function')
      throw new OptionError('use', 'needs a function (call, next)', middleware);
    this.#middleware.push(middleware);
    this.#isPlain = false;
  }

  /** A call that gives one handle. */
  async one<R>(call: UnplannedCall, send: Send): Promise<JobHandle<R>> {
    return (await this.many<R>(call, send))[0] as JobHandle<R>;
  }

  async many<R>({ options = {}, ...call }: UnplannedCall, send: Send): Promise<JobHandle<R>[]> {
    return (await this.run({ ...call, options }, send)) as JobHandle<R>[];
  }

  async run(call: ClientCall, send: Send): Promise<readonly JobHandle[]> {
    const about = { kind: call.kind, name: call.contract?.name ?? '' };
    try {
      const handles = await step({ middleware: [...this.#middleware], send }, 0, call);
      // A batch that is being made is not there yet, and may never be.
      if (handles.length > 0 && call.batchId === undefined)
        this.#events.tell(
          'enqueued',
          about,
          handles.map(({ id }) => id),
        );
      return handles;
    } catch (error) {
      this.#events.tell('refused', about, error);
      throw error;
    }
  }
}

interface Chain {
  readonly middleware: readonly ClientMiddleware[];
  readonly send: Send;
}

async function step(chain: Chain, index: number, call: ClientCall): Promise<readonly JobHandle[]> {
  const current = chain.middleware[index];
  if (current === undefined) return chain.send(call);
  let inner: Promise<readonly JobHandle[]> | undefined;
  const next = (options = call.options): Promise<readonly JobHandle[]> => {
    if (inner !== undefined) return Promise.reject(calledTwice(call));
    inner = step(chain, index + 1, { ...call, options });
    // A middleware that ends before it must not end the process when it fails.
    inner.catch(() => undefined);
    return inner;
  };
  await current(call, next);
  if (inner === undefined) throw notCalled(call);
  return inner;
}

function calledTwice({ kind, contract }: ClientCall): LinstockError {
  const fields = { kind, name: contract?.name };
  const message = `a middleware called next() twice for ${kind} of ${fields.name}: the jobs would be stored twice`;
  return new LinstockError('NEXT_CALLED_TWICE', message, fields);
}

function notCalled({ kind, contract }: ClientCall): LinstockError {
  const fields = { kind, name: contract?.name };
  const message = `a middleware did not call next() for ${kind} of ${fields.name}: nothing is stored; to refuse a call, throw an error that says why`;
  return new LinstockError('NEXT_NOT_CALLED', message, fields);
}
