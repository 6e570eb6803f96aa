import { Queue, Worker } from 'bullmq';

import { RATE, RECURRING_EVERY_MS } from '../features.ts';
import type { JobInput } from '../job-input.ts';
import type { Peer, Producer, RunningWorker, WorkerSettings } from '../peer.ts';
import { addMany, bullmqFeatures, JOB_NAME, plain } from './bullmq-features.ts';

const QUEUE = 'bench';

interface Delay {
  readonly delay: number;
  readonly timestamp: number;
}

/** BullMQ takes a distance from a time stamp; both together name one instant for all jobs. */
function untilDue(dueAtMs: number): Delay {
  const timestamp = Date.now();
  return { delay: Math.max(0, dueAtMs - timestamp), timestamp };
}

async function connectProducer(port: number): Promise<Producer> {
  const connection = { host: '127.0.0.1', port };
  const queue = new Queue(QUEUE, { connection });
  await queue.waitUntilReady();
  return {
    async enqueue(input) {
      await queue.add(JOB_NAME, input);
    },
    enqueueMany: (inputs) => addMany(queue, inputs, plain),
    enqueueWith: bullmqFeatures({ queue, connection }),
    async schedule(input, dueAtMs) {
      await queue.add(JOB_NAME, input, untilDue(dueAtMs));
    },
    scheduleMany(inputs, dueAtMs) {
      const delay = untilDue(dueAtMs);
      return addMany(queue, inputs, () => delay);
    },
    async recur(input, firstAtMs) {
      const schedule = { every: RECURRING_EVERY_MS, startDate: firstAtMs };
      await queue.upsertJobScheduler(`bench-${input.n}`, schedule, { name: JOB_NAME, data: input });
    },
    close: () => queue.close(),
  };
}

async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const worker = new Worker<JobInput>(QUEUE, (job) => settings.run(job.data.n), {
    connection: { host: '127.0.0.1', port: settings.port },
    concurrency: settings.slots,
    ...(settings.retention === 'remove' ? { removeOnComplete: { count: 0 } } : {}),
    ...(settings.feature === 'rate' ? { limiter: { max: RATE.starts, duration: RATE.perMs } } : {}),
  });
  worker.on('error', (error) => console.error('bullmq:', error));
  await worker.waitUntilReady();
  return { stop: () => worker.close() };
}

/** BullMQ with its defaults, and with `removeOnComplete` when finished jobs are to be removed. */
export const bullmq: Peer = { connectProducer, startWorker };
