import type { JobState, Monitor, WorkerView } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import { defineCommand, plainOption } from '../command.ts';
import type { Condition } from '../conditions.ts';
import { parseConditions } from '../conditions.ts';
import { withMonitor } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT } from '../exit-codes.ts';
import { formatDuration, formatInstant } from '../format-time.ts';
import type { Output, Sheet } from '../output.ts';
import type { QueueJson } from '../queue-view.ts';
import { pausedText, queueJson } from '../queue-view.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly failOn?: string;
}

/** A worker as programs see it. */
type WorkerJson = ReturnType<typeof workerJson>;

interface Status {
  readonly namespace: string;
  readonly counts: Readonly<Record<JobState, number>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly queues: readonly QueueJson[];
  readonly workers: readonly WorkerJson[];
  readonly quarantined: number;
  /** Conditions of --fail-on that hold. */
  readonly failing: readonly string[];
}

export const status = defineCommand<Flags>({
  usage: 'status',
  summary: 'Show jobs, queues and workers on one screen; fail for scripts.',
  details:
    '--fail-on takes conditions, divided by commas: no-workers, or a state, workers, quarantined or paused, compared by > >= < <= with a number. When one holds, the exit code is 1.',
  examples: [
    'linstock status',
    'linstock status --watch',
    'linstock status --fail-on no-workers,failed>0 --json',
  ],
  options: [plainOption('--fail-on <conditions>', 'exit with 1 when one of them holds'), ...watchOptions],
  run: async ({ options, output, settings }) => {
    const conditions = options.failOn === undefined ? [] : parseConditions(options.failOn);
    const all = await settings();
    let code: ExitCode = EXIT.ok;
    await withMonitor(all, (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const now = await readStatus(monitor, all.namespace, conditions);
        code = now.failing.length > 0 ? EXIT.failure : EXIT.ok;
        await printStatus(out, now);
      }),
    );
    return code;
  },
});

async function readStatus(
  monitor: Monitor,
  namespace: string,
  conditions: readonly Condition[],
): Promise<Status> {
  const [counts, totals, queues, workers, damaged] = await Promise.all([
    monitor.counts(),
    monitor.totals(),
    monitor.queues(),
    monitor.workers(),
    monitor.quarantined(),
  ]);
  const paused = queues.filter((queue) => queue.paused !== undefined).length;
  const measures = { counts, workers: workers.length, quarantined: damaged.length, paused };
  return {
    namespace,
    counts,
    totals,
    queues: queues.map((queue) => queueJson(queue, workers)),
    workers: workers.map(workerJson),
    quarantined: damaged.length,
    failing: conditions.filter(({ holds }) => holds(measures)).map(({ text }) => text),
  };
}

function workerJson({ id, leaseExpiresAt, beatAgeMs, isLate, info, load }: WorkerView) {
  return {
    id,
    leaseExpiresAt,
    beatAgeMs: beatAgeMs ?? null,
    isLate,
    info: info ?? null,
    load: load ?? null,
  };
}

async function printStatus(output: Output, now: Status): Promise<void> {
  const { counts, queues, workers } = now;
  const states = JOB_STATES.filter((state) => state !== 'awaiting' || counts.awaiting > 0);
  const fields: Sheet['fields'] = [
    ['Namespace', now.namespace],
    ['Jobs', states.map((state) => `${counts[state]} ${state}`).join(', ')],
    ['Queues', queues.length === 0 ? 'none was ever used' : queues.map(queueLine)],
    [
      'Workers',
      workers.length === 0 ? 'none' : workers.map(workerLine),
      workers.length === 0 ? 'bad' : 'plain',
    ],
    ...(now.quarantined > 0
      ? ([['Damaged', `${now.quarantined} records in quarantine`, 'bad']] as const)
      : []),
  ];
  await output.sheet({ json: now, id: now.namespace, fields });
  if (!output.isForPeople) return;
  for (const { name, enqueued, workers: serving } of queues) {
    if (serving === 0 && enqueued > 0)
      output.note(`${enqueued} jobs wait for "${name}": no worker handles it`);
  }
  for (const { id, beatAgeMs } of workers.filter(({ isLate }) => isLate))
    output.note(`worker ${id} has not beaten for ${formatDuration(beatAgeMs ?? 0)}: it hangs, or is gone`);
  for (const text of now.failing) output.note(`failing: ${text}`);
}

function queueLine({ name, enqueued, workers, paused }: QueueJson): string {
  const pause = paused === null ? '' : `, paused ${pausedText(paused)}`;
  return `${name}: ${enqueued} enqueued, ${workers} ${workers === 1 ? 'worker' : 'workers'}${pause}`;
}

function workerLine({ id, beatAgeMs, info, load }: WorkerJson): string {
  if (info === null) return id;
  const { host, pid, queues, concurrency, startedAt } = info;
  const running = load === null ? '' : `${load.running} of ${concurrency} busy, `;
  const age = startedAt > 0 ? `, up ${formatDuration(Date.now() - startedAt)}` : formatInstant(startedAt);
  const beat = beatAgeMs === null ? '' : `, last beat ${formatDuration(beatAgeMs)} ago`;
  const [longest] = load?.longest ?? [];
  const run =
    longest === undefined
      ? ''
      : `, runs job ${longest.id} for ${formatDuration(Date.now() - longest.startedAt)}`;
  return `${id}  ${host} pid ${pid}: ${running}${queues.join(', ')}${age}${beat}${run}`;
}
