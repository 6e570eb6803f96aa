import { hostname } from 'node:os';
import type { Handlers } from './handlers.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import { VERSION } from './version.ts';

/** Who a worker is, for people: what its registration holds, as JSON. */
export function workerInfo({ queues, concurrency }: ResolvedWorkerOptions, handlers: Handlers): string {
  return JSON.stringify({
    host: hostname(),
    pid: process.pid,
    version: VERSION,
    node: process.version,
    queues: queues.names,
    concurrency,
    jobs: handlers.names(),
    startedAt: Date.now(),
  });
}
