import type { Ghost } from './check.ts';
import type { Store } from './store.ts';
import type { Client, World } from './world.ts';

/** Copies by hand: the explorer copies a world for every step, and structuredClone is ten times slower. */

function copyLists(lists: Record<string, string[]>): Record<string, string[]> {
  const copy: Record<string, string[]> = {};
  for (const key in lists) copy[key] = [...(lists[key] ?? [])];
  return copy;
}

export function cloneStore(store: Store): Store {
  const jobs: Store['jobs'] = {};
  for (const [id, job] of Object.entries(store.jobs)) jobs[id] = { ...job, tail: [...job.tail] };
  const processing: Store['processing'] = {};
  for (const [worker, each] of Object.entries(store.processing)) {
    processing[worker] = { ...each, claims: { ...each.claims } };
  }
  return {
    jobs,
    processing,
    lists: copyLists(store.lists),
    stale: { ...store.stale },
    scheduled: [...store.scheduled],
    leases: { ...store.leases },
    open: copyLists(store.open),
    rescuing: [...store.rescuing],
    lanes: { ...store.lanes },
    succeeded: [...store.succeeded],
    failed: [...store.failed],
    cancelled: [...store.cancelled],
    requeued: { ...store.requeued },
    stats: { ...store.stats },
  };
}

export function cloneGhost(ghost: Ghost): Ghost {
  return {
    place: { ...ghost.place },
    queue: { ...ghost.queue },
    token: { ...ghost.token },
    crashes: { ...ghost.crashes },
    blamed: { ...ghost.blamed },
    suspect: { ...ghost.suspect },
    accepted: { ...ghost.accepted },
    givenBack: { ...ghost.givenBack },
    lease: { ...ghost.lease },
    moved: copyLists(ghost.moved),
    enqueued: { ...ghost.enqueued },
    stats: { ...ghost.stats },
    hostFaults: ghost.hostFaults,
    rolledBack: ghost.rolledBack,
  };
}

/** Calls and answers never change, so copies share them. */
function cloneClient<C extends Client>(client: C): C {
  return { ...client, epochs: { ...client.epochs }, pending: client.pending.map((each) => ({ ...each })) };
}

export function cloneWorld(world: World): World {
  return {
    store: cloneStore(world.store),
    ghost: cloneGhost(world.ghost),
    workers: world.workers.map((worker) => ({ ...cloneClient(worker), held: [...worker.held] })),
    producers: world.producers.map((each) => ({ ...cloneClient(each), lanes: [...each.lanes] })),
    net: [...world.net],
    // A snapshot is never changed: a rollback copies it.
    snapshot: world.snapshot,
    budget: { ...world.budget },
    rolledBackSilently: world.rolledBackSilently,
    kills: { ...world.kills },
  };
}
