import { newGhost } from './check.ts';
import type { Rules } from './rules.ts';
import { emptyStore, toBack } from './store.ts';
import type { Budget, Client, Producer, Worker, World } from './world.ts';
import { startLife } from './world.ts';

/** A small world to explore. */
export interface Configuration {
  readonly name: string;
  readonly workers: number;
  /** Jobs that are there at the start, front first. */
  readonly jobs: readonly string[];
  /** Jobs of queue `b`; the others are in queue `a`. */
  readonly inB: readonly string[];
  /** Jobs that start with [crashes, blamed]. */
  readonly history: Readonly<Record<string, readonly [number, number]>>;
  /** What the producer enqueues, one job a call, the lanes in turn. */
  readonly plan: readonly string[];
  readonly lanes: number;
  /** Jobs that end the process that runs them. */
  readonly poison: readonly string[];
  /** How many jobs a claim may ask for. */
  readonly most: readonly number[];
  readonly claimsInFlight: number;
  /** Jobs per rescue call. */
  readonly rescueLimit: number;
  /** Calls are executed and answered at once: for what the network has no part in. */
  readonly isAtomic: boolean;
  /** A rollback of Redis breaks no connection. */
  readonly isSilent: boolean;
  readonly budget: Budget;
}

/** What the explorer fixes: one configuration under one set of rules. */
export interface Setting {
  readonly configuration: Configuration;
  readonly rules: Rules;
}

const NO_BUDGET: Budget = {
  claims: 2,
  retry: 0,
  fail: 0,
  release: 0,
  threadRelease: 0,
  timer: 0,
  unregister: 0,
  cut: 0,
  late: 0,
  giveUp: 0,
  expire: 0,
  crash: 0,
  snapshot: 0,
  rollback: 0,
  cancel: 0,
  requeue: 0,
  delete: 0,
  trim: 0,
};

const DEFAULTS: Configuration = {
  name: 'default',
  workers: 1,
  jobs: ['a', 'b'],
  inB: [],
  history: {},
  plan: [],
  lanes: 1,
  poison: [],
  most: [2],
  claimsInFlight: 1,
  rescueLimit: 500,
  isAtomic: false,
  isSilent: false,
  budget: NO_BUDGET,
};

export type ConfigurationDraft = Partial<Omit<Configuration, 'budget'>> & {
  readonly budget?: Partial<Budget>;
};

export function configure(draft: ConfigurationDraft): Configuration {
  return { ...DEFAULTS, ...draft, budget: { ...NO_BUDGET, ...draft.budget } };
}

export const queueOf = (configuration: Configuration, id: string): string =>
  configuration.inB.includes(id) ? 'b' : 'a';

const newClient = (name: string): Client => ({
  name,
  serial: 0,
  epochs: { main: 0, thread: 0 },
  pending: [],
});

function newWorker(name: string): Worker {
  return {
    ...newClient(name),
    life: 1,
    tokens: 0,
    sent: 0,
    held: [],
    reconcileDue: false,
    leaving: false,
  };
}

export function startWorld(configuration: Configuration): World {
  const store = emptyStore();
  const producers: Producer[] =
    configuration.plan.length > 0
      ? [{ ...newClient('P'), next: 0, lanes: Array.from({ length: configuration.lanes }, () => 0) }]
      : [];
  const world: World = {
    store,
    ghost: newGhost(store),
    workers: Array.from({ length: configuration.workers }, (_, at) => newWorker('ABCD'[at] ?? 'Z')),
    producers,
    net: [],
    budget: { ...configuration.budget },
    rolledBackSilently: false,
    kills: {},
  };
  for (const worker of world.workers) startLife(world, worker);
  for (const id of configuration.jobs) addJob(world, configuration, id);
  return world;
}

function addJob(world: World, configuration: Configuration, id: string): void {
  const [crashes, blamed] = configuration.history[id] ?? [0, 0];
  const queue = queueOf(configuration, id);
  world.store.jobs[id] = { state: 'E', queue, crashes, blamed, claim: '-', tail: [] };
  toBack(world.store, id);
  world.ghost.place[id] = crashes >= 2 ? 'suspects' : 'ready';
  world.ghost.queue[id] = queue;
  world.ghost.crashes[id] = crashes;
  world.ghost.blamed[id] = blamed;
}
