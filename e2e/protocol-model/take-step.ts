import type { Answer, Call } from './calls.ts';
import { auditCall } from './check.ts';
import type { Configuration, Setting } from './configuration.ts';
import { queueOf } from './configuration.ts';
import { cut, loseLease, post, postClaim, postOutcome, postReconcile, send } from './duties.ts';
import { enqueue } from './other-scripts.ts';
import { receive } from './receive.ts';
import type { Rules } from './rules.ts';
import type { PostStep, Step } from './steps.ts';
import { clientOf, isLate } from './steps.ts';
import { kill, storeStep } from './store-steps.ts';
import type { Budget, Pending, Worker, World } from './world.ts';
import { endLife, identityOf } from './world.ts';
import { claim, outcome, reconcile, renew, unregister } from './worker-scripts.ts';

/** Takes one step, in place. Throws a Violation when the auditor objects. */
export function takeStep(world: World, step: Step, setting: Setting): void {
  const { rules } = setting;
  spend(world, step);
  switch (step.do) {
    case 'deliver':
      return deliver(world, step.at, rules);
    case 'receive':
      return withPending(world, step, (client, pending) => receive(world, { client, pending }, rules));
    case 'resend':
      return withPending(world, step, (client, pending) => send(world, client, pending));
    case 'give up':
      // Its caller learns that nobody knows. The lane goes on with the next number.
      return withPending(world, step, (client, pending) => {
        client.pending = client.pending.filter((each) => each !== pending);
      });
    case 'cut':
      return cut(clientOf(world, step.client), step.connection, rules);
    case 'claim':
    case 'outcome':
    case 'reconcile':
    case 'unregister':
    case 'enqueue':
      return postStep(world, step, setting);
    case 'renew':
      return renewStep(world, workerOf(world, step.worker), rules);
    case 'crash':
      world.ghost.hostFaults += 1;
      return endLife(world, workerOf(world, step.worker));
    case 'kill':
      return kill(world, workerOf(world, step.worker), setting);
    default:
      return storeStep(world, step, setting);
  }
}

export const workerOf = (world: World, name: string): Worker => clientOf(world, name) as Worker;

function withPending(
  world: World,
  step: { readonly client: string; readonly serial: number },
  then: (client: ReturnType<typeof clientOf>, pending: Pending) => void,
): void {
  const client = clientOf(world, step.client);
  const pending = client.pending.find(({ serial }) => serial === step.serial);
  if (pending) then(client, pending);
}

function spend(world: World, step: Step): void {
  const { budget } = world;
  const key = budgetOf(world, step);
  if (key) budget[key] -= 1;
}

function budgetOf(world: World, step: Step): keyof Budget | undefined {
  if (step.do === 'outcome') {
    if (step.connection === 'thread') return 'threadRelease';
    return step.kind === 'succeed' ? undefined : step.kind;
  }
  if (step.do === 'claim') return 'claims';
  if (step.do === 'reconcile') return step.byTimer ? 'timer' : undefined;
  if (step.do === 'give up') return 'giveUp';
  if (step.do === 'unregister') return workerOf(world, step.worker).leaving ? undefined : 'unregister';
  if (step.do === 'expire')
    return world.workers.some((worker) => identityOf(worker) === step.identity) ? 'expire' : undefined;
  if (step.do === 'deliver') {
    const message = world.net[step.at];
    return message && isLate(world, message) ? 'late' : undefined;
  }
  return step.do in world.budget ? (step.do as keyof Budget) : undefined;
}

function run(world: World, call: Call, rules: Rules): Answer {
  const { store } = world;
  if (call.kind === 'claim') return claim(store, rules, call);
  if (call.kind === 'reconcile') return reconcile(store, rules, call);
  if (call.kind === 'unregister') return unregister(store, rules, call.worker);
  if (call.kind === 'enqueue') return enqueue(store, rules, call);
  return outcome(store, rules, call);
}

function deliver(world: World, at: number, rules: Rules): void {
  const message = world.net[at];
  if (!message) return;
  const late = isLate(world, message);
  world.net.splice(at, 1);
  const answer = run(world, message.call, rules);
  auditCall(world, message.call, answer);
  const pending = clientOf(world, message.client).pending.find(({ serial }) => serial === message.serial);
  if (pending && !late) pending.answer = answer;
}

function postStep(world: World, step: PostStep, setting: Setting): void {
  const client = clientOf(world, 'worker' in step ? step.worker : step.producer);
  const pending = postCall(world, step, setting);
  if (!setting.configuration.isAtomic || !pending) return;
  deliver(world, world.net.length - 1, setting.rules);
  receive(world, { client, pending }, setting.rules);
}

function postCall(world: World, step: PostStep, { configuration, rules }: Setting): Pending | undefined {
  if (step.do === 'enqueue') return postEnqueue(world, configuration);
  const worker = workerOf(world, step.worker);
  switch (step.do) {
    case 'claim':
      return postClaim(world, worker, { most: step.most, queues: ['a', 'b'], rules });
    case 'outcome': {
      const jobs = worker.held.filter(({ no, id }) => no === step.no && step.ids.includes(id));
      return postOutcome(world, worker, { kind: step.kind, jobs, connection: step.connection });
    }
    case 'reconcile':
      return postReconcile(world, worker, { byTimer: step.byTimer, rules });
    case 'unregister':
      worker.leaving = true;
      return post(world, worker, { call: { kind: 'unregister', worker: identityOf(worker) } });
  }
}

function postEnqueue(world: World, configuration: Configuration): Pending | undefined {
  const [producer] = world.producers;
  const id = configuration.plan[producer?.next ?? 0];
  if (!producer || id === undefined) return undefined;
  const lane = producer.next % producer.lanes.length;
  const no = (producer.lanes[lane] ?? 0) + 1;
  producer.lanes[lane] = no;
  producer.next += 1;
  const name = `${producer.name}/${lane}`;
  const queue = queueOf(configuration, id);
  return post(world, producer, { call: { kind: 'enqueue', lane: name, no, id, queue } });
}

function renewStep(world: World, worker: Worker, rules: Rules): void {
  const identity = identityOf(worker);
  if (renew(world.store, rules, identity) === 'LEASE_LOST') loseLease(world, worker, rules);
  else world.ghost.lease[identity] = 'held';
}
