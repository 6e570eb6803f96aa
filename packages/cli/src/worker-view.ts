import type { WorkerView } from '@linstock/core';
import { formatDuration, formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import type { Column, Paint } from './table.ts';

/** A worker as programs see it: every field is always there. */
export type WorkerJson = ReturnType<typeof workerJson>;

type Condition = 'running' | 'quiet' | 'stopping' | 'late' | 'unknown';

const PAINTS: Readonly<Record<Condition, Paint>> = {
  running: 'good',
  quiet: 'busy',
  stopping: 'busy',
  late: 'bad',
  unknown: 'faint',
};
const MIB = 1024 * 1024;
/** A loop that is blocked for longer than this makes everything on it late. */
const LONG_STALL_MS = 1000;

/** A worker for JSON. */
export function workerJson({ id, leaseExpiresAt, beatAgeMs, isLate, info, load }: WorkerView) {
  return {
    id,
    leaseExpiresAt,
    beatAgeMs: beatAgeMs ?? null,
    isLate,
    info: info ?? null,
    load: load ?? null,
  };
}

/** Columns of lists of workers. */
export const WORKER_COLUMNS: readonly Column<WorkerJson>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'HOST', value: ({ info }) => info?.host ?? '-', most: 40 },
  { title: 'PID', value: ({ info }) => String(info?.pid ?? '-') },
  { title: 'STATE', value: conditionOf, paint: (worker) => PAINTS[conditionOf(worker)] },
  { title: 'BUSY', value: busyText },
  { title: 'QUEUES', value: ({ info }) => info?.queues.join(', ') ?? '-', most: 40 },
  { title: 'BEAT', value: beatText },
  { title: 'MEMORY', value: memoryText },
  { title: 'LAG', value: lagText, paint: paintLag },
  { title: 'LONGEST', value: longestText, isWide: true },
  { title: 'STARTED', value: ({ info }) => formatInstant(info?.startedAt ?? 0), isWide: true },
  { title: 'VERSION', value: ({ info }) => info?.version ?? '-', isWide: true },
  { title: 'NODE', value: ({ info }) => info?.node ?? '-', isWide: true },
  { title: 'JOBS', value: ({ info }) => info?.jobs.join(', ') ?? '-', isWide: true },
];

function conditionOf({ isLate, load }: WorkerJson): Condition {
  if (isLate) return 'late';
  if (load === null) return 'unknown';
  if (load.isStopping === true) return 'stopping';
  return load.isQuiet === true ? 'quiet' : 'running';
}

/** A person may have told it to run more or fewer than it started with. */
function slotsOf({ info, load }: WorkerJson): number | undefined {
  return load?.concurrency ?? info?.concurrency;
}

function busyText(worker: WorkerJson): string {
  return `${worker.load?.running ?? '-'} of ${slotsOf(worker) ?? '-'}`;
}

function beatText({ beatAgeMs }: WorkerJson): string {
  return beatAgeMs === null ? '-' : `${formatDuration(beatAgeMs)} ago`;
}

function memoryText({ load }: WorkerJson): string {
  return load === null ? '-' : `${Math.round(load.memoryBytes / MIB)} MiB`;
}

function lagText({ load }: WorkerJson): string {
  return load === null ? '-' : formatDuration(load.stallMs);
}

function paintLag({ load }: WorkerJson): Paint {
  return load !== null && load.stallMs > LONG_STALL_MS ? 'bad' : 'plain';
}

function longestText({ load }: WorkerJson): string {
  const [first] = load?.longest ?? [];
  return first === undefined ? '-' : runText(first);
}

function runText({ id, startedAt }: { readonly id: string; readonly startedAt: number }): string {
  return `${id} for ${formatDuration(Date.now() - startedAt)}`;
}

/** All of one worker. */
export function workerSheet(worker: WorkerJson): Sheet {
  const { id, info, load, leaseExpiresAt } = worker;
  const condition = conditionOf(worker);
  const runs = load?.longest ?? [];
  return {
    json: worker,
    id,
    fields: [
      ['Id', id],
      ['State', condition, PAINTS[condition]],
      ['Process', info === null ? '-' : `${info.host} pid ${info.pid}`],
      ['Versions', info === null ? '-' : `linstock ${info.version}, Node.js ${info.node}`],
      ['Started', formatExact(info?.startedAt ?? 0)],
      ['Last beat', beatText(worker)],
      ['Lease until', formatExact(leaseExpiresAt)],
      ['Busy', busyText(worker)],
      ['Memory', memoryText(worker)],
      [
        'Event loop',
        load === null ? '-' : `blocked for ${lagText(worker)} at its last beat`,
        paintLag(worker),
      ],
      ['Queues', info?.queues.join(', ') ?? '-'],
      ['Jobs', info?.jobs.join(', ') ?? '-'],
      ['Longest runs', runs.length === 0 ? 'none that runs for a second' : runs.map(runText)],
    ],
  };
}
