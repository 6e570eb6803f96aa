import { eventually } from '@linstock/test-kit/eventually';
import type { TestRedis } from '@linstock/test-kit/redis';

const OF_TIES =
  /\}:(?:(?:holders|blocked|parked|lock|group|groups|children|waits):|(?:awaiting|parents|todo|deadlines)$)/;

type Redis = ReturnType<TestRedis['connect']>;

/**
 * Resolves when nothing that ties jobs to others (docs/protocol.md §15 to §17) is left in Redis, as it must be when every job
 * has ended: at the latest when a lease is over and what blocks jobs was looked at again.
 */
export async function nothingTied(redis: TestRedis, leaseMs: number): Promise<void> {
  const connection = redis.connect();
  const look = async (): Promise<void> => {
    const left = await tiesLeft(connection);
    if (left.length > 0) throw new Error(`${left.length} left over: ${left.slice(0, 20).join(', ')}`);
  };
  try {
    await eventually(look, { timeoutMs: leaseMs + 40_000, intervalMs: 200 });
  } finally {
    connection.disconnect();
  }
}

async function tiesLeft(connection: Redis): Promise<string[]> {
  const keys = await connection.keys('*');
  const under = (name: string): string[] => keys.filter((key) => key.endsWith(`}:${name}`));
  const timers = await Promise.all(under('timers').map((key) => connection.zrange(key, 0, '-1')));
  const grouped = await Promise.all(under('grouped').map((key) => connection.hgetall(key)));
  return [
    ...keys.filter((key) => OF_TIES.test(key)),
    // Whoever looks when the first deadline would have been takes its timer away; batches are remembered for 7 days.
    ...timers.flat().filter((name) => name !== 'deadline' && !name.startsWith('forget:')),
    ...grouped
      .flatMap((places) => Object.entries(places))
      .flatMap(([place, n]) => (n === '0' ? [] : `${place}: ${n}`)),
  ];
}
