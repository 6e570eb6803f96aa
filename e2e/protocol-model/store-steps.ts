import { auditRescue, waiting } from './check.ts';
import { cloneGhost, cloneStore } from './clone.ts';
import { compare } from './compare.ts';
import type { Setting } from './configuration.ts';
import { cut } from './duties.ts';
import { cancel, deleteJob, promote, requeue, rescue, trim } from './other-scripts.ts';
import type { Step } from './steps.ts';
import { Violation } from './violation.ts';
import type { Worker, World } from './world.ts';
import { endLife, identityOf } from './world.ts';

/** The steps that are no call of a client: persons, sweeps, retention, and Redis going back in time. */

/** A poison job ends its process. Nothing else in the world did, so innocents must survive it. */
export function kill(world: World, worker: Worker, setting: Setting): void {
  const { configuration } = setting;
  const identity = identityOf(worker);
  for (const { no, id } of worker.held) {
    // A job that was taken from this process and still runs in it is not counted: no rescue will see it.
    const isOpen = world.ghost.place[id] === `open:${identity}#${no}`;
    if (!configuration.poison.includes(id) || !isOpen) continue;
    world.kills[id] = (world.kills[id] ?? 0) + 1;
    // Two crashes make it a suspect, three are blamed on it, and the next one ends it.
    const isForgotten = world.ghost.hostFaults > 0 || world.ghost.rolledBack;
    if ((world.kills[id] ?? 0) > 6 && !isForgotten)
      throw new Violation(`${id} has ended ${world.kills[id]} processes and is not failed`);
  }
  endLife(world, worker);
  if (!configuration.isAtomic) return;
  world.store.leases[identity] = 'expired';
  while (world.store.leases[identity] || world.store.rescuing.includes(identity)) {
    rescueStep(world, identity, setting);
  }
}

function rescueStep(world: World, identity: string, { configuration, rules }: Setting): void {
  const done = rescue(world.store, rules, { worker: identity, limit: configuration.rescueLimit });
  const facts = { worker: identity, poison: configuration.poison };
  auditRescue(world, facts, done);
}

export function storeStep(world: World, step: Step, setting: Setting): void {
  const { store, ghost } = world;
  const { rules } = setting;
  switch (step.do) {
    case 'expire':
      if (world.workers.some((worker) => identityOf(worker) === step.identity)) ghost.hostFaults += 1;
      store.leases[step.identity] = 'expired';
      return;
    case 'rescue':
      return rescueStep(world, step.identity, setting);
    case 'promote':
      promote(store, step.id);
      ghost.place[step.id] = waiting(ghost, step.id);
      break;
    case 'cancel':
      cancel(store, rules, step.id);
      ghost.place[step.id] = 'cancelled';
      ghost.stats.cancelled += 1;
      break;
    case 'requeue':
      requeue(store, rules, step.id);
      Object.assign(ghost.crashes, { [step.id]: 0 });
      Object.assign(ghost.blamed, { [step.id]: 0 });
      ghost.place[step.id] = 'ready';
      ghost.stats.requeued += 1;
      delete world.kills[step.id];
      break;
    case 'delete':
      deleteJob(store, rules, step.id);
      ghost.place[step.id] = 'deleted';
      break;
    case 'trim':
      trimStep(world);
      break;
    case 'snapshot':
      world.snapshot = { store: cloneStore(store), ghost: cloneGhost(ghost) };
      return;
    case 'rollback':
      return rollback(world, setting);
    default:
      throw new Error(`No step is called ${step.do}.`);
  }
  compare(ghost, store);
}

function trimStep(world: World): void {
  const removed = trim(world.store);
  if (removed === undefined || world.ghost.place[removed] === 'deleted') return;
  if (world.ghost.place[removed] !== 'succeeded')
    throw new Violation(
      `the trim removed ${removed}, which is ${world.ghost.place[removed]}: the job is lost`,
    );
  world.ghost.place[removed] = 'trimmed';
}

/** Redis restarts with what it last wrote down. */
function rollback(world: World, { configuration, rules }: Setting): void {
  if (!world.snapshot) return;
  const { hostFaults } = world.ghost;
  world.store = cloneStore(world.snapshot.store);
  world.ghost = { ...cloneGhost(world.snapshot.ghost), hostFaults, rolledBack: true };
  if (configuration.isSilent) {
    world.rolledBackSilently = true;
    return;
  }
  for (const worker of world.workers) {
    cut(worker, 'main', rules);
    cut(worker, 'thread', rules);
  }
  for (const producer of world.producers) cut(producer, 'main', rules);
}
