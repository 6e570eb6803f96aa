import { setTimeout as delay } from 'node:timers/promises';
import type { Monitor } from '@linstock/core';

const EVERY_MS = 2000;

/** Says when jobs wait for a queue that no worker serves; once for each queue until that changes. Ends with the signal. */
export async function reportUnserved(
  monitor: Monitor,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    try {
      const [queues, workers] = await Promise.all([monitor.queues(), monitor.workers()]);
      const served = new Set(workers.flatMap(({ info }) => info?.queues ?? []));
      // No worker at all: one is just being replaced, or a person has been told.
      if (workers.length === 0) continue;
      for (const { name, enqueued } of queues) {
        const isUnserved = enqueued > 0 && !served.has(name);
        if (isUnserved && !told.has(name)) tell(`${enqueued} jobs wait for \`${name}\`: no worker handles it`);
        if (isUnserved) told.add(name);
        else told.delete(name);
      }
    } catch {
      // The worker itself reports a Redis that is away.
    }
  }
}
