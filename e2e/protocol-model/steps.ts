import type { OutcomeKind } from './calls.ts';
import type { Configuration, Setting } from './configuration.ts';
import { mayClaim } from './duties.ts';
import { hasSucceeded } from './store.ts';
import type { Connection, Held, Message, Worker, World } from './world.ts';
import { identityOf } from './world.ts';

/** Everything that can happen next. One step is one script, one message, or one fault. */
export type Step =
  | { readonly do: 'deliver'; readonly at: number }
  | { readonly do: 'receive' | 'resend' | 'give up'; readonly client: string; readonly serial: number }
  | { readonly do: 'claim'; readonly worker: string; readonly most: number }
  | {
      readonly do: 'outcome';
      readonly worker: string;
      readonly kind: OutcomeKind;
      readonly no: number;
      readonly ids: readonly string[];
      readonly connection: Connection;
    }
  | { readonly do: 'reconcile'; readonly worker: string; readonly byTimer: boolean }
  | { readonly do: 'unregister'; readonly worker: string }
  | { readonly do: 'renew' | 'crash' | 'kill'; readonly worker: string }
  | { readonly do: 'enqueue'; readonly producer: string }
  | { readonly do: 'cut'; readonly client: string; readonly connection: Connection }
  | { readonly do: 'expire' | 'rescue'; readonly identity: string }
  | { readonly do: 'promote' | 'cancel' | 'requeue' | 'delete'; readonly id: string }
  | { readonly do: 'trim' | 'snapshot' | 'rollback' };

export function isLate(world: World, message: Message): boolean {
  const client = clientOf(world, message.client);
  return client.epochs[message.connection] !== message.epoch;
}

export function clientOf(world: World, name: string): World['workers'][number] | World['producers'][number] {
  const client = [...world.workers, ...world.producers].find((each) => each.name === name);
  if (!client) throw new Error(`No client is called ${name}.`);
  return client;
}

/** Messages that may be executed now: the first of each connection. */
export function deliverable(world: World): number[] {
  const seen = new Set<string>();
  const heads: number[] = [];
  world.net.forEach((message, at) => {
    const key = `${message.client} ${message.connection} ${message.epoch}`;
    if (!seen.has(key)) heads.push(at);
    seen.add(key);
  });
  return heads;
}

export function enabledSteps(world: World, setting: Setting): Step[] {
  const { configuration } = setting;
  const steps: Step[] = deliverable(world)
    .filter((at) => world.budget.late > 0 || !isLate(world, world.net[at] as Message))
    .map((at) => ({ do: 'deliver', at }));
  for (const worker of world.workers) steps.push(...workerSteps(world, worker, setting));
  for (const producer of world.producers) steps.push(...producerSteps(world, producer.name, configuration));
  steps.push(...storeSteps(world), ...personSteps(world));
  return steps;
}

/** Reading an answer, sending again, and losing the connection: the same for workers and producers. */
function clientSteps(world: World, name: string): Step[] {
  const { pending, epochs } = clientOf(world, name);
  const steps: Step[] = [];
  for (const connection of ['main', 'thread'] as const) {
    const calls = pending.filter((each) => each.connection === connection);
    const [first] = calls;
    // Answers of one connection come in the order of its calls.
    if (first?.answer) steps.push({ do: 'receive', client: name, serial: first.serial });
    const unsent = calls.find((each) => !each.inFlight);
    if (unsent) steps.push({ do: 'resend', client: name, serial: unsent.serial });
    const isBusy = calls.some((each) => each.inFlight) && epochs[connection] >= 0;
    if (isBusy && world.budget.cut > 0) steps.push({ do: 'cut', client: name, connection });
  }
  return steps;
}

function workerSteps(world: World, worker: Worker, { configuration, rules }: Setting): Step[] {
  const { budget } = world;
  const name = worker.name;
  const steps = clientSteps(world, name);
  const has = (kind: string): number => worker.pending.filter(({ call }) => call.kind === kind).length;
  const isFree = worker.pending.length < 3;
  if (isFree && budget.claims > 0 && has('claim') < configuration.claimsInFlight && mayClaim(worker, rules)) {
    for (const most of configuration.most) steps.push({ do: 'claim', worker: name, most });
  }
  if (isFree) steps.push(...outcomeSteps(world, worker, configuration));
  const isReconciling = has('reconcile') > 0;
  if (worker.reconcileDue && !isReconciling) steps.push({ do: 'reconcile', worker: name, byTimer: false });
  else if (budget.timer > 0 && !isReconciling && !worker.reconcileDue)
    steps.push({ do: 'reconcile', worker: name, byTimer: true });
  if (world.store.leases[identityOf(worker)] !== 'live') steps.push({ do: 'renew', worker: name });
  const mayLeave = (budget.unregister > 0 || worker.leaving) && !(worker.leaving && worker.reconcileDue);
  if (mayLeave && worker.held.length === 0 && worker.pending.length === 0)
    steps.push({ do: 'unregister', worker: name });
  if (budget.crash > 0) steps.push({ do: 'crash', worker: name });
  if (worker.held.some(({ id }) => configuration.poison.includes(id)))
    steps.push({ do: 'kill', worker: name });
  return steps;
}

