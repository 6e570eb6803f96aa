import { defineJob } from '@linstock/core';
import { awaitChildren } from '../handler-outcome.ts';
import type { JobContext } from '../job-context.ts';
import type { Scene } from './scene.ts';

/** Jobs that wait for children: a sum enqueues one for each of its parts. */

export const part = defineJob<number, number>({ name: 'part', maxAttempts: 1 });
export const sum = defineJob<readonly number[]>({ name: 'sum', maxAttempts: 2, retry: { fixed: 1 } });

export const square = (n: number): number => {
  if (n < 0) throw new Error('no negative numbers');
  return n * n;
};

/** Enqueues a child for each number, and gives back what the children say. */
export async function handleSum(numbers: readonly number[], ctx: JobContext): Promise<unknown> {
  const children = await ctx.children();
  if (children.length > 0)
    return children.map(({ state, result }) => (state === 'succeeded' ? result : state));
  for (const n of numbers) await ctx.enqueueChild(part, n);
  return awaitChildren();
}

export async function startSums(scene: Scene, handler = handleSum): Promise<void> {
  const worker = scene.worker({ concurrency: 5 });
  worker.handle(part, square);
  worker.handle(sum, handler);
  await worker.start();
}

export const view = async (
  scene: Scene,
  id: string,
): Promise<{ state?: string; attempt?: number; history?: unknown }> =>
  ((await scene.client.get(id)) ?? {}) as object;
