import { setTimeout as delay } from 'node:timers/promises';
import type { Monitor } from '@linstock/core';

const EVERY_MS = 2000;

/** Says when jobs wait for a queue that no worker serves; once for each queue until that changes. Ends with the signal. */
export async function reportUnserved(
  monitor: Monitor,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  let known: ReadonlyMap<string, number> = new Map();
  while (!signal.aborted) {
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    const now = await findUnserved(monitor);
    if (now === undefined) continue;
    for (const [name, jobs] of now) {
      if (!known.has(name)) tell(`${jobs} jobs wait for \`${name}\`: no worker handles it`);
    }
    known = now;
  }
}

/** Queues that no worker serves, with how many jobs wait; undefined: that cannot be told now. */
async function findUnserved(monitor: Monitor): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const [queues, workers] = await Promise.all([monitor.queues(), monitor.workers()]);
    // No worker at all: one is just being replaced, or a person has been told.
    if (workers.length === 0) return undefined;
    const served = new Set(workers.flatMap(({ info }) => info?.queues ?? []));
    const unserved = queues.filter(({ name, enqueued }) => enqueued > 0 && !served.has(name));
    return new Map(unserved.map(({ name, enqueued }) => [name, enqueued]));
  } catch {
    // The worker itself reports a Redis that is away.
    return undefined;
  }
}
