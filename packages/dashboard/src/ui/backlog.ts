import type { Queue } from './types.ts';

type Flowing = Pick<Queue, 'enqueued' | 'flow'>;

/** How long until nothing waits in a queue, ms, if it goes on like this. Undefined: it does not shrink, or nobody knows. */
export function emptyInMs({ enqueued, flow }: Flowing): number | undefined {
  const gain = (flow?.out ?? 0) - (flow?.in ?? 0);
  return enqueued === 0 || gain <= 0 ? undefined : (enqueued / gain) * 1000;
}

/**
 * Where the backlog of several queues leads: they grow by so many a second, or the last of them is empty after so many ms.
 * Undefined: what waits is done within a second, or stays as it is. What a limit holds waits too: it is in what goes.
 */
export function outlook(
  queues: readonly Flowing[],
): { readonly growsBy: number } | { readonly emptyInMs: number } | undefined {
  const sum = (of: (queue: Flowing) => number): number => queues.reduce((all, queue) => all + of(queue), 0);
  const moving = sum(({ flow }) => flow?.out ?? 0);
  const gain = moving - sum(({ flow }) => flow?.in ?? 0);
  // A difference of a twentieth is no direction.
  if (sum(({ enqueued }) => enqueued) <= moving || Math.abs(gain) <= moving / 20 || Math.abs(gain) < 0.01)
    return undefined;
  if (gain < 0) return { growsBy: -gain };
  return { emptyInMs: Math.max(...queues.map((queue) => emptyInMs(queue) ?? 0)) };
}
