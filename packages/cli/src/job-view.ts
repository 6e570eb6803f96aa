import type { DamagedJob, HistoryEntry, JobState, JobView } from '@linstock/core';
import { toJsonLine } from './escape.ts';
import { formatDuration, formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import type { Column, Paint } from './table.ts';

/** A job as programs see it: every field is always there. */
export type JobJson = ReturnType<typeof jobJson>;

const PAINTS: Readonly<Record<JobState | 'damaged', Paint>> = {
  scheduled: 'plain',
  enqueued: 'plain',
  awaiting: 'plain',
  processing: 'busy',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'faint',
  damaged: 'bad',
};
const NO_JOB = {
  name: null,
  state: null,
  queue: null,
  priority: null,
  options: null,
  input: null,
  createdAt: null,
  dueAt: null,
  attempt: null,
  recoveries: null,
  parents: [] as readonly string[],
  batch: null,
  worker: null,
  startedAt: null,
  result: null,
  error: null,
  history: [] as readonly HistoryJson[],
};

interface HistoryJson {
  readonly what: HistoryEntry['what'];
  readonly attempt: number | null;
  readonly worker: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly detail: unknown;
}

/** A job for JSON. What is not known is null; instants are ms since 1970. */
export function jobJson(job: JobView | DamagedJob) {
  if ('damaged' in job) return { ...NO_JOB, id: job.id, damaged: true };
  return {
    id: job.id,
    name: job.name,
    state: job.state,
    queue: job.queue,
    priority: job.priority,
    options: job.options,
    input: job.input ?? null,
    createdAt: job.createdAt,
    dueAt: job.dueAt ?? null,
    attempt: job.attempt,
    recoveries: job.recoveries,
    parents: job.parents,
    batch: job.batch ?? null,
    worker: job.worker ?? null,
    startedAt: job.startedAt ?? null,
    result: job.result ?? null,
    error: job.error ?? null,
    history: job.history.map(historyJson),
    damaged: false,
  };
}

function historyJson({ what, attempt, worker, startedAt, endedAt, detail }: HistoryEntry): HistoryJson {
  return {
    what,
    attempt: attempt ?? null,
    worker: worker ?? null,
    startedAt: startedAt > 0 ? startedAt : null,
    endedAt,
    detail: detail ?? null,
  };
}

/** Columns of lists of jobs. */
export const JOB_COLUMNS: readonly Column<JobJson>[] = [
  { title: 'ID', value: (job) => job.id },
  { title: 'STATE', value: stateText, paint: (job) => PAINTS[job.state ?? 'damaged'] },
  { title: 'NAME', value: (job) => job.name ?? '-', most: 40 },
  { title: 'QUEUE', value: (job) => job.queue ?? '-', most: 24 },
  { title: 'TRY', value: attemptText },
  { title: 'CREATED', value: (job) => formatInstant(job.createdAt ?? 0) },
  { title: 'DETAIL', value: detailText, most: 60 },
  { title: 'PRIORITY', value: (job) => job.priority ?? '-', isWide: true },
  { title: 'INPUT', value: (job) => toJsonLine(job.input), isWide: true },
];

function stateText(job: JobJson): string {
  return job.state ?? 'damaged';
}

function attemptText({ attempt, options }: JobJson): string {
  return attempt === null || options === null ? '-' : `${attempt}/${options.maxAttempts}`;
}

function detailText(job: JobJson): string {
  if (job.state === 'scheduled' && job.dueAt !== null) return `due ${formatInstant(job.dueAt)}`;
  if (job.error !== null) return `${job.error.name}: ${job.error.message}`;
  if (job.state !== 'processing') return '';
  const { worker, startedAt } = job;
  const time = startedAt === null ? '' : ` for ${formatDuration(Date.now() - startedAt)}`;
  return `on ${worker ?? '?'}${time}`;
}

/** All of one job. */
export function jobSheet(job: JobJson): Sheet {
  const state = job.state ?? 'damaged';
  const fields: Sheet['fields'] = [
    ['Id', job.id],
    ['State', state, PAINTS[state]],
    ['Name', job.name ?? '-'],
    ['Queue', `${job.queue ?? '-'} (${job.priority ?? '-'} priority)`],
    [
      'Attempt',
      `${attemptText(job)}${job.recoveries ? `, taken back from a dead worker ${job.recoveries} times` : ''}`,
    ],
    ['Created', formatExact(job.createdAt ?? 0)],
    ...optionalField('Due', job.dueAt === null ? undefined : formatExact(job.dueAt)),
    ...optionalField('Worker', job.worker ?? undefined),
    ...optionalField('Started', job.startedAt === null ? undefined : formatExact(job.startedAt)),
    ['Input', toJsonLine(job.input)],
    ...optionalField('Result', job.state === 'succeeded' ? toJsonLine(job.result) : undefined),
    ...optionalField('Error', errorLines(job)),
    ...optionalField('History', job.history.length === 0 ? undefined : job.history.map(historyLine)),
  ];
  return { json: job, id: job.id, fields };
}

function optionalField(label: string, text: string | readonly string[] | undefined): Sheet['fields'] {
  return text === undefined ? [] : [[label, text]];
}

function errorLines({ error }: JobJson): string[] | undefined {
  if (error === null) return undefined;
  return (error.stack ?? `${error.name}: ${error.message}`).split('\n');
}

function historyLine(entry: HistoryJson): string {
  const { what, attempt, worker, startedAt, endedAt, detail } = entry;
  const took = startedAt === null ? '' : ` after ${formatDuration(endedAt - startedAt)}`;
  const where = [attempt === null ? '' : ` attempt ${attempt}`, worker === null ? '' : ` on ${worker}`].join(
    '',
  );
  return `${new Date(endedAt).toISOString()} ${what}${where}${took}${reasonText(detail)}`;
}

function reasonText(detail: unknown): string {
  if (detail === null || detail === undefined) return '';
  const message =
    typeof detail === 'object' && detail !== null && 'message' in detail ? detail.message : detail;
  return `: ${typeof message === 'string' ? message : toJsonLine(message)}`;
}
