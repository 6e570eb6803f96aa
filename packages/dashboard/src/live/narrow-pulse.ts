import { JOB_STATES } from '@linstock/core';
import type { JobState } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import { onlyAllowed } from '../auth/allowed.ts';
import { findAttention } from './attention.ts';
import { NO_HEALTH } from './health.ts';
import type { Pulse, QueuePulse } from './pulse.ts';
import { firstOf } from './report.ts';

const NO_COUNTS = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;

/** A pulse as far as somebody may see it, as JSON: what it tells of queues. All else is of all jobs, and left out. */
export async function narrowReport(pulse: Pulse, allows: Allows): Promise<string> {
  const queues = await onlyAllowed(pulse.queues, ({ name }) => ({ queue: name }), allows);
  const own = narrowPulse(pulse, queues);
  return JSON.stringify({
    at: own.at,
    counts: { enqueued: own.counts.enqueued },
    totals: {},
    rates: [],
    workers: [],
    alerts: [],
    ...firstOf(own.queues, findAttention(own)),
  });
}

/** Of workers it has which queues they take, and nothing that they do. Pure. */
function narrowPulse({ at, workers }: Pulse, queues: readonly QueuePulse[]): Pulse {
  return {
    at,
    counts: { ...NO_COUNTS, enqueued: queues.reduce((sum, { enqueued }) => sum + enqueued, 0) },
    totals: {},
    rates: [],
    queues,
    workers: workers.map((worker) => ({ ...worker, load: undefined })),
    alerts: [],
    dead: [],
    // The job that has waited longest is known of all queues only: one's own there would tell that no other is older.
    health: NO_HEALTH,
  };
}
