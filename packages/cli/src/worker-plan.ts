import { UsageError } from './errors.ts';
import { resolveModule } from './load-modules.ts';
import { wantsColor } from './options.ts';
import type { Settings } from './options.ts';
import type { WorkerPlan } from './run-worker.ts';

/** Flags of commands that run a worker. */
export interface WorkerFlags {
  readonly queues?: readonly string[];
  readonly concurrency?: number;
  readonly shutdownTimeout?: number;
  readonly logLevel?: string;
  readonly probePort?: number;
}

/** What the worker of a command is to do: flags before settings. */
export function makeWorkerPlan(
  settings: Settings,
  flags: WorkerFlags,
  modules: readonly string[],
): WorkerPlan {
  const named = modules.length > 0 ? modules : settings.worker.modules;
  if (named.length === 0) {
    throw new UsageError('name a module with handlers, such as jobs.ts, or "modules" in linstock.config');
  }
  const isPretty = process.stderr.isTTY;
  return {
    redis: settings.redis,
    namespace: settings.namespace,
    modules: named.map(resolveModule),
    queues: flags.queues ?? settings.worker.queues,
    concurrency: flags.concurrency ?? settings.worker.concurrency,
    shutdownTimeoutMs: flags.shutdownTimeout ?? settings.worker.shutdownTimeoutMs,
    log: {
      level: flags.logLevel ?? settings.worker.logLevel,
      isPretty,
      hasColor: wantsColor(undefined, isPretty),
    },
    isProbed: flags.probePort !== undefined,
  };
}
