import { isOutcome } from './calls.ts';
import type { Configuration, Setting } from './configuration.ts';
import { mayClaim } from './duties.ts';
import type { Rules } from './rules.ts';
import { openClaims } from './store.ts';
import type { Step } from './steps.ts';
import { clientOf, isLate } from './steps.ts';
import { takeStep } from './take-step.ts';
import { Violation } from './violation.ts';
import type { Worker, World } from './world.ts';
import { identityOf } from './world.ts';

const ENDED = new Set(['succeeded', 'failed', 'cancelled', 'deleted', 'trimmed']);

/** Far more than any completion of these small worlds needs. */
const MOST_STEPS = 600;

/**
 * Lets everything go well from here: no more faults, calls that were given up are lost, every worker does its duty. Every
 * job must end. `isKnown` says that completion from a world was seen to work; it is asked so that paths that meet are walked
 * once.
 */
export function complete(
  world: World,
  setting: Setting,
  isKnown: (world: World) => boolean,
): readonly Step[] {
  const steps: Step[] = [];
  world.net = world.net.filter((message) => !isLate(world, message));
  while (!isKnown(world)) {
    const step = fairStep(world, setting);
    if (!step) break;
    steps.push(step);
    if (steps.length > MOST_STEPS) throw new Stuck('the workers go round in circles', steps);
    try {
      takeStep(world, step, setting);
    } catch (error) {
      if (error instanceof Violation) throw new Stuck(error.message, steps);
      throw error;
    }
  }
  if (fairStep(world, setting)) return steps;
  const stuck = Object.entries(world.ghost.place).filter(([, place]) => !ENDED.has(place));
  if (stuck.length > 0) {
    const jobs = stuck.map(([id, place]) => `${id} (${place})`).join(', ');
    throw new Stuck(`nothing ever happens again to ${jobs}, and every process is healthy`, steps);
  }
  return steps;
}

/** A completion that failed, with the steps it took. */
export class Stuck extends Violation {
  readonly steps: readonly Step[];

  constructor(message: string, steps: readonly Step[]) {
    super(message);
    this.steps = [...steps];
  }
}

/** The next step of a fair schedule without faults. It depends on the world alone. */
function fairStep(world: World, setting: Setting): Step | undefined {
  if (world.net.length > 0) return { do: 'deliver', at: 0 };
  for (const client of [...world.workers, ...world.producers]) {
    const step = fairAnswer(world, client.name);
    if (step) return step;
  }
  for (const worker of world.workers) {
    const step = fairDuty(world, worker, setting);
    if (step) return step;
  }
  return fairSweep(world) ?? fairTimer(world, setting.rules) ?? fairClaim(world, setting);
}

function fairAnswer(world: World, client: string): Step | undefined {
  for (const { serial, inFlight, answer } of clientOf(world, client).pending) {
    if (answer) return { do: 'receive', client, serial };
    if (!inFlight) return { do: 'resend', client, serial };
  }
  return undefined;
}

function fairDuty(world: World, worker: Worker, { configuration }: Setting): Step | undefined {
  const { name, held } = worker;
  if (world.store.leases[identityOf(worker)] !== 'live') return { do: 'renew', worker: name };
  if (worker.reconcileDue) return { do: 'reconcile', worker: name, byTimer: false };
  const [first] = held;
  if (!first) return worker.leaving ? { do: 'unregister', worker: name } : undefined;
  const jobs = held.filter(({ no, id }) => no === first.no && !configuration.poison.includes(id));
  // The poison works at once: the worst case for its neighbours.
  if (jobs.length < held.filter(({ no }) => no === first.no).length) return { do: 'kill', worker: name };
  const ids = jobs.map(({ id }) => id);
  return { do: 'outcome', worker: name, kind: 'succeed', no: first.no, ids, connection: 'main' };
}

function fairSweep(world: World): Step | undefined {
  const { store } = world;
  const present = world.workers.map(identityOf);
  for (const identity of store.rescuing) return { do: 'rescue', identity };
  for (const [identity, state] of Object.entries(store.leases)) {
    if (state === 'expired') return { do: 'rescue', identity };
    if (!present.includes(identity)) return { do: 'expire', identity };
  }
  const [due] = store.scheduled;
  return due === undefined ? undefined : { do: 'promote', id: due };
}

/**
 * The timer's reconcile, when it has something to repair. Only a rollback that no client noticed may need it: whatever else
 * goes wrong must not cost a job the wait for a timer.
 */
function fairTimer(world: World, rules: Rules): Step | undefined {
  if (!rules.reconcileTimer || !world.rolledBackSilently) return undefined;
  for (const worker of world.workers) {
    const open = openClaims(world.store, identityOf(worker)).flatMap(({ ids }) => ids);
    const held = worker.held.map(({ id }) => id);
    const unanswered = worker.pending.flatMap(({ call }) => (isOutcome(call) ? call.ids : []));
    if (open.some((id) => !held.includes(id) && !unanswered.includes(id)))
      return { do: 'reconcile', worker: worker.name, byTimer: true };
  }
  return undefined;
}

function fairClaim(world: World, { rules, configuration }: Setting): Step | undefined {
  const isWaiting = Object.values(world.store.lists).some((ids) => ids.length > 0);
  const worker = world.workers.find((each) => mayClaim(each, rules) && each.pending.length === 0);
  return isWaiting && worker ? { do: 'claim', worker: worker.name, most: mostOf(configuration) } : undefined;
}

const mostOf = (configuration: Configuration): number => Math.max(...configuration.most);
