import type { JobState, Monitor } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import type { Finding } from './server-checks.ts';

/** How many jobs of each state are looked up. */
const SAMPLE = 500;

/** Checks an installation through what its monitor can read: workers, queues, damaged records, lists and records that do not fit. */
export async function checkInstallation(monitor: Monitor): Promise<Finding[]> {
  return [
    await checkWorkers(monitor),
    ...(await checkQueues(monitor)),
    await checkQuarantine(monitor),
    await checkConsistency(monitor),
  ];
}

async function checkWorkers(monitor: Monitor): Promise<Finding> {
  const workers = await monitor.workers();
  if (workers.length > 0) return { check: 'workers', level: 'ok', message: `${workers.length} alive` };
  return {
    check: 'workers',
    level: 'warning',
    message: 'no worker is alive: start one with linstock worker',
  };
}

async function checkQueues(monitor: Monitor): Promise<Finding[]> {
  const [queues, workers] = await Promise.all([monitor.queues(), monitor.workers()]);
  const served = new Set(workers.flatMap(({ info }) => info?.queues ?? []));
  const findings = queues.flatMap(({ name, enqueued, suspects, paused }): Finding[] => [
    ...(enqueued > 0 && !served.has(name)
      ? [
          queueWarning(
            `${enqueued} jobs wait for "${name}": no worker handles it; add it to --queues of a worker`,
          ),
        ]
      : []),
    ...(paused === undefined
      ? []
      : [queueWarning(`"${name}" is paused by ${paused.by}; linstock queue resume ${name}`)]),
    ...(suspects > 0
      ? [queueWarning(`${suspects} jobs of "${name}" may kill their worker; see their history`)]
      : []),
  ]);
  return findings.length > 0
    ? findings
    : [{ check: 'queues', level: 'ok', message: `${queues.length} queues, all served` }];
}

function queueWarning(message: string): Finding {
  return { check: 'queues', level: 'warning', message };
}

async function checkQuarantine(monitor: Monitor): Promise<Finding> {
  const damaged = await monitor.quarantined();
  if (damaged.length === 0) return { check: 'quarantine', level: 'ok', message: 'no damaged record' };
  const ids = damaged
    .slice(0, 3)
    .map(({ id }) => id)
    .join(', ');
  const message = `${damaged.length} damaged records were set aside (${ids} …): something else wrote to these keys`;
  return { check: 'quarantine', level: 'problem', message };
}

/** Looks up a sample of every state: each entry needs a record that can be read and says the same state. */
async function checkConsistency(monitor: Monitor): Promise<Finding> {
  const wrong: string[] = [];
  let looked = 0;
  for (const state of JOB_STATES) {
    const found = await inconsistent(monitor, state);
    looked += found.looked;
    wrong.push(...found.wrong);
  }
  const check = 'consistency';
  if (wrong.length === 0)
    return { check, level: 'ok', message: `${looked} jobs looked up, lists and records agree` };
  const some = wrong.slice(0, 3).join(', ');
  return {
    check,
    level: 'problem',
    message: `${wrong.length} of ${looked} jobs do not fit their list (${some})`,
  };
}

async function inconsistent(monitor: Monitor, state: JobState): Promise<{ looked: number; wrong: string[] }> {
  const { jobs } = await monitor.page({ state, limit: SAMPLE });
  const suspicious = jobs.filter((job) => 'damaged' in job || job.state !== state);
  const wrong: string[] = [];
  for (const { id } of suspicious) {
    // It may just have moved on; then its record is readable and its state is another one by right.
    const again = await monitor.job(id);
    if (again !== undefined && 'damaged' in again) wrong.push(id);
  }
  return { looked: jobs.length, wrong };
}
