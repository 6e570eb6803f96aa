import type { JobContract } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { HandlerOutcome } from './handler-outcome.ts';
import type { JobContext } from './job-context.ts';
import type { Middleware } from './middleware.ts';
import type { HandleOptions } from './retry-function.ts';
import { checkHandleOptions } from './retry-function.ts';

/**
 * Runs a job. What it returns is the job's result; when it throws, the attempt has failed; `retryAfter`, `snooze`, `fail` and
 * `cancel` say something else, thrown or returned. It may run more than once.
 */
export type Handler<Input = unknown, Result = unknown, Scope = unknown> = (
  input: Input,
  ctx: JobContext<Scope>,
) => Result | HandlerOutcome | Promise<Result | HandlerOutcome>;

/** A contract with its handler: what a module for `linstock worker` exports. */
export interface HandlerDefinition {
  readonly contract: JobContract;
  readonly handler: Handler;
  readonly options?: HandleOptions | undefined;
}

const definitions = new WeakSet<object>();

/**
 * Ties a handler to its contract, for modules that `linstock worker` loads.
 *
 * @example
 * export const mail = defineHandler(sendMail, async ({ to }, ctx) => { ctx.log.info({ to }, 'sending'); });
 */
export function defineHandler<I, R, S = unknown>(
  contract: JobContract<I, R>,
  handler: Handler<I, R, S>,
  options?: HandleOptions<S>,
): HandlerDefinition {
  checkHandler(contract, handler);
  checkHandleOptions(options);
  const definition = definitionOf(contract, handler as Handler, options as HandleOptions | undefined);
  definitions.add(definition);
  return definition;
}

/** Whether a value was made by {@link defineHandler}. */
export function isHandler(value: unknown): value is HandlerDefinition {
  return typeof value === 'object' && value !== null && definitions.has(value);
}

function definitionOf(
  contract: JobContract,
  handler: Handler,
  options: HandleOptions | undefined,
): HandlerDefinition {
  return options === undefined ? { contract, handler } : { contract, handler, options };
}

/** Handlers by the names of their jobs, and the middleware around them all. */
export class Handlers {
  readonly #byName = new Map<string, HandlerDefinition>();
  /** The first one outermost. */
  readonly middleware: Middleware[] = [];

  /** @throws {OptionError} not a contract, not a handler, or a name or alias that has a handler already */
  add<I, R, S>(contract: JobContract<I, R>, handler: Handler<I, R, S>, options?: HandleOptions<S>): void {
    checkHandler(contract, handler);
    checkHandleOptions(options);
    const names = [contract.name, ...contract.aliases];
    const taken = names.find((name) => this.#byName.has(name));
    if (taken !== undefined)
      throw new OptionError('handle', 'must name each job once; this one has a handler already', taken);
    const definition = definitionOf(contract, handler as Handler, options as HandleOptions | undefined);
    for (const name of names) this.#byName.set(name, definition);
  }

  /** By the name of a job or by one of its aliases. */
  find(name: string): HandlerDefinition | undefined {
    return this.#byName.get(name);
  }

  /** The contracts that have a handler, each once. */
  contracts(): JobContract[] {
    return [...new Set([...this.#byName.values()].map(({ contract }) => contract))];
  }

  /** Every name that has a handler, aliases too, sorted. */
  names(): string[] {
    return [...this.#byName.keys()].toSorted();
  }
}

function checkHandler(contract: unknown, handler: unknown): void {
  const isContract =
    typeof contract === 'object' && contract !== null && 'header' in contract && 'name' in contract;
  if (!isContract)
    throw new OptionError('handle', 'needs a contract, made by defineJob(), as its first argument', contract);
  if (typeof handler !== 'function')
    throw new OptionError('handle', 'needs a function as its second argument', handler);
}
