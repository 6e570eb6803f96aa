import type { Stage } from './stage.ts';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** Ids of jobs that failed because too many workers died with them. Pure. */
export function poisoned(jobs: readonly StoredJob[]): string[] {
  return jobs.filter((job) => storedState(job) === 'F' && job.tail.at(-1)?.code === 'W').map(({ id }) => id);
}

/** Resolves when all is done. What kills have made poison runs again, as a person would let it: others may wait for it. */
export async function drainedOfPoison(stage: Stage, timeoutMs: number): Promise<void> {
  try {
    await stage.drained(timeoutMs);
  } catch (error) {
    if ((await requeuePoison(stage)) === 0) throw error;
    return drainedOfPoison(stage, timeoutMs);
  }
  if ((await requeuePoison(stage)) > 0) return drainedOfPoison(stage, timeoutMs);
}

async function requeuePoison(stage: Stage): Promise<number> {
  const jobs = (await stage.snapshot()).flatMap((shard) => [...shard.jobs.values()]);
  const ids = poisoned(jobs);
  if (ids.length > 0) await stage.client.requeueMany(ids);
  return ids.length;
}
