import { setTimeout as delay } from 'node:timers/promises';

/** How fast keys are gone through. */
export interface PaceOptions {
  /** At most so many entries a second; undefined: a pause as long as each step took, so that Redis is ours half of the time at most. */
  readonly rate: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const LONGEST_PAUSE_MS = 1000;

/** Keeps a pace: called behind each step with how many entries it looked at. */
export function createPace({ rate, signal }: PaceOptions): (looked: number) => Promise<void> {
  const startedAt = performance.now();
  let looked = 0;
  let resumedAt = startedAt;
  return async (more) => {
    signal?.throwIfAborted();
    looked += more;
    const now = performance.now();
    const tookMs = now - resumedAt;
    const pauseMs =
      rate === undefined ? Math.min(tookMs, LONGEST_PAUSE_MS) : startedAt + (looked / rate) * 1000 - now;
    if (pauseMs > 0) await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    resumedAt = performance.now();
  };
}
