import type { RedisTarget } from '@linstock/core';
import type { ProbeSource } from '@linstock/worker';
import { loadHandlers } from './load-modules.ts';
import type { LogOptions } from './log.ts';
import { makeLog } from './log.ts';
import { makeProbe, makeWorker } from './worker-adapter.ts';

/** All that a process needs to know to be a worker. It travels to child processes by message, never by argument. */
export interface WorkerPlan {
  readonly redis: RedisTarget;
  readonly namespace: string;
  /** Absolute paths, or names of packages. */
  readonly modules: readonly string[];
  /** Undefined: those of the handlers. */
  readonly queues: readonly string[] | undefined;
  readonly concurrency: number;
  readonly shutdownTimeoutMs: number;
  readonly log: LogOptions;
  /** Whether somebody will ask how it is: only then it counts what it runs. */
  readonly isProbed: boolean;
}

/** What a worker serves. */
export interface Serving {
  readonly queues: readonly string[];
  readonly jobs: readonly string[];
}

/** A worker that runs in this process. */
export interface RunningWorker {
  readonly serving: Serving;
  /** Resolves when it has stopped, whoever told it to. */
  readonly ended: Promise<void>;
  readonly probe: ProbeSource | undefined;
  /** Waits for running jobs as long as the plan says, then gives them back; `now`: gives them back at once. May be called twice. */
  stop(options?: { readonly now?: boolean }): Promise<void>;
}

/** Loads the modules and starts a worker. Throws `MODULE_NOT_LOADED`, `NO_HANDLERS`, and what the worker throws. */
export async function startWorker(plan: WorkerPlan): Promise<RunningWorker> {
  const handlers = await loadHandlers(plan.modules);
  const contracts = handlers.map(({ contract }) => contract);
  const queues = plan.queues ?? [...new Set(contracts.map(({ queue }) => queue))];
  const log = await makeLog(plan.log);
  for (const { name, queue } of contracts) {
    if (!queues.includes(queue))
      log.warn({ job: name, queue }, 'this worker does not serve the queue of one of its jobs');
  }
  const { redis, namespace, concurrency, shutdownTimeoutMs } = plan;
  const worker = await makeWorker(
    { redis, namespace, queues, concurrency, shutdownTimeoutMs, log },
    handlers,
  );
  const ended = new Promise<void>((resolve) => worker.events.once('stopped', () => resolve()));
  const probe = plan.isProbed ? await makeProbe(worker) : undefined;
  await worker.start();
  const serving = { queues, jobs: contracts.map(({ name }) => name) };
  log.info({ ...serving, concurrency }, 'worker takes jobs');
  let stopped: Promise<void> | undefined;
  const stop = (options?: { readonly now?: boolean }): Promise<void> => {
    if (stopped === undefined) log.info({}, 'worker stops; running jobs may end');
    const stopping = worker.stop(options);
    return (stopped ??= stopping.then(() => log.info({}, 'worker has stopped')));
  };
  return { serving, ended, probe, stop };
}
