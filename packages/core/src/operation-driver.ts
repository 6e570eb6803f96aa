import { setTimeout as delay } from 'node:timers/promises';
import type { OperationStore } from './store/operation-store.ts';

/** How long one that is not alone waits before it looks whether the other one still goes on. */
const ASIDE_MS = 500;
const NEVER = new AbortController().signal;

/**
 * Makes the steps of an operation on one shard until nothing is left. Any number may do so at one time: each step is made once.
 * Resolves early when the signal aborts. When it throws, any worker goes on.
 */
export async function driveOperation(
  store: OperationStore,
  id: string,
  { keep, signal = NEVER }: { readonly keep: number; readonly signal?: AbortSignal },
): Promise<void> {
  let step = 0;
  let behind = 0;
  while (!signal.aborted) {
    const reply = await store.step(id, step, keep);
    if (reply.status !== 'MORE' && reply.status !== 'STALE') return;
    // Once is an answer that was lost, or a beginning in the middle; twice, somebody else is faster.
    behind = reply.status === 'STALE' && reply.waitMs === 0 ? behind + 1 : 0;
    step = reply.step;
    const waitMs = behind > 1 ? ASIDE_MS : reply.waitMs;
    if (waitMs > 0) await delay(waitMs + 1, undefined, { signal }).catch(() => undefined);
  }
}
