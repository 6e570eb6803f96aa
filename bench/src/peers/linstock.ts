import { Client, defineJob } from '@linstock/core';
import { Worker } from '@linstock/worker';

import type { JobInput } from '../job-input.ts';
import type { Peer, Producer, RunningWorker, WorkerSettings } from '../peer.ts';

const NAMESPACE = 'ls';

const noop = defineJob<JobInput>({ name: 'bench.noop' });

function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

async function connectProducer(port: number): Promise<Producer> {
  const client = new Client({ redis: redisUrl(port), namespace: NAMESPACE });
  await client.connect();
  return {
    async enqueue(input) {
      await client.enqueue(noop, input);
    },
    async enqueueMany(inputs) {
      await client.enqueueMany(noop, inputs);
    },
    async schedule(input, dueAtMs) {
      await client.schedule(noop, input, { at: new Date(dueAtMs) });
    },
    async scheduleMany(inputs, dueAtMs) {
      await client.scheduleMany(noop, inputs, { at: new Date(dueAtMs) });
    },
    close: () => client.close(),
  };
}

async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const worker = new Worker({
    redis: redisUrl(settings.port),
    namespace: NAMESPACE,
    queues: ['default'],
    concurrency: settings.slots,
  });
  worker.handle(noop, (input) => settings.run(input.n));
  await worker.start();
  return { stop: () => worker.stop() };
}

/** Linstock with its defaults: leases, fences, retention and counters on. */
export const linstock: Peer = { connectProducer, startWorker };
