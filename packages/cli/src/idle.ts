import { setTimeout as delay } from 'node:timers/promises';
import type { Monitor } from '@linstock/core';

/** When to call queues idle. */
export interface IdleWatch {
  readonly monitor: Monitor;
  readonly queues: readonly string[];
  /** For how long nothing may wait or run. */
  readonly idleForMs: number;
  readonly signal: AbortSignal;
}

const EVERY_MS = 200;

/**
 * Resolves when nothing waits in the queues and nothing of them runs, and this has lasted as long as asked. What is
 * scheduled for later does not count, nor what waits in a paused queue. Also resolves when the signal aborts.
 */
export async function untilIdle(watch: IdleWatch): Promise<void> {
  let idleSince: number | undefined;
  while (!watch.signal.aborted) {
    const now = performance.now();
    if (!(await isIdle(watch))) idleSince = undefined;
    // Two looks at least: a job may move between the lists while they are read.
    else if (idleSince === undefined) idleSince = now;
    else if (now - idleSince >= watch.idleForMs) return;
    await delay(EVERY_MS, undefined, { signal: watch.signal }).catch(() => undefined);
  }
}

async function isIdle({ monitor, queues }: IdleWatch): Promise<boolean> {
  try {
    const all = await monitor.queues();
    const open = all.filter(({ name, paused }) => queues.includes(name) && paused === undefined);
    const names = open.map(({ name }) => name);
    if (await hasDueJob(monitor, names)) return false;
    if (open.some(({ enqueued }) => enqueued > 0)) return false;
    return !(await hasRunningJob(monitor, queues));
  } catch {
    // Redis cannot be asked now, so nothing is known; the worker itself reports it.
    return false;
  }
}

async function hasDueJob(monitor: Monitor, queues: readonly string[]): Promise<boolean> {
  const { jobs } = await monitor.page({ state: 'scheduled', limit: 50 });
  return jobs.some(
    (job) => !('damaged' in job) && queues.includes(job.queue) && (job.dueAt ?? Infinity) <= Date.now(),
  );
}

async function hasRunningJob(monitor: Monitor, queues: readonly string[]): Promise<boolean> {
  const { jobs, total } = await monitor.page({ state: 'processing', limit: 500 });
  return total > jobs.length || jobs.some((job) => !('damaged' in job) && queues.includes(job.queue));
}
