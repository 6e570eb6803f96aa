import type { JobContract, RedisTarget } from '@linstock/core';
import type { Logger } from './log.ts';

/** A contract with its handler, as `defineHandler` of `@linstock/worker` makes it. */
export interface HandlerDefinition {
  readonly contract: JobContract;
  readonly handler: (input: unknown, ctx: HandlerContext) => unknown;
}

/** What a handler of this package uses of its context. */
export interface HandlerContext {
  readonly id: string;
  readonly attempt: number;
}

/** A worker that has been made, and not started yet. */
export interface RunnableWorker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a worker of this package needs. */
export interface RunnableWorkerOptions {
  readonly redis: RedisTarget;
  readonly namespace: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly shutdownTimeoutMs: number;
  readonly log: Logger;
}

/** The part of `@linstock/worker` that is used here. */
interface WorkerModule {
  readonly Worker: new (options: Record<string, unknown>) => RunnableWorker & {
    handle(contract: JobContract, handler: HandlerDefinition['handler']): unknown;
  };
}

/** Makes a worker. The package is loaded here, so that commands without a worker start fast. */
export async function makeWorker(
  { shutdownTimeoutMs, ...options }: RunnableWorkerOptions,
  handlers: readonly HandlerDefinition[],
): Promise<RunnableWorker> {
  const { Worker } = (await import('@linstock/worker')) as unknown as WorkerModule;
  const worker = new Worker({ ...options, shutdownTimeout: shutdownTimeoutMs });
  for (const { contract, handler } of handlers) worker.handle(contract, handler);
  return worker;
}
