import type { PersonOutcome } from '../store/outcomes.ts';
import { dropOldWatches, trimEnded } from './retention-model.ts';
import type { Job, State, World } from './world.ts';
import { close, count, disown, entries, forget, wait, waitsIn } from './world.ts';

type Change = (job: Job) => void;

/** Changes the jobs that are in one of the states; answers where the others are. */
function change(
  world: World,
  ids: readonly string[],
  { from, how }: { from: readonly State[]; how: Change },
): PersonOutcome[] {
  return ids.map((id) => {
    const job = world.jobs.get(id);
    if (job === undefined) return 'GONE';
    if (!from.includes(job.state)) return job.state;
    how(job);
    return 'OK';
  });
}

function done(outcomes: readonly PersonOutcome[]): number {
  return outcomes.filter((outcome) => outcome === 'OK').length;
}

/** A running job loses its claim in the same step. */
function takeFromWorker(world: World, job: Job): void {
  if (job.state === 'processing' && job.owner) close(world, { ...job.owner, id: job.id });
}

export function cancel(world: World, ids: readonly string[], keep: number): PersonOutcome[] {
  const how = (job: Job): void => {
    takeFromWorker(world, job);
    job.state = 'cancelled';
    job.owner = undefined;
    job.at = world.now;
    job.tail.push({ code: 'C', worker: '-', claim: '-', endedAt: world.now });
  };
  const outcomes = change(world, ids, { from: ['scheduled', 'enqueued', 'processing'], how });
  count(world, 'cancelled', done(outcomes));
  if (done(outcomes) > 0) trimEnded(world, 'cancelled', { keep, most: 2 * done(outcomes), since: -1 });
  return outcomes;
}

export function requeue(world: World, ids: readonly string[]): PersonOutcome[] {
  const how = (job: Job): void => {
    if (job.state === 'succeeded') disown(world, job.id);
    job.crashes = 0;
    job.blamed = 0;
    job.tail.push({ code: 'Q', worker: '-', claim: '-', endedAt: world.now });
    wait(world, job, 'back');
  };
  const outcomes = change(world, ids, { from: ['scheduled', 'succeeded', 'failed', 'cancelled'], how });
  count(world, 'requeued', done(outcomes));
  return outcomes;
}

const UNLESS_RUNNING: readonly State[] = ['scheduled', 'enqueued', 'succeeded', 'failed', 'cancelled'];

export function remove(world: World, ids: readonly string[], force: boolean): PersonOutcome[] {
  const how = (job: Job): void => {
    takeFromWorker(world, job);
    if (job.state === 'succeeded') disown(world, job.id);
    forget(world, job.id);
  };
  const outcomes = change(world, ids, {
    from: force ? [...UNLESS_RUNNING, 'processing'] : UNLESS_RUNNING,
    how,
  });
  count(world, 'deleted', done(outcomes));
  return outcomes;
}

/** Looks at `most` entries: of suspects first, then by priority. */
export function purge(world: World, queue: string, most: number): { removed: number; more: boolean } {
  const lists = [
    entries(world.suspects, queue),
    ...[0, 1, 2, 3].map((digit) => entries(world.ready, `${queue}:${digit}`)),
  ];
  let left = most;
  let removed = 0;
  for (const list of lists) {
    for (; left > 0 && list.length > 0; left--) {
      const job = waitsIn(world, list.shift() ?? '', list);
      if (job !== undefined && forget(world, job.id)) removed++;
    }
  }
  count(world, 'deleted', removed);
  return { removed, more: left === 0 };
}

export function pause(world: World, queue: string): 'OK' | 'ALREADY' {
  if (world.paused.has(queue)) return 'ALREADY';
  world.paused.add(queue);
  return 'OK';
}

export function resume(world: World, queue: string): 'OK' | 'ALREADY' {
  return world.paused.delete(queue) ? 'OK' : 'ALREADY';
}

export function watch(world: World, ids: readonly string[], forMs: number): (State | 'GONE')[] {
  dropOldWatches(world);
  return ids.map((id) => {
    const job = world.jobs.get(id);
    if (job !== undefined) world.watched.set(id, world.now + forMs);
    return job?.state ?? 'GONE';
  });
}
