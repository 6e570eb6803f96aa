import type { JobState, MetricFamily, MetricSample, OldestJob, QueueView } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import { metric } from '@linstock/core/internal';

/** What is known of an installation at one moment. Instants are ms since 1970, by the clock of Redis. */
export interface InstallationFigures {
  readonly at: number;
  readonly counts: Readonly<Record<JobState, number>>;
  /** How often each transition happened since the installation was founded. */
  readonly totals: Readonly<Record<string, number>>;
  readonly queues: readonly QueueView[];
  /** Of each queue at most one. */
  readonly oldest: readonly OldestJob[];
  /** Workers that are alive. */
  readonly workers: number;
  /** Recurring jobs with a tick that is more than a minute old. */
  readonly overdue: number;
}

/** Each queue is some series, for ever: of more than these, the deepest are told. */
const MOST_QUEUES = 1000;

/** The deepest queues, by name where they are as deep. */
export function deepest(queues: readonly QueueView[], most = MOST_QUEUES): QueueView[] {
  const byDepth = queues.toSorted((a, b) => b.enqueued - a.enqueued || (a.name < b.name ? -1 : 1));
  return byDepth.slice(0, most);
}

/** What an installation tells Prometheus; docs/observability.md tells what each means. Pure. */
export function installationMetrics(figures: InstallationFigures): MetricFamily[] {
  const { at, counts, totals, queues, oldest, workers, overdue } = figures;
  const total = (name: string): number => totals[name] ?? 0;
  return [
    metric(
      'gauge',
      ['linstock_jobs', 'Jobs by state, now.'],
      JOB_STATES.map((state) => ({ labels: { state }, value: counts[state] })),
    ),
    metric(
      'gauge',
      ['linstock_queue_depth', 'Jobs that wait in a queue; blocked: set apart, mostly by a limit or a rate.'],
      deepest(queues).flatMap(depthOf),
    ),
    metric(
      'gauge',
      ['linstock_queue_oldest_age_seconds', 'How long the oldest job of a queue has waited for a worker.'],
      oldest.map(({ queue, since }) => ({ labels: { queue }, value: Math.max(0, at - since) / 1000 })),
    ),
    metric('gauge', ['linstock_workers', 'Workers that are alive.'], [{ labels: {}, value: workers }]),
    metric(
      'counter',
      ['linstock_jobs_enqueued_total', 'Jobs that were stored, to run at once or later.'],
      [{ labels: {}, value: total('enqueued') + total('scheduled') }],
    ),
    metric(
      'counter',
      ['linstock_jobs_finished_total', 'Jobs that ended for good, by how.'],
      ['succeeded', 'failed', 'cancelled'].map((outcome) => ({ labels: { outcome }, value: total(outcome) })),
    ),
    metric(
      'gauge',
      ['linstock_recurring_overdue', 'Recurring jobs whose tick is more than a minute late.'],
      [{ labels: {}, value: overdue }],
    ),
  ];
}

/** Each job of a queue in one of them. */
function depthOf({ name: queue, enqueued, blocked, suspects }: QueueView): MetricSample[] {
  const waiting = Math.max(0, enqueued - blocked - suspects);
  const states = { waiting, blocked, suspect: suspects };
  return Object.entries(states).map(([state, value]) => ({ labels: { queue, state }, value }));
}
