import { LinstockError } from '@linstock/core';
import type { Handler } from './handlers.ts';
import { isHandlerOutcome } from './handler-outcome.ts';
import { JobContext } from './job-context.ts';
import type { JobRun } from './job-run.ts';

/** What a middleware knows of a job: all that its handler knows, and the input. The handler's `ctx` is the same object. */
export class MiddlewareContext<Scope = unknown> extends JobContext<Scope> {
  /** As the handler gets it: of the present version, and checked by the schema. */
  readonly input: unknown;

  constructor(run: JobRun, input: unknown) {
    super(run);
    this.input = input;
  }
}

/**
 * Is wrapped around every handler of a worker. `next` runs what is inside and gives its result; once at most. What the
 * middleware returns is the result; undefined after `next`: the result of that. What it throws is an error of the handler.
 * Without a call of `next` the handler does not run. `retryAfter`, `snooze`, `fail` and `cancel` of a handler reject `next`,
 * thrown or returned.
 *
 * @example
 * worker.use(async (ctx, next) => {
 *   const startedAt = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     histogram.observe({ job: ctx.name }, performance.now() - startedAt);
 *   }
 * });
 */
export type Middleware<Scope = unknown> = (
  ctx: MiddlewareContext<Scope>,
  next: () => Promise<unknown>,
) => unknown;

/**
 * Makes what belongs to one run, such as a container of dependencies; it is `ctx.scope`. When the run ends, it is disposed:
 * by `Symbol.asyncDispose`, `Symbol.dispose` or a method `dispose`, whichever it has, before the job's outcome is told. What
 * it throws is an error of the handler; what disposing throws is logged.
 */
export type CreateScope<Scope = unknown> = (ctx: MiddlewareContext) => Scope | Promise<Scope>;

/** Runs a handler with all that is around it. */
export type Around = (run: JobRun, input: unknown, handler: Handler) => Promise<unknown>;

/** What is wrapped around handlers, the first middleware outermost and the scope around them all; undefined: nothing is. */
export function aroundOf(
  middleware: readonly Middleware[],
  createScope: CreateScope | undefined,
): Around | undefined {
  if (middleware.length === 0 && createScope === undefined) return undefined;
  const all = [...middleware];
  return async (run, input, handler) => {
    const ctx = new MiddlewareContext(run, input);
    run.context = ctx;
    const chain = { middleware: all, run, ctx, handler };
    if (createScope === undefined) return step(chain, 0);
    run.scope = await createScope(ctx);
    try {
      return await step(chain, 0);
    } finally {
      await dispose(run);
    }
  };
}

interface Chain {
  readonly middleware: readonly Middleware[];
  readonly run: JobRun;
  readonly ctx: MiddlewareContext;
  readonly handler: Handler;
}

async function step(chain: Chain, index: number): Promise<unknown> {
  const { middleware, run, ctx, handler } = chain;
  const current = middleware[index];
  if (current === undefined) {
    run.throwIfAborted();
    return resultOf(await handler(ctx.input, ctx));
  }
  let inner: Promise<unknown> | undefined;
  const next = (): Promise<unknown> => {
    if (inner !== undefined) return Promise.reject(calledTwice(ctx));
    inner = step(chain, index + 1);
    // A middleware that ends before it must not end the process when it fails.
    inner.catch(() => undefined);
    return inner;
  };
  const value = resultOf(await current(ctx, next));
  return value === undefined && inner !== undefined ? inner : value;
}

/** However it was said: whoever is outside sees an outcome as what it is, no result. */
function resultOf(value: unknown): unknown {
  if (isHandlerOutcome(value)) throw value;
  return value;
}

function calledTwice({ id, name }: MiddlewareContext): LinstockError {
  return new LinstockError(
    'NEXT_CALLED_TWICE',
    `a middleware called next() twice for job ${id} (${name}): the handler would run again; throw retryAfter() instead`,
    { id, name },
  );
}

async function dispose(run: JobRun): Promise<void> {
  const { scope } = run;
  if ((typeof scope !== 'object' && typeof scope !== 'function') || scope === null) return;
  const methods = scope as Record<PropertyKey, unknown>;
  const method = [Symbol.asyncDispose, Symbol.dispose, 'dispose']
    .map((name) => methods[name])
    .find((candidate) => typeof candidate === 'function');
  try {
    await (method as (() => unknown) | undefined)?.call(scope);
  } catch (error) {
    // The handler has done its work: that its scope cannot be tidied up changes nothing about the job.
    run.log.warn({ err: error, jobId: run.id, name: run.name }, 'the scope of a job could not be disposed');
  }
}
