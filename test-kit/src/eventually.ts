import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait. */
export interface EventuallyOptions {
  /** Long enough for a busy machine, and within the time of a test. @default 30000 */
  readonly timeoutMs?: number;
  /** Pause between two tries, in ms. @default 10 */
  readonly intervalMs?: number;
}

type NotYet = false | null | 0 | '';

/**
 * Calls `check` until it neither throws nor answers `false`, `null`, `0` or `''`; returns its answer.
 * `undefined` counts as done, because a function of assertions returns it.
 *
 * @throws Error that says how long it waited; its cause is the last error of `check`.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 10 }: EventuallyOptions = {},
): Promise<Exclude<T, NotYet>> {
  const startedAt = performance.now();
  let tries = 0;
  for (;;) {
    const timeLeftMs = startedAt + timeoutMs - performance.now();
    const attempt = await tryOnce(check, timeLeftMs);
    tries++;
    if (attempt.isDone) return attempt.answer as Exclude<T, NotYet>;
    if (performance.now() - startedAt + intervalMs >= timeoutMs) {
      throw gaveUp(attempt.error, tries, performance.now() - startedAt);
    }
    await delay(intervalMs);
  }
}

type Attempt<T> =
  | { readonly isDone: true; readonly answer: T }
  | { readonly isDone: false; readonly error: unknown };

async function tryOnce<T>(check: () => T | Promise<T>, timeLeftMs: number): Promise<Attempt<T>> {
  const bound = new AbortController();
  const expired = delay(Math.max(1, timeLeftMs), undefined, { signal: bound.signal }).then(() => {
    throw new Error('the check itself did not come back');
  });
  // When the check wins, the loser's rejection has no other reader.
  expired.catch(() => undefined);
  try {
    const answer = await Promise.race([check(), expired]);
    const isNotYet = answer === false || answer === null || answer === 0 || answer === '';
    return isNotYet
      ? { isDone: false, error: new Error(`the last answer was ${JSON.stringify(answer)}`) }
      : { isDone: true, answer };
  } catch (error) {
    return { isDone: false, error };
  } finally {
    bound.abort();
  }
}

function gaveUp(cause: unknown, tries: number, waitedMs: number): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Not within ${Math.round(waitedMs)} ms (${tries} tries): ${reason}`, { cause });
}
