import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './redis/connect.ts';
import { asRedisError, classifyError } from './redis/errors.ts';

const BACKOFF_MOST_MS = 1000;

/**
 * Repeats a call that may be executed twice, until Redis has answered it or its time is up.
 *
 * @throws {RedisError} @throws {RedisFullError} @throws what `uncertain` makes, when Redis may have executed it
 */
export async function persist<T>(
  call: () => Promise<T>,
  limits: {
    readonly connection: Connection;
    readonly forMs: number;
    readonly uncertain: (cause: unknown) => Error;
  },
): Promise<T> {
  const { connection, forMs, uncertain } = limits;
  const deadline = performance.now() + forMs;
  let mayBeExecuted = false;
  for (let attempt = 0; ; attempt++) {
    try {
      if (connection.redis.status !== 'ready') {
        const left = Math.max(1, deadline - performance.now());
        await connection.ready(Math.min(left, connection.commandTimeoutMs));
      }
      return await call();
    } catch (error) {
      const kind = classifyError(error);
      mayBeExecuted ||= kind === 'unknown';
      if (kind === 'full' || kind === 'fault' || performance.now() > deadline)
        throw mayBeExecuted ? uncertain(error) : asRedisError(error);
    }
    await delay(Math.random() * Math.min(25 * 2 ** attempt, BACKOFF_MOST_MS));
  }
}
