import type { Answer, Call } from './calls.ts';
import type { Ghost } from './check.ts';
import type { Store } from './store.ts';
import { register } from './worker-scripts.ts';

/** What still may go wrong, and how much work there is. Each count is spent by one step. */
export interface Budget {
  claims: number;
  retry: number;
  fail: number;
  release: number;
  /** Releases by the heartbeat thread, over its own connection. */
  threadRelease: number;
  timer: number;
  unregister: number;
  cut: number;
  /** Given-up calls that are executed nevertheless. */
  late: number;
  giveUp: number;
  expire: number;
  crash: number;
  snapshot: number;
  rollback: number;
  cancel: number;
  requeue: number;
  delete: number;
  trim: number;
}

export type Connection = 'main' | 'thread';

export interface Pending {
  readonly serial: number;
  readonly connection: Connection;
  readonly call: Call;
  /** The call names a suspect, or may take one. */
  readonly suspect: boolean;
  readonly alone: boolean;
  inFlight: boolean;
  answer?: Answer;
}

export interface Client {
  readonly name: string;
  serial: number;
  /** Which connection of its kind is the present one. */
  epochs: { main: number; thread: number };
  pending: Pending[];
}

export interface Held {
  readonly no: number;
  readonly id: string;
  readonly token: string;
  readonly suspect: boolean;
  readonly alone: boolean;
}

/** A worker process; a crashed one is followed by a new life with a new identity. */
export interface Worker extends Client {
  life: number;
  /** Claims ever sent by this machine: makes tokens that no mutant can repeat. */
  tokens: number;
  /** The highest claim number sent. */
  sent: number;
  held: Held[];
  reconcileDue: boolean;
  leaving: boolean;
}

export interface Producer extends Client {
  /** The next entry of the plan. */
  next: number;
  lanes: number[];
}

/** A call on its way. Calls of one connection arrive in order; those of an older one may arrive at any time, or never. */
export interface Message {
  readonly client: string;
  readonly connection: Connection;
  readonly epoch: number;
  readonly serial: number;
  readonly call: Call;
}

export interface World {
  store: Store;
  ghost: Ghost;
  workers: Worker[];
  producers: Producer[];
  net: Message[];
  snapshot?: { store: Store; ghost: Ghost } | undefined;
  budget: Budget;
  /** Redis went back in time and no connection broke. */
  rolledBackSilently: boolean;
  /** Processes that each poison job has ended. */
  kills: Record<string, number>;
}

export const identityOf = (worker: Worker): string => worker.name + worker.life;

export function startLife(world: World, worker: Worker): void {
  register(world.store, identityOf(worker));
  world.ghost.lease[identityOf(worker)] = 'held';
}

/** The process is gone: what it knew is forgotten, what it sent may still arrive. */
export function endLife(world: World, worker: Worker): void {
  worker.epochs.main += 1;
  worker.epochs.thread += 1;
  worker.life += 1;
  worker.sent = 0;
  forget(worker);
  worker.reconcileDue = false;
  worker.leaving = false;
  startLife(world, worker);
}

export function forget(worker: Worker): void {
  worker.held = [];
  worker.pending = [];
}
