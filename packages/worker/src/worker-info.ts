import { hostname } from 'node:os';
import { describeContract } from '@linstock/core/internal';
import type { Handlers } from './handlers.ts';
import type { Log } from './log.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { ShardLink } from './shard-link.ts';
import { VERSION } from './version.ts';

/** Who a worker is, for people: what its registration holds, as JSON. */
export function workerInfo(
  { queues, concurrency, leaseMs }: ResolvedWorkerOptions,
  handlers: Handlers,
): string {
  return JSON.stringify({
    host: hostname(),
    pid: process.pid,
    version: VERSION,
    node: process.version,
    queues: queues.names,
    concurrency,
    jobs: handlers.names(),
    startedAt: Date.now(),
    leaseMs,
  });
}

/** Writes down what it handles, for people who write jobs by hand. Never throws: it works as well without. */
export async function tellContracts(
  [home]: readonly ShardLink[],
  handlers: Handlers,
  log: Log,
): Promise<void> {
  try {
    await home?.registry.describe(handlers.contracts().map(describeContract));
  } catch (error) {
    log.warn({ err: error }, 'the contracts could not be described: the dashboard has no forms for them');
  }
}
