import type { RedisTarget } from '@linstock/core';
import type { HandlerDefinition, Probe, ProbeSource, Worker } from '@linstock/worker';
import type { Logger } from './log.ts';

export type { HandlerDefinition, Worker };

/** What a worker of this package needs. */
export interface WorkerSetup {
  readonly redis: RedisTarget;
  readonly namespace: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly shutdownTimeoutMs: number;
  readonly log: Logger;
}

/** Makes a worker. The package is loaded here, so that commands without a worker start fast. */
export async function makeWorker(
  { shutdownTimeoutMs, ...options }: WorkerSetup,
  handlers: readonly HandlerDefinition[],
): Promise<Worker> {
  const module = await import('@linstock/worker');
  const worker = new module.Worker({ ...options, shutdownTimeout: shutdownTimeoutMs });
  for (const definition of handlers)
    worker.handle(definition.contract, definition.handler, definition.options);
  return worker;
}

/** Makes a probe, of a worker or of what tells of several. */
export async function makeProbe(of: Worker | ProbeSource): Promise<Probe> {
  return (await import('@linstock/worker')).createProbe(of);
}
