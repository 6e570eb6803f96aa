import { Client } from '@linstock/core';
import { Worker } from '@linstock/worker';

import { RECURRING_EVERY_MS } from '../features.ts';
import type { Peer, Producer, RunningWorker, WorkerSettings } from '../peer.ts';
import { limitQueueRate, linstockFeatures } from './linstock-features.ts';
import { noop, QUEUE } from './linstock-job.ts';
import { codecsOf, SideClients } from './linstock-sides.ts';

const NAMESPACE = 'ls';

function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

async function connectProducer(port: number): Promise<Producer> {
  const options = { redis: redisUrl(port), namespace: NAMESPACE };
  const client = new Client(options);
  const sides = new SideClients(options);
  await client.connect();
  return {
    async enqueue(input) {
      await client.enqueue(noop, input);
    },
    async enqueueMany(inputs) {
      await client.enqueueMany(noop, inputs);
    },
    enqueueWith: linstockFeatures(client, sides),
    async schedule(input, dueAtMs) {
      await client.schedule(noop, input, { at: new Date(dueAtMs) });
    },
    async scheduleMany(inputs, dueAtMs) {
      await client.scheduleMany(noop, inputs, { at: new Date(dueAtMs) });
    },
    async recur(input, firstAtMs) {
      const schedule = { every: RECURRING_EVERY_MS, startAt: new Date(firstAtMs) };
      await client.recurring.upsert(`bench-${input.n}`, noop, input, schedule);
    },
    async close() {
      await Promise.all([client.close(), sides.close()]);
    },
  };
}

async function limitRate(port: number): Promise<void> {
  const client = new Client({ redis: redisUrl(port), namespace: NAMESPACE });
  await limitQueueRate(client);
  await client.close();
}

async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  if (settings.feature === 'rate') await limitRate(settings.port);
  const worker = new Worker({
    redis: redisUrl(settings.port),
    namespace: NAMESPACE,
    queues: [QUEUE],
    concurrency: settings.slots,
    ...codecsOf(settings.feature),
  });
  if (settings.feature === 'middleware') worker.use((_ctx, next) => next());
  worker.handle(noop, (input) => settings.run(input.n));
  await worker.start();
  return { stop: () => worker.stop() };
}

/** Linstock with its defaults: leases, fences, retention and counters on. */
export const linstock: Peer = { connectProducer, startWorker };
