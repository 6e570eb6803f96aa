import type { Client } from '@linstock/core';

import {
  BEYOND_A_RUN_MS,
  FEW_KEYS,
  GROUPS,
  MANY_KEYS,
  PRIORITY_LEVELS,
  RATE,
  ROOMY_LIMIT,
  scatter,
  TAGS,
  TIGHT_LIMIT,
  type Feature,
} from '../features.ts';
import type { JobInput } from '../job-input.ts';
import type { EnqueueMany } from '../peer.ts';
import { noop, QUEUE } from './linstock-job.ts';
import { enqueueDebounced, enqueueDiamonds, enqueuePairs } from './linstock-orders.ts';
import type { SideClients, SideFeature } from './linstock-sides.ts';

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
const UNIQUE_STARTED: Options = { unique: { key: ({ n }) => `unique:${n}`, until: 'started' } };
const THROTTLED: Options = { throttle: { key: ({ n }) => `throttle:${n}`, per: BEYOND_A_RUN_MS } };
const WITH_DEADLINE: Options = { expireIn: BEYOND_A_RUN_MS };
const TAGGED: Options = { tags: TAGS };

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

/** Asks for each job twice: the second call finds the first one's job. */
async function enqueueTwice(client: Client, inputs: readonly JobInput[], options: Options): Promise<void> {
  await client.enqueueMany(noop, inputs, options);
  await client.enqueueMany(noop, inputs, options);
}

/** The features that are options of the client: their jobs are plain. */
function sideFeatures(sides: SideClients): Record<SideFeature, EnqueueMany> {
  const enqueueBy =
    (feature: SideFeature): EnqueueMany =>
    async (inputs) => {
      await sides.with(feature).enqueueMany(noop, inputs);
    };
  return {
    compressed: enqueueBy('compressed'),
    encrypted: enqueueBy('encrypted'),
    middleware: enqueueBy('middleware'),
  };
}

/** The features that enqueue in bulk; a rate is the queue's own, so its jobs are plain. */
export function linstockFeatures(client: Client, sides: SideClients): Partial<Record<Feature, EnqueueMany>> {
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
    'unique-started': enqueueWith(UNIQUE_STARTED),
    batch: (inputs) => enqueueBatch(client, inputs),
    continuations: (inputs) => enqueuePairs(client, inputs),
    workflows: (inputs) => enqueueDiamonds(client, inputs),
    debounce: (inputs) => enqueueDebounced(client, inputs),
    throttle: (inputs) => enqueueTwice(client, inputs, THROTTLED),
    deadline: enqueueWith(WITH_DEADLINE),
    tags: enqueueWith(TAGGED),
    ...sideFeatures(sides),
  };
}

/** Gives the queue a rate that is never reached. */
export async function limitQueueRate(client: Client): Promise<void> {
  await client.queue(QUEUE).configure({ rate: { limit: RATE.starts, per: RATE.perMs } });
}
