import type { Retention } from '../store/job-store.ts';
import type { State, World } from './world.ts';
import { byTime, forget } from './world.ts';

/** Removes the oldest entries of `succeeded`; spares what was requeued, passes over what somebody waits for. */
export function trimSucceeded(world: World, most: number): number {
  const popped = world.succeeded.splice(0, Math.max(0, most));
  let removed = 0;
  for (const id of popped) {
    const requeued = world.requeued.get(id) ?? 0;
    if (requeued > 1) world.requeued.set(id, requeued - 1);
    else if (requeued === 1) world.requeued.delete(id);
    else if ((world.watched.get(id) ?? 0) > world.now) world.succeeded.push(id);
    else removed += remove(world, id, 'succeeded');
  }
  return removed;
}

/** How many entries are too many: those of jobs that are gone do not count, as far as they are not more than what is kept. */
export function surplus(world: World, keep: number): number {
  return world.succeeded.length - keep - Math.min(world.requeued.size, keep);
}

/** A job that does not have the state whose retention it falls under is lost if it is removed. */
function remove(world: World, id: string, state: State): number {
  const job = world.jobs.get(id);
  if (job !== undefined && job.state !== state)
    throw new Error(`retention of ${state} met ${id}, which is ${job.state}`);
  return forget(world, id) ? 1 : 0;
}

/** After jobs failed, at most twice their number goes, the oldest beyond `keep`. */
export function endFailed(world: World, { keep, most }: { keep: number; most: number }): void {
  trimEnded(world, 'failed', { keep, most, since: -1 });
}

interface Bounds {
  readonly keep: number;
  readonly most: number;
  readonly since: number;
}

/** By number while there are too many, else by age. */
export function trimEnded(
  world: World,
  state: 'failed' | 'cancelled',
  { keep, most, since }: Bounds,
): number {
  const ended = byTime(world, state);
  const over = Math.min(ended.length - keep, most);
  const old = over > 0 ? ended.slice(0, over) : ended.filter(({ at }) => at <= since).slice(0, most);
  return old.reduce((removed, { id }) => removed + remove(world, id, state), 0);
}

/** The janitor's call. */
export function trim(world: World, retention: Retention): { removed: number; more: boolean } {
  dropOldWatches(world);
  const { succeededCount, failedCount, failedMs } = retention;
  const byNumber = trimSucceeded(world, surplus(world, succeededCount));
  const byAge = trimSucceeded(world, agedOut(world, world.now - retention.succeededMs));
  const bounds = { keep: failedCount, most: 500, since: world.now - failedMs };
  const others = trimEnded(world, 'failed', bounds) + trimEnded(world, 'cancelled', bounds);
  // No world is so large that a call stops at its bound.
  return { removed: byNumber + byAge + others, more: false };
}

/** How many entries from the first on are all of jobs that ended before this instant, or that are gone. */
function agedOut(world: World, before: number): number {
  const young = world.succeeded.findIndex((id) => {
    const endedAt = world.jobs
      .get(id)
      ?.tail.filter(({ code }) => code === 'S')
      .at(-1)?.endedAt;
    return endedAt !== undefined && endedAt > before;
  });
  return young < 0 ? world.succeeded.length : young;
}

export function dropOldWatches(world: World): void {
  for (const [id, until] of world.watched) if (until <= world.now) world.watched.delete(id);
}
