import type { TestRedis } from '@linstock/test-kit/redis';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** What is known of a recurring job whose ticks are counted: whole seconds from the first to the last, ms since 1970. */
export interface Ticks {
  readonly id: string;
  readonly first: number;
  readonly last: number;
}

/** Makes a recurring job of every second, that has none to come, due again from `first` on: as if nobody had looked since. */
export async function missTicks(redis: TestRedis, prefix: string, { id, first }: Ticks): Promise<void> {
  const connection = redis.connect();
  try {
    await connection.zadd(`${prefix}ticks`, 'XX', first, id);
    await connection.zadd(`${prefix}timers`, 'LT', first, 'ticks');
  } finally {
    connection.disconnect();
  }
}

/** Ticks that were not run exactly once, by jobs that succeeded. Pure. */
export function wrongTicks(jobs: Iterable<StoredJob>, wanted: readonly Ticks[]): readonly string[] {
  const runs = new Map<string, string[]>();
  for (const job of jobs) {
    const [, id, tick] = /"recurring":\["([^"]+)",(\d+)\]/.exec(job.header ?? '') ?? [];
    const name = `${id} ${tick}`;
    runs.set(name, [...(runs.get(name) ?? []), storedState(job)]);
  }
  const problems: string[] = [];
  for (const { id, first, last } of wanted) {
    for (let tick = first; tick <= last; tick += 1000) {
      const states = runs.get(`${id} ${tick}`)?.join('') ?? '';
      runs.delete(`${id} ${tick}`);
      if (states !== 'D') problems.push(`tick ${tick} of ${id}: its jobs are "${states}"`);
    }
  }
  return [...problems, ...[...runs.keys()].map((name) => `a run of no tick: ${name}`)];
}
