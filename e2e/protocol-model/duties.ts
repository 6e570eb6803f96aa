import type { Call, OutcomeKind } from './calls.ts';
import { isOutcome } from './calls.ts';
import type { Rules } from './rules.ts';
import type { Client, Connection, Held, Pending, Worker, World } from './world.ts';
import { forget, identityOf, startLife } from './world.ts';

/** What protocol.md obliges workers and producers to do: what they send, when, and what they keep when a connection breaks. */

export function send(world: World, client: Client, pending: Pending): void {
  pending.inFlight = true;
  const { connection, serial, call } = pending;
  world.net.push({ client: client.name, connection, epoch: client.epochs[connection], serial, call });
}

export interface Draft {
  readonly call: Call;
  readonly connection?: Connection;
  readonly suspect?: boolean;
  readonly alone?: boolean;
}

export function post(world: World, client: Client, draft: Draft): Pending {
  const { call, connection = 'main', suspect = false, alone = false } = draft;
  client.serial += 1;
  const pending = { serial: client.serial, connection, call, suspect, alone, inFlight: false };
  client.pending.push(pending);
  send(world, client, pending);
  return pending;
}

const unanswered = (worker: Worker): Pending[] => worker.pending.filter(({ call }) => isOutcome(call));
const claimsOf = (worker: Worker): Pending[] => worker.pending.filter(({ call }) => call.kind === 'claim');

/** Whether the worker may ask for more now. */
export function mayClaim(worker: Worker, rules: Rules): boolean {
  if (worker.leaving || (worker.reconcileDue && rules.reconcile === 'before any claim')) return false;
  // A last chance runs alone, until its outcome is answered; and a claim that may bring one goes alone.
  if (worker.held.some(({ alone }) => alone) || worker.pending.some(({ alone }) => alone)) return false;
  return !worker.pending.some(({ call }) => call.kind === 'claim' && call.isEmpty && call.maySuspect);
}

export interface ClaimDraft {
  readonly most: number;
  readonly queues: readonly string[];
  readonly rules: Rules;
}

export function postClaim(world: World, worker: Worker, { most, queues, rules }: ClaimDraft): Pending {
  const counted = rules.suspectsPerWorker === 'one' ? worker.pending : claimsOf(worker);
  const hasSuspect = worker.held.some(({ suspect }) => suspect) || counted.some(({ suspect }) => suspect);
  const maySuspect = rules.suspectsPerWorker === 'any' || !hasSuspect;
  const isEmpty =
    worker.held.length === 0 && unanswered(worker).length === 0 && claimsOf(worker).length === 0;
  worker.sent += 1;
  worker.tokens += 1;
  const token = `${worker.name}/${worker.tokens}`;
  const call = {
    kind: 'claim' as const,
    worker: identityOf(worker),
    no: worker.sent,
    most,
    queues,
    maySuspect,
    isEmpty,
    token,
  };
  return post(world, worker, { call, suspect: maySuspect, alone: false });
}

export interface OutcomeDraft {
  readonly kind: OutcomeKind;
  readonly jobs: readonly Held[];
  readonly connection: Connection;
}

/** Reports jobs of one claim. They stay in `held` of every reconcile until the answer is there. */
export function postOutcome(world: World, worker: Worker, draft: OutcomeDraft): Pending | undefined {
  const [first] = draft.jobs;
  if (!first) return undefined;
  worker.held = worker.held.filter((job) => !draft.jobs.includes(job));
  const remaining = worker.held.filter(({ no }) => no === first.no).map(({ id }) => id);
  const call = {
    kind: draft.kind,
    worker: identityOf(worker),
    no: first.no,
    ids: draft.jobs.map(({ id }) => id),
    remaining,
    token: first.token,
  };
  return post(world, worker, {
    call,
    connection: draft.connection,
    suspect: draft.jobs.some(({ suspect }) => suspect),
    alone: draft.jobs.some(({ alone }) => alone),
  });
}

export interface ReconcileDraft {
  readonly byTimer: boolean;
  readonly rules: Rules;
}

export function postReconcile(world: World, worker: Worker, { byTimer, rules }: ReconcileDraft): Pending {
  const inFlight = claimsOf(worker).map(({ call }) => (call.kind === 'claim' ? call.no : 0));
  const settled = Math.min(worker.sent, ...inFlight.map((no) => no - 1));
  const upTo = byTimer && rules.timerUpTo === 'below every claim in flight' ? settled : worker.sent;
  const held = worker.held.map(({ no, id }) => `${no}:${id}`);
  if (rules.heldIncludesUnanswered) {
    for (const { call } of unanswered(worker)) {
      if (isOutcome(call)) held.push(...call.ids.map((id) => `${call.no}:${id}`));
    }
  }
  return post(world, worker, {
    call: { kind: 'reconcile', worker: identityOf(worker), upTo, held: held.toSorted() },
  });
}

/** The connection breaks. Its unanswered calls are lost, or executed late; answers on their way are lost. */
export function cut(client: Client, connection: Connection, rules: Rules): void {
  client.epochs[connection] += 1;
  const isResent = ({ call }: Pending): boolean =>
    isOutcome(call) || call.kind === 'enqueue' || (call.kind === 'claim' && rules.claimResent);
  client.pending = client.pending.filter((each) => each.connection !== connection || isResent(each));
  for (const each of client.pending) {
    if (each.connection !== connection) continue;
    each.inFlight = false;
    delete each.answer;
  }
  if ('held' in client && connection === 'main' && rules.reconcile !== 'never')
    (client as Worker).reconcileDue = true;
}

/** After LEASE_LOST: every handler is aborted, and the next claims go out under a new identity. */
export function loseLease(world: World, worker: Worker, rules: Rules): void {
  worker.leaving = false;
  if (rules.identity === 'new') {
    forget(worker);
    worker.life += 1;
    worker.reconcileDue = false;
  } else {
    worker.held = [];
    worker.pending = claimsOf(worker);
  }
  if (rules.identity !== 'kept') worker.sent = 0;
  startLife(world, worker);
}
