import type { JobState, Monitor } from '@linstock/core';
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
import type { WorkerJson } from '../worker-view.ts';
import { workerJson } from '../worker-view.ts';

interface Flags extends WatchFlags {
  readonly failOn?: string;
}

interface OldestJson {
  readonly queue: string;
  /** Since when it waits, ms since 1970 by the clock of Redis, and how long that is. */
  readonly since: number;
  readonly ageMs: number;
}

interface Status {
  readonly namespace: string;
  readonly counts: Readonly<Record<JobState, number>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly queues: readonly QueueJson[];
  readonly workers: readonly WorkerJson[];
  readonly quarantined: number;
  /** The job that has waited longest, as far as records tell; null: none waits. */
  readonly oldest: OldestJson | null;
  /** Conditions of --fail-on that hold. */
  readonly failing: readonly string[];
}

export const status = defineCommand<Flags>({
  usage: 'status',
  summary: 'Show jobs, queues and workers on one screen; fail for scripts.',
  details:
    '--fail-on takes conditions, divided by commas: no-workers, or a state, workers, quarantined or paused, compared by > >= < <= with a number, or oldest, which is for how long a job has waited, compared with a duration. Quote them: a shell takes > for itself. When one holds, the exit code is 1.',
  examples: [
    'linstock status',
    'linstock status --watch',
    `linstock status --fail-on 'no-workers,failed>0,oldest>5m' --json`,
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
  const [{ at, counts, queues }, totals, workers, damaged, first] = await Promise.all([
    monitor.overview(),
    monitor.totals(),
    monitor.workers(),
    monitor.quarantined(),
    monitor.oldest(),
  ]);
  const paused = queues.filter((queue) => queue.paused !== undefined).length;
  const oldest = first === undefined ? null : { ...first, ageMs: Math.max(0, at - first.since) };
  const measures = {
    counts,
    workers: workers.length,
    quarantined: damaged.length,
    paused,
    oldest: oldest?.ageMs ?? 0,
  };
  return {
    namespace,
    counts,
    totals,
    queues: queues.map((queue) => queueJson(queue, workers)),
    workers: workers.map(workerJson),
    quarantined: damaged.length,
    oldest,
    failing: conditions.filter(({ holds }) => holds(measures)).map(({ text }) => text),
  };
}

async function printStatus(output: Output, now: Status): Promise<void> {
  const { counts, queues, workers, oldest } = now;
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
    ...(oldest === null
      ? []
      : ([['Oldest', `waits in ${oldest.queue} for ${formatDuration(oldest.ageMs)}`]] as const)),
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
