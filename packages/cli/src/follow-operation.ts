import { setTimeout as delay } from 'node:timers/promises';
import type { BulkHandle, OperationView } from '@linstock/core';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import { startProgress } from './progress.ts';

/** Somebody who does not want to wait presses Ctrl-C. */
const TIMEOUT_MS = 365 * 86_400_000;
const LOOK_MS = 250;

/** Waits until an operation has ended. Whoever stops waiting is told that it goes on, and how to follow or cancel it. */
export async function followOperation(handle: BulkHandle, output: Output): Promise<OperationView> {
  const { id } = handle;
  const progress = progressLine();
  const tell = (): void => {
    progress.end();
    output.note(
      `operation ${id} goes on as long as a worker lives: linstock bulk get ${id} --watch, or linstock bulk cancel ${id}`,
    );
  };
  // Before the listener that ends the process.
  process.prependOnceListener('SIGINT', tell);
  try {
    if (output.isForPeople && !process.stderr.isTTY) output.note(`operation ${id} has begun`);
    return await waitForOperation(handle, progress);
  } catch (error) {
    tell();
    throw error;
  } finally {
    process.off('SIGINT', tell);
  }
}

/** Waits until an operation has ended, and shows on a terminal how far it is. */
export async function waitForOperation(
  handle: BulkHandle,
  progress: Progress = progressLine(),
): Promise<OperationView> {
  const ended = new AbortController();
  void showProgress(handle, progress, ended.signal);
  try {
    return await handle.done({ timeoutMs: TIMEOUT_MS });
  } finally {
    ended.abort();
    progress.end();
  }
}

function progressLine(): Progress {
  return startProgress('jobs looked at');
}

async function showProgress(handle: BulkHandle, progress: Progress, signal: AbortSignal): Promise<void> {
  while (process.stderr.isTTY && !signal.aborted) {
    // What is wrong is told by whoever waits for the end.
    const view = await handle.progress().catch(() => undefined);
    if (view !== undefined && !signal.aborted) progress.show(view.looked, view.total);
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
