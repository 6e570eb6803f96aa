import type { Monitor, QueueView, WorkerView } from '@linstock/core';
import { CliError } from './errors.ts';
import { formatInstant } from './format-time.ts';
import type { Column } from './table.ts';

/** A queue as programs see it: every field is always there. */
export type QueueJson = ReturnType<typeof queueJson>;

/** A queue for JSON. */
export function queueJson(
  { name, enqueued, byPriority, suspects, paused }: QueueView,
  workers: readonly WorkerView[],
) {
  const serving = workers.filter(({ info }) => info?.queues.includes(name));
  return { name, enqueued, byPriority, suspects, paused: paused ?? null, workers: serving.length };
}

/** All queues, with how many workers serve them. */
export async function readQueues(monitor: Monitor): Promise<QueueJson[]> {
  const [queues, workers] = await Promise.all([monitor.queues(), monitor.workers()]);
  return queues.map((queue) => queueJson(queue, workers));
}

/** One queue. Throws `QUEUE_NOT_FOUND`. */
export async function getQueue(monitor: Monitor, name: string): Promise<QueueJson> {
  const queue = (await readQueues(monitor)).find((known) => known.name === name);
  if (queue !== undefined) return queue;
  const message = `there is no queue "${name}": nothing was ever enqueued to it; see linstock queue list`;
  throw new CliError('QUEUE_NOT_FOUND', message, { queue: name });
}

/** Columns of lists of queues. */
export const QUEUE_COLUMNS: readonly Column<QueueJson>[] = [
  { title: 'QUEUE', value: ({ name }) => name, most: 40 },
  { title: 'ENQUEUED', value: ({ enqueued }) => String(enqueued) },
  {
    title: 'WORKERS',
    value: ({ workers }) => String(workers),
    paint: ({ workers, enqueued }) => (workers === 0 && enqueued > 0 ? 'bad' : 'plain'),
  },
  {
    title: 'PAUSED',
    value: ({ paused }) => pausedText(paused),
    most: 60,
    paint: ({ paused }) => (paused ? 'busy' : 'plain'),
  },
  { title: 'CRITICAL', value: ({ byPriority }) => String(byPriority.critical), isWide: true },
  { title: 'HIGH', value: ({ byPriority }) => String(byPriority.high), isWide: true },
  { title: 'NORMAL', value: ({ byPriority }) => String(byPriority.normal), isWide: true },
  { title: 'LOW', value: ({ byPriority }) => String(byPriority.low), isWide: true },
  { title: 'SUSPECTS', value: ({ suspects }) => String(suspects), isWide: true },
];

/** Who paused a queue, when and why. */
export function pausedText(paused: QueueJson['paused']): string {
  if (paused === null) return '';
  const why = paused.why === '' ? '' : `: ${paused.why}`;
  return `by ${paused.by} ${formatInstant(paused.at)}${why}`;
}
