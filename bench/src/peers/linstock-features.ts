import type { Client } from '@linstock/core';

import {
  FEW_KEYS,
  GROUPS,
  MANY_KEYS,
  PRIORITY_LEVELS,
  RATE,
  ROOMY_LIMIT,
  scatter,
  TIGHT_LIMIT,
  type Feature,
} from '../features.ts';
import type { JobInput } from '../job-input.ts';
import type { EnqueueMany } from '../peer.ts';
import { noop, QUEUE } from './linstock-job.ts';

const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

type Options = NonNullable<Parameters<typeof Client.prototype.enqueueMany<JobInput, unknown>>[2]>;

const KEYED: Options = {
  concurrency: { key: (input) => `key:${scatter(input, MANY_KEYS)}`, limit: ROOMY_LIMIT },
};
const KEYED_TIGHT: Options = {
  concurrency: { key: (input) => `key:${scatter(input, FEW_KEYS)}`, limit: TIGHT_LIMIT },
};
const GROUPED: Options = { group: (input) => `group:${scatter(input, GROUPS)}` };
const UNIQUE: Options = { unique: { key: ({ n }) => `unique:${n}` } };

/** A priority belongs to a call, so there is a call for each. */
async function enqueueMixed(client: Client, inputs: readonly JobInput[]): Promise<void> {
  const calls = PRIORITIES.map((priority, level) =>
    client.enqueueMany(
      noop,
      inputs.filter((input) => scatter(input, PRIORITY_LEVELS) === level),
      { priority },
    ),
  );
  await Promise.all(calls);
}

/** All but the last in one batch; the last one is its callback, as it is the parent of a flow in BullMQ. */
async function enqueueBatch(client: Client, inputs: readonly JobInput[]): Promise<void> {
  await client.batch(async (batch) => {
    await batch.enqueueMany(noop, inputs.slice(0, -1));
    for (const last of inputs.slice(-1)) await batch.onEnd(noop, last);
  });
}

/** The features that enqueue in bulk; a rate is the queue's own, so its jobs are plain. */
export function linstockFeatures(client: Client): Partial<Record<Feature, EnqueueMany>> {
  const enqueueWith =
    (options?: Options): EnqueueMany =>
    async (inputs) => {
      await client.enqueueMany(noop, inputs, options);
    };
  return {
    keyed: enqueueWith(KEYED),
    'keyed-tight': enqueueWith(KEYED_TIGHT),
    groups: enqueueWith(GROUPED),
    priorities: (inputs) => enqueueMixed(client, inputs),
    rate: enqueueWith(),
    unique: enqueueWith(UNIQUE),
    batch: (inputs) => enqueueBatch(client, inputs),
  };
}

/** Gives the queue a rate that is never reached. */
export async function limitQueueRate(client: Client): Promise<void> {
  await client.queue(QUEUE).configure({ rate: { limit: RATE.starts, per: RATE.perMs } });
}
