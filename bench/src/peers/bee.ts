import BeeQueue from 'bee-queue';

import type { JobInput } from '../job-input.ts';
import type { Peer, Producer, RunningWorker, WorkerSettings } from '../peer.ts';
import { inChunks } from './in-chunks.ts';

const QUEUE = 'bench';

/** What its manual offers to a process that only adds jobs: no events received, no `Job` objects kept. */
const PRODUCER_SETTINGS = { isWorker: false, getEvents: false, storeJobs: false };

/** What its manual offers to a worker that nobody listens to. */
const LEAN_WORKER_SETTINGS = { removeOnSuccess: true, getEvents: false, sendEvents: false, storeJobs: false };

type Queue = BeeQueue<JobInput>;

async function saveMany(queue: Queue, inputs: readonly JobInput[], dueAtMs?: number): Promise<void> {
  await inChunks(inputs, async (chunk) => {
    const jobs = chunk.map((input) => queue.createJob(input));
    if (dueAtMs !== undefined) for (const job of jobs) job.delayUntil(dueAtMs);
    const errors = await queue.saveAll(jobs);
    if (errors.size > 0) throw new Error(`bee-queue could not save ${errors.size} jobs.`);
  });
}

async function connectProducer(port: number): Promise<Producer> {
  const queue: Queue = new BeeQueue(QUEUE, { redis: { host: '127.0.0.1', port }, ...PRODUCER_SETTINGS });
  await queue.ready();
  return {
    async enqueue(input) {
      await queue.createJob(input).save();
    },
    enqueueMany: (inputs) => saveMany(queue, inputs),
    enqueueWith: {},
    async schedule(input, dueAtMs) {
      await queue.createJob(input).delayUntil(dueAtMs).save();
    },
    scheduleMany: (inputs, dueAtMs) => saveMany(queue, inputs, dueAtMs),
    close: () => queue.close(),
  };
}

async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const queue: Queue = new BeeQueue(QUEUE, {
    redis: { host: '127.0.0.1', port: settings.port },
    activateDelayedJobs: true,
    ...(settings.retention === 'remove' ? LEAN_WORKER_SETTINGS : {}),
  });
  queue.on('error', (error) => console.error('bee-queue:', error));
  await queue.ready();
  queue.process(settings.slots, (job) => settings.run(job.data.n));
  return { stop: () => queue.close() };
}

/** bee-queue with its defaults, and with its lean settings when finished jobs are to be removed. */
export const bee: Peer = { connectProducer, startWorker };