function outcomeSteps(world: World, worker: Worker, configuration: Configuration): Step[] {
  const { budget } = world;
  const steps: Step[] = [];
  const add = (kind: OutcomeKind, jobs: Held[], connection: Connection): void => {
    for (const batch of batchesOf(jobs)) {
      const ids = batch.map(({ id }) => id);
      steps.push({ do: 'outcome', worker: worker.name, kind, no: batch[0]?.no ?? 0, ids, connection });
    }
  };
  for (const no of new Set(worker.held.map((job) => job.no))) {
    const jobs = worker.held.filter((job) => job.no === no);
    // A poison job never ends by itself: it ends its process.
    const endable = jobs.filter(({ id }) => !configuration.poison.includes(id));
    add('succeed', endable, 'main');
    if (budget.retry > 0) add('retry', endable, 'main');
    if (budget.fail > 0) add('fail', endable, 'main');
    if (budget.release > 0) add('release', jobs, 'main');
    if (budget.threadRelease > 0) add('release', jobs, 'thread');
  }
  return steps;
}

/** Each job alone, and all together. */
function batchesOf(jobs: Held[]): Held[][] {
  const single = jobs.map((job) => [job]);
  return jobs.length > 1 ? [...single, jobs] : single;
}

function producerSteps(world: World, name: string, configuration: Configuration): Step[] {
  const steps = clientSteps(world, name);
  const producer = world.producers.find((each) => each.name === name);
  if (!producer) return steps;
  const isNext = producer.next < configuration.plan.length;
  const lane = producer.next % producer.lanes.length;
  const isTaken = producer.pending.some(
    ({ call }) => call.kind === 'enqueue' && call.lane.endsWith(`/${lane}`),
  );
  if (isNext && !isTaken) steps.push({ do: 'enqueue', producer: name });
  if (world.budget.giveUp > 0) {
    for (const { serial, inFlight } of producer.pending) {
      if (!inFlight) steps.push({ do: 'give up', client: name, serial });
    }
  }
  return steps;
}

function storeSteps(world: World): Step[] {
  const { store, budget } = world;
  const steps: Step[] = [];
  const present = world.workers.map(identityOf);
  for (const [identity, state] of Object.entries(store.leases)) {
    // The lease of a process that is gone needs no fault to expire.
    const mayExpire = budget.expire > 0 || !present.includes(identity);
    if (state === 'live' && mayExpire) steps.push({ do: 'expire', identity });
    if (state === 'expired' && !store.rescuing.includes(identity)) steps.push({ do: 'rescue', identity });
  }
  for (const identity of store.rescuing) steps.push({ do: 'rescue', identity });
  for (const id of store.scheduled) steps.push({ do: 'promote', id });
  if (budget.trim > 0 && store.succeeded.length > 0) steps.push({ do: 'trim' });
  if (budget.snapshot > 0) steps.push({ do: 'snapshot' });
  if (budget.rollback > 0 && world.snapshot) steps.push({ do: 'rollback' });
  return steps;
}

function personSteps(world: World): Step[] {
  const { store, budget } = world;
  const steps: Step[] = [];
  for (const [id, job] of Object.entries(store.jobs)) {
    const hasEnded = 'FC'.includes(job.state) || hasSucceeded(job);
    if (budget.cancel > 0 && !hasEnded) steps.push({ do: 'cancel', id });
    if (budget.requeue > 0 && hasEnded) steps.push({ do: 'requeue', id });
    if (budget.delete > 0) steps.push({ do: 'delete', id });
  }
  return steps;
}

/** Steps with which a client sends a new call. */
export type PostStep = Extract<Step, { do: 'claim' | 'outcome' | 'reconcile' | 'unregister' | 'enqueue' }>;
