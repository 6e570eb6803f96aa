import { node, type Client, type JobHandle, type WorkflowNode } from '@linstock/core';

import { DEBOUNCE_WAIT_MS } from '../features.ts';
import type { JobInput } from '../job-input.ts';
import { inChunks, inPairs } from './in-chunks.ts';
import { noop } from './linstock-job.ts';

/** Every other job follows the one before it. */
export function enqueuePairs(client: Client, inputs: readonly JobInput[]): Promise<void> {
  return inChunks(inputs, async (chunk) => {
    const pairs = inPairs(chunk);
    const parents = await client.enqueueMany(
      noop,
      pairs.map(([first]) => first),
    );
    await Promise.all(pairs.map(([, then], index) => follow(client, parents[index], then)));
  });
}

async function follow(
  client: Client,
  parent: JobHandle | undefined,
  input: JobInput | undefined,
): Promise<void> {
  if (parent !== undefined && input !== undefined) await client.continueWith(parent, noop, input);
}

/** Jobs of a diamond: one, two that wait for it, and one that waits for both. */
const DIAMOND = 4;
const AFTER: readonly (readonly string[])[] = [[], ['0'], ['0'], ['1', '2']];

/** Diamonds are small, so more of them are under way than larger calls would be. */
const DIAMONDS_IN_FLIGHT = 100;

/** What is left of the jobs makes a part of a diamond. */
export async function enqueueDiamonds(client: Client, inputs: readonly JobInput[]): Promise<void> {
  let next = 0;
  const createNext = async (): Promise<void> => {
    while (next < inputs.length) {
      const jobs = inputs.slice(next, next + DIAMOND);
      next += DIAMOND;
      await client.workflow(diamondOf(jobs));
    }
  };
  await Promise.all(Array.from({ length: DIAMONDS_IN_FLIGHT }, createNext));
}

function diamondOf(jobs: readonly JobInput[]): Record<string, WorkflowNode> {
  const nodes = jobs.map((input, index) => [`${index}`, node(noop, input, { after: AFTER[index] ?? [] })]);
  return Object.fromEntries(nodes);
}

/** Asks for each job twice; calls of one tick travel together. */
export function enqueueDebounced(client: Client, inputs: readonly JobInput[]): Promise<void> {
  const ask = (input: JobInput): Promise<unknown> =>
    client.enqueue(noop, input, { debounce: { key: `debounce:${input.n}`, wait: DEBOUNCE_WAIT_MS } });
  return inChunks(inputs, async (chunk) => {
    await Promise.all(chunk.map(ask));
    await Promise.all(chunk.map(ask));
  });
}
