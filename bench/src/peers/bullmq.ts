import { Queue, Worker } from 'bullmq';

import type { JobInput } from '../job-input.ts';
import type { Peer, Producer, RunningWorker, WorkerSettings } from '../peer.ts';
import { inChunks } from './in-chunks.ts';

const QUEUE = 'bench';
const JOB_NAME = 'noop';

interface Delay {
  readonly delay: number;
  readonly timestamp: number;
}

/** BullMQ takes a distance from a time stamp; both together name one instant for all jobs. */
function untilDue(dueAtMs: number): Delay {
  const timestamp = Date.now();
  return { delay: Math.max(0, dueAtMs - timestamp), timestamp };
}

function addMany(queue: Queue, inputs: readonly JobInput[], opts: Partial<Delay>): Promise<void> {
  return inChunks(inputs, (chunk) => queue.addBulk(chunk.map((data) => ({ name: JOB_NAME, data, opts }))));
}

async function connectProducer(port: number): Promise<Producer> {
  const queue = new Queue(QUEUE, { connection: { host: '127.0.0.1', port } });
  await queue.waitUntilReady();
  return {
    async enqueue(input) {
      await queue.add(JOB_NAME, input);
    },
    enqueueMany: (inputs) => addMany(queue, inputs, {}),
    async schedule(input, dueAtMs) {
      await queue.add(JOB_NAME, input, untilDue(dueAtMs));
    },
    scheduleMany: (inputs, dueAtMs) => addMany(queue, inputs, untilDue(dueAtMs)),
    close: () => queue.close(),
  };
}

async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const worker = new Worker<JobInput>(QUEUE, (job) => settings.run(job.data.n), {
    connection: { host: '127.0.0.1', port: settings.port },
    concurrency: settings.slots,
    ...(settings.retention === 'remove' ? { removeOnComplete: { count: 0 } } : {}),
  });
  worker.on('error', (error) => console.error('bullmq:', error));
  await worker.waitUntilReady();
  return { stop: () => worker.close() };
}

/** BullMQ with its defaults, and with `removeOnComplete` when finished jobs are to be removed. */
export const bullmq: Peer = { connectProducer, startWorker };
