import type { TestRedis } from '@linstock/test-kit/redis';

/** What is looked after when whoever began it does not go on: drafts after 15 minutes, the others after seconds. */
const OF_OTHERS = /^(?:draft|launch|halt|operation):/;

/** Brings forward when workers look after what others have begun. Returns how much there is. */
export async function hurry(redis: TestRedis): Promise<number> {
  const connection = redis.connect();
  try {
    let left = 0;
    for (const key of await connection.keys('*}:timers')) {
      const names = (await connection.zrange(key, 0, '-1')).filter((name) => OF_OTHERS.test(name));
      left += names.length;
      for (const name of names) await connection.zadd(key, 'XX', 'LT', 1, name);
    }
    return left;
  } finally {
    connection.disconnect();
  }
}
