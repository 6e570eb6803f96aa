import type { Stage } from './stage.ts';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** Ids of jobs that failed because too many workers died with them. Pure. */
export function poisoned(jobs: readonly StoredJob[]): string[] {
  return jobs.filter((job) => storedState(job) === 'F' && job.tail.at(-1)?.code === 'W').map(({ id }) => id);
}

/** What waits for poison is waited for no longer, until somebody has looked for it. */
const LOOK_EVERY_MS = 20_000;

/** Resolves when all is done. What kills have made poison runs again, as a person would let it: others may wait for it. */
export async function drainedOfPoison(stage: Stage, timeoutMs = 150_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const failure = await stage.drained(LOOK_EVERY_MS).catch((error: unknown) => ({ error }));
    const requeued = await requeuePoison(stage);
    if (failure === undefined && requeued === 0) return;
    if (failure !== undefined && requeued === 0 && performance.now() > deadline) throw failure.error;
  }
}

async function requeuePoison(stage: Stage): Promise<number> {
  const jobs = (await stage.snapshot()).flatMap((shard) => [...shard.jobs.values()]);
  const ids = poisoned(jobs);
  if (ids.length > 0) await stage.client.requeueMany(ids);
  return ids.length;
}
