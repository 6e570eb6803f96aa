import { FlowProducer, type ConnectionOptions, type FlowJob, type JobsOptions, type Queue } from 'bullmq';

import { BEYOND_A_RUN_MS, DEBOUNCE_WAIT_MS, PRIORITY_LEVELS, scatter, type Feature } from '../features.ts';
import type { JobInput } from '../job-input.ts';
import type { EnqueueMany } from '../peer.ts';
import { inChunks, inPairs } from './in-chunks.ts';

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

/** Flows of two: BullMQ calls the job that waits the parent. */
async function addPairs({ queue, connection }: Target, inputs: readonly JobInput[]): Promise<void> {
  const flows = new FlowProducer({ connection });
  const job = (data: JobInput): FlowJob => ({ name: JOB_NAME, queueName: queue.name, data });
  await inChunks(inputs, (chunk) =>
    flows.addBulk(
      inPairs(chunk).map(([first, then]) =>
        then === undefined ? job(first) : { ...job(then), children: [job(first)] },
      ),
    ),
  );
  await flows.close();
}

/** Asks for each job twice: the second call finds the first one's job. */
function addTwice(
  queue: Queue,
  inputs: readonly JobInput[],
  optionsOf: (input: JobInput) => JobsOptions,
): Promise<void> {
  return inChunks(inputs, async (chunk) => {
    const jobs = chunk.map((data) => ({ name: JOB_NAME, data, opts: optionsOf(data) }));
    await queue.addBulk(jobs);
    await queue.addBulk(jobs);
  });
}

/** As its manual debounces: the last call's job, at the end of its wait. */
function debounced({ n }: JobInput): JobsOptions {
  const deduplication = { id: `debounce:${n}`, ttl: DEBOUNCE_WAIT_MS, extend: true, replace: true };
  return { deduplication, delay: DEBOUNCE_WAIT_MS };
}

function throttled({ n }: JobInput): JobsOptions {
  return { deduplication: { id: `throttle:${n}`, ttl: BEYOND_A_RUN_MS } };
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
    continuations: (inputs) => addPairs(target, inputs),
    debounce: (inputs) => addTwice(queue, inputs, debounced),
    throttle: (inputs) => addTwice(queue, inputs, throttled),
  };
}
