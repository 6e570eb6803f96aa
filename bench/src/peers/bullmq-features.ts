import { FlowProducer, type ConnectionOptions, type JobsOptions, type Queue } from 'bullmq';

import { PRIORITY_LEVELS, scatter, type Feature } from '../features.ts';
import type { JobInput } from '../job-input.ts';
import type { EnqueueMany } from '../peer.ts';
import { inChunks } from './in-chunks.ts';

export const JOB_NAME = 'noop';

interface Target {
  readonly queue: Queue;
  readonly connection: ConnectionOptions;
}

const PLAIN: JobsOptions = {};

export function plain(): JobsOptions {
  return PLAIN;
}

/** The library's bulk call, with options that differ from job to job. */
export function addMany(
  queue: Queue,
  inputs: readonly JobInput[],
  optionsOf: (input: JobInput) => JobsOptions,
): Promise<void> {
  return inChunks(inputs, (chunk) =>
    queue.addBulk(chunk.map((data) => ({ name: JOB_NAME, data, opts: optionsOf(data) }))),
  );
}

/** All but the last are children of the last. */
async function addFlow({ queue, connection }: Target, inputs: readonly JobInput[]): Promise<void> {
  const flows = new FlowProducer({ connection });
  const children = inputs.slice(0, -1).map((data) => ({ name: JOB_NAME, queueName: queue.name, data }));
  for (const data of inputs.slice(-1))
    await flows.add({ name: JOB_NAME, queueName: queue.name, data, children });
  await flows.close();
}

/** Level 0 is no priority at all, which is the library's fastest and comes before all others. */
function prioritized(input: JobInput): JobsOptions {
  return { priority: scatter(input, PRIORITY_LEVELS) };
}

function deduplicated({ n }: JobInput): JobsOptions {
  return { deduplication: { id: `unique:${n}` } };
}

/** The features that enqueue in bulk; a rate is the worker's, so its jobs are plain. */
export function bullmqFeatures(target: Target): Partial<Record<Feature, EnqueueMany>> {
  const { queue } = target;
  return {
    priorities: (inputs) => addMany(queue, inputs, prioritized),
    rate: (inputs) => addMany(queue, inputs, plain),
    unique: (inputs) => addMany(queue, inputs, deduplicated),
    batch: (inputs) => addFlow(target, inputs),
  };
}
