// What producers know of the jobs; the handlers are in jobs.mjs, and run in another process.
import { defineJob } from '@linstock/core';

/**
 * Input: the folder and the path below it (`raw`: the path's bytes in base64, where they are no UTF-8).
 * Result: the SHA-256 in hex, and how many bytes it covers.
 */
export const hashFile = defineJob({ name: 'file.hash', queue: 'files', maxAttempts: 2, retry: ['200ms'] });

/** Runs a while after it was enqueued. Input: when it was enqueued, ms since 1970. */
export const runLater = defineJob({ name: 'demo.later', queue: 'demo' });

/** Fails twice, and succeeds at its third attempt. */
export const failTwice = defineJob({
  name: 'demo.fail-twice',
  queue: 'demo',
  maxAttempts: 3,
  retry: ['200ms', '400ms'],
});

/** Fails at every attempt, and is failed then. */
export const failForGood = defineJob({
  name: 'demo.fail-for-good',
  queue: 'demo',
  maxAttempts: 2,
  retry: ['200ms'],
});
