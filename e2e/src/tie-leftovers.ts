import type { TestRedis } from '@linstock/test-kit/redis';

const OF_TIES =
  /\}:(?:(?:holders|blocked|parked|lock|group|groups|children|waits):|(?:awaiting|parents|todo|deadlines|timers)$)/;

/**
 * What ties jobs to others (docs/protocol.md §15 to §17) and is still in Redis. When every job has ended nothing of it may be,
 * but the time at which the first deadline would have been: whoever looks then takes it away.
 */
export async function tiesLeft(redis: TestRedis): Promise<string[]> {
  const connection = redis.connect();
  try {
    const keys = await connection.keys('*');
    const left = keys.filter((key) => OF_TIES.test(key) && !key.endsWith('}:timers'));
    for (const key of keys.filter((one) => one.endsWith('}:timers')))
      left.push(...(await connection.zrange(key, 0, '-1')).filter((name) => name !== 'deadline'));
    for (const key of keys.filter((one) => one.endsWith('}:grouped')))
      for (const [place, waiting] of Object.entries(await connection.hgetall(key)))
        if (waiting !== '0') left.push(`${key} ${place} ${waiting}`);
    return left;
  } finally {
    connection.disconnect();
  }
}
