import type { MetricFamily } from '@linstock/core';
import { addMetrics, metric } from '@linstock/core/internal';
import type { Meter } from './meter.ts';
import type { Vitals } from './vitals.ts';

/** What a worker has counted since its process began; docs/observability.md tells what each means. */
export async function workerMetrics(meter: Meter, vitals: Vitals): Promise<MetricFamily[]> {
  const { processed, waits, runs } = await meter.samples();
  const { running, slots, leasesLost } = vitals;
  const free = Math.max(0, slots - running);
  const families = [
    metric('counter', ['linstock_jobs_processed_total', 'Runs of jobs that ended here, by how.'], processed),
    metric('histogram', ['linstock_job_wait_seconds', 'How long jobs waited since they could run.'], waits),
    metric('histogram', ['linstock_job_run_seconds', 'How long handlers ran.'], runs),
    metric(
      'gauge',
      ['linstock_worker_slots', 'Jobs that run now, and that could run besides.'],
      [
        { labels: { state: 'busy' }, value: running },
        { labels: { state: 'free' }, value: free },
      ],
    ),
    metric(
      'counter',
      ['linstock_lease_lost_total', 'Leases that were lost: what ran then, runs again elsewhere.'],
      [{ labels: {}, value: leasesLost }],
    ),
    metric(
      'histogram',
      ['linstock_redis_command_seconds', 'How long calls of Redis took, from here.'],
      meter.calls.samples(),
    ),
  ];
  // A queue has a code of its own in each shard.
  return addMetrics([families]);
}
