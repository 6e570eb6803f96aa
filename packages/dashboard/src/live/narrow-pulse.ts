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
  const { at, counts, health, ...own } = narrowPulse(pulse, queues);
  return JSON.stringify({
    at,
    counts: { enqueued: counts.enqueued },
    totals: {},
    workers: [],
    alerts: [],
    oldest: health.oldest,
    ...firstOf(own.queues, findAttention({ at, counts, health, ...own })),
  });
}

/** Of workers it has which queues they take, and nothing that they do. Pure. */
function narrowPulse({ at, workers, health: { oldest } }: Pulse, queues: readonly QueuePulse[]): Pulse {
  const isOwn = queues.some(({ name }) => name === oldest?.queue);
  return {
    at,
    counts: { ...NO_COUNTS, enqueued: queues.reduce((sum, { enqueued }) => sum + enqueued, 0) },
    totals: {},
    queues,
    workers: workers.map((worker) => ({ ...worker, load: undefined })),
    alerts: [],
    dead: [],
    health: { ...NO_HEALTH, ...(isOwn && { oldest }) },
  };
}
