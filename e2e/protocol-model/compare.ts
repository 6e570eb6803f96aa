import type { Ghost } from './check.ts';
import type { Store } from './store.ts';
import { hasSucceeded } from './store.ts';
import { Violation } from './violation.ts';

/** Compares what the store says with the auditor's books. */
export function compare(ghost: Ghost, store: Store): void {
  for (const id of Object.keys(ghost.place)) comparePlace(ghost, store, id);
  for (const id of Object.keys(store.jobs)) {
    if (!ghost.place[id]) throw new Violation(`${id} exists, but nobody enqueued it`);
  }
  compareCounters(ghost, store);
  compareClaims(store);
}

function comparePlace(ghost: Ghost, store: Store, id: string): void {
  const expected = ghost.place[id] ?? 'nowhere';
  const found = placesOf(store, id);
  if (expected === 'deleted' || expected === 'trimmed') {
    if (found.length > 0 || store.jobs[id])
      throw new Violation(`${id} was ${expected}, but is ${found.join()}`);
    return;
  }
  if (found.length === 0) throw new Violation(`${id} is lost: it should be ${expected}, and is nowhere`);
  if (found.length > 1) throw new Violation(`${id} is in several places: ${found.join()}`);
  if (found[0] !== expected) throw new Violation(`${id} is ${found[0]}, and should be ${expected}`);
}

/** Everything that a reader of the store would take for the place of a job. */
function placesOf(store: Store, id: string): string[] {
  const job = store.jobs[id];
  const open = Object.keys(store.open).filter((claim) => store.open[claim]?.includes(id));
  const places = open.map((claim) => `open:${claim}`);
  if (!job) return places;
  const suspect = job.crashes >= 2 ? 'suspects' : 'ready';
  if (job.state === 'E' && store.lists[`${suspect}:${job.queue}`]?.includes(id)) places.push(suspect);
  if (store.scheduled.includes(id)) places.push('scheduled');
  if (store.failed.includes(id)) places.push('failed');
  if (store.cancelled.includes(id)) places.push('cancelled');
  if (hasSucceeded(job) && open.length === 0 && store.succeeded.includes(id)) places.push('succeeded');
  return places;
}

function compareCounters(ghost: Ghost, store: Store): void {
  for (const name of Object.keys(ghost.stats) as (keyof Ghost['stats'])[]) {
    if (ghost.stats[name] !== store.stats[name])
      throw new Violation(`stats ${name} is ${store.stats[name]}, and should be ${ghost.stats[name]}`);
  }
  for (const name of Object.keys(store.lists).filter((each) => each.startsWith('ready:'))) {
    const size = (store.lists[name]?.length ?? 0) - (store.stale[name] ?? 0);
    const jobs = Object.keys(ghost.place).filter(
      (id) => ghost.place[id] === 'ready' && `ready:${ghost.queue[id]}` === name,
    );
    if (size !== jobs.length) throw new Violation(`${name} shows ${size} jobs, and has ${jobs.length}`);
  }
}

function compareClaims(store: Store): void {
  for (const [worker, { claims }] of Object.entries(store.processing)) {
    for (const no of Object.keys(claims)) {
      if (!store.open[`${worker}#${no}`])
        throw new Violation(`${worker} shows its claim ${no} as open, and no job of it is`);
    }
    if (!store.leases[worker] && !store.rescuing.includes(worker))
      throw new Violation(`processing:${worker} stays for ever: it has no lease, and no rescue will come`);
  }
  for (const claim of Object.keys(store.open)) {
    const [worker = '', no = ''] = claim.split('#');
    if (store.processing[worker]?.claims[Number(no)] === undefined)
      throw new Violation(`${claim} is open, but is no claim of ${worker}`);
  }
}
