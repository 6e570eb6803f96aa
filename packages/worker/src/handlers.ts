import type { JobContract } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { JobContext } from './job-context.ts';

/** Runs a job. What it returns is the job's result; when it throws, the attempt has failed. It may run more than once. */
export type Handler<Input = unknown, Result = unknown> = (
  input: Input,
  ctx: JobContext,
) => Result | Promise<Result>;

/** A contract with its handler: what a module for `linstock worker` exports. */
export interface HandlerDefinition {
  readonly contract: JobContract;
  readonly handler: Handler;
}

const definitions = new WeakSet<object>();

/**
 * Ties a handler to its contract, for modules that `linstock worker` loads.
 *
 * @example
 * export const mail = defineHandler(sendMail, async ({ to }, ctx) => { ctx.log.info({ to }, 'sending'); });
 */
export function defineHandler<I, R>(contract: JobContract<I, R>, handler: Handler<I, R>): HandlerDefinition {
  checkHandler(contract, handler);
  const definition = { contract, handler: handler as Handler } as HandlerDefinition;
  definitions.add(definition);
  return definition;
}

/** Whether a value was made by {@link defineHandler}. */
export function isHandler(value: unknown): value is HandlerDefinition {
  return typeof value === 'object' && value !== null && definitions.has(value);
}

/** Handlers by the names of their jobs. */
export class Handlers {
  readonly #byName = new Map<string, HandlerDefinition>();

  add<I, R>(contract: JobContract<I, R>, handler: Handler<I, R>): void {
    checkHandler(contract, handler);
    if (this.#byName.has(contract.name)) {
      throw new OptionError(
        'handle',
        'must name each job once; this one has a handler already',
        contract.name,
      );
    }
    this.#byName.set(contract.name, { contract: contract, handler: handler as Handler });
  }

  find(name: string): HandlerDefinition | undefined {
    return this.#byName.get(name);
  }

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
