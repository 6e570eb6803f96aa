import type { LeftOutRuns, RecurringView } from '@linstock/core';
import { formatDuration, formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import { pausedText } from './queue-view.ts';
import type { Column, Paint } from './table.ts';

/** A recurring job as programs see it: every field is always there. Instants and times are ms. */
export interface RecurringJson extends Pick<RecurringView, 'id' | 'schedule' | 'createdAt' | 'changedAt'> {
  readonly name: string;
  readonly queue: string;
  readonly misfire: RecurringView['policy']['misfire'];
  readonly misfireAfter: number;
  readonly overlap: RecurringView['policy']['overlap'];
  readonly nextAt: number | null;
  readonly paused: NonNullable<RecurringView['paused']> | null;
  readonly error: string | null;
}

/** A recurring job for JSON; instants and times are ms. */
export function recurringJson({
  id,
  schedule,
  job,
  policy,
  paused,
  error,
  nextAt,
  createdAt,
  changedAt,
}: RecurringView): RecurringJson {
  return {
    id,
    name: job.name,
    queue: job.queue,
    schedule,
    misfire: policy.misfire,
    misfireAfter: policy.graceMs,
    overlap: policy.overlap,
    nextAt: nextAt ?? null,
    paused: paused ?? null,
    error: error?.message ?? null,
    createdAt,
    changedAt,
  };
}

/** Columns of lists of recurring jobs. */
export const RECURRING_COLUMNS: readonly Column<RecurringJson>[] = [
  { title: 'ID', value: ({ id }) => id, most: 40 },
  { title: 'JOB', value: ({ name }) => name, most: 40 },
  { title: 'SCHEDULE', value: scheduleText, most: 40 },
  { title: 'NEXT', value: ({ nextAt }) => (nextAt === null ? '-' : formatInstant(nextAt)) },
  {
    title: 'STATE',
    value: stateText,
    most: 60,
    paint: paintOf,
  },
  { title: 'QUEUE', value: ({ queue }) => queue, isWide: true },
  { title: 'MISFIRE', value: ({ misfire }) => misfire, isWide: true },
  { title: 'OVERLAP', value: ({ overlap }) => overlap, isWide: true },
];

function paintOf({ paused, error }: RecurringJson): Paint {
  if (error !== null) return 'bad';
  return paused === null ? 'plain' : 'busy';
}

function scheduleText({ schedule: { cron, every, timeZone } }: RecurringJson): string {
  if (every !== undefined) return `every ${formatDuration(every)}`;
  return timeZone === undefined ? `${cron ?? ''} UTC` : `${cron ?? ''} ${timeZone}`;
}

function stateText({ paused, error }: RecurringJson): string {
  if (error !== null) return `off: ${error}`;
  if (paused === null) return 'on';
  return `paused ${pausedText(paused)}`;
}

function leftOutText({ count, job, since, state }: LeftOutRuns): string {
  const runs = count === 1 ? '1 run' : `${count} runs`;
  return `${runs}: the one of ${formatInstant(since)} had not ended (job ${job}, ${state ?? 'deleted'})`;
}

/** All of one recurring job, with its next ticks, and the runs that were left out since its last one. */
export function recurringSheet(
  job: RecurringJson,
  { next, leftOut }: { readonly next: readonly Date[]; readonly leftOut: LeftOutRuns | undefined },
): Sheet {
  return {
    json: { ...job, next: next.map((at) => at.getTime()), leftOut: leftOut ?? null },
    id: job.id,
    fields: [
      ['Id', job.id],
      ['Job', `${job.name} in queue ${job.queue}`],
      ['Schedule', scheduleText(job)],
      ['State', stateText(job), job.error === null ? 'plain' : 'bad'],
      ['Misfire', `${job.misfire}, after ${formatDuration(job.misfireAfter)}`],
      ['Overlap', job.overlap],
      ...(leftOut === undefined ? [] : [['Left out', leftOutText(leftOut), 'bad'] as const]),
      ['Created', formatExact(job.createdAt)],
      ['Next', next.length === 0 ? 'none' : next.map((at) => formatExact(at.getTime()))],
    ],
  };
}
