import { shardPrefix } from '@linstock/core/internal';
import type { TestRedis } from '@linstock/test-kit/redis';

const SPANS = [
  [60, 180],
  [600, 180],
  [3600, 744],
] as const;

/** Makes up a month of history: a busy day and a quiet night, one bad day, and times from a millisecond to minutes. */
export async function makePast(redis: TestRedis, namespace: string, now: number): Promise<void> {
  const connection = redis.connect();
  const calls = connection.pipeline();
  for (const [seconds, count] of SPANS) {
    const last = Math.floor(now / 1000 / seconds);
    // The newest bucket is left to the workers of the test.
    for (let n = last - count + 1; n < last; n++)
      calls.hset(`${shardPrefix(namespace, 0)}tally:${seconds}:${n}`, bucketOf(n * seconds, seconds));
  }
  await calls.exec();
}

function bucketOf(at: number, seconds: number): Record<string, number> {
  const hour = (at / 3600) % 24;
  const load = 1 + Math.sin(((hour - 8) / 24) * 2 * Math.PI) + 0.15 * Math.sin(at / 777);
  const perMinute = Math.max(0, Math.round(40 * load + 5));
  const jobs = Math.round((perMinute * seconds) / 60);
  const isBad = Math.floor(at / 86_400) % 9 === 4;
  const retried = Math.round(jobs * (isBad ? 0.2 : 0.01));
  // Steps of a histogram, four to a doubling, from an eighth of a millisecond.
  const step = 12 + Math.round(6 * load);
  return {
    enqueued: jobs,
    succeeded: jobs - Math.round(retried / 5),
    retried,
    failed: Math.round(retried / 5),
    [`w${step}`]: Math.round(jobs * 0.9),
    [`w${step + 14}`]: Math.round(jobs * 0.08),
    [`w${step + 30}`]: Math.round(jobs * 0.02),
    r34: Math.round(jobs * 0.7),
    r44: Math.round(jobs * 0.28),
    r60: Math.round(jobs * 0.02),
  };
}
