import type { Answer, Call, ClaimCall, OutcomeCall, ReconcileCall } from './calls.ts';
import { isOutcome } from './calls.ts';
import { compare } from './compare.ts';
import { Violation } from './violation.ts';
import type { Rescue } from './other-scripts.ts';
import type { Stat, Store } from './store.ts';

/**
 * The auditor. It watches calls and answers, never the store, and keeps its own books: where each job must be, and who may
 * still end it. After every step the store is compared with the books (compare.ts).
 */
export interface Ghost {
  /** `ready`, `suspects`, `scheduled`, `open:<worker>#<no>`, `succeeded`, `failed`, `cancelled`, `deleted`, `trimmed`. */
  place: Record<string, string>;
  queue: Record<string, string>;
  /** Which claim of which process holds an open job. Unlike identity and number, a token is never used twice. */
  token: Record<string, string>;
  crashes: Record<string, number>;
  blamed: Record<string, number>;
  suspect: Record<string, string>;
  /** `claim:id` → the outcome accepted. */
  accepted: Record<string, string>;
  /** `claim:id` of open jobs that a reconcile of their own worker gave back. */
  givenBack: Record<string, true>;
  lease: Record<string, 'held' | 'removed'>;
  /** What unfinished rescues have moved, and nobody took since: `claim number:id`, padded so that it sorts. */
  moved: Record<string, string[]>;
  /** Calls of producers that stored a job. */
  enqueued: Record<string, true>;
  stats: Record<Stat, number>;
  /** Crashes and expiries that no job caused. Not undone by a rollback. */
  hostFaults: number;
  rolledBack: boolean;
}

export function newGhost(store: Store): Ghost {
  return {
    place: {},
    queue: {},
    token: {},
    crashes: {},
    blamed: {},
    suspect: {},
    accepted: {},
    givenBack: {},
    lease: {},
    moved: {},
    enqueued: {},
    stats: { ...store.stats },
    hostFaults: 0,
    rolledBack: false,
  };
}

export const waiting = (ghost: Ghost, id: string): string =>
  (ghost.crashes[id] ?? 0) >= 2 ? 'suspects' : 'ready';

export function openOf(ghost: Ghost, worker: string): { no: number; id: string }[] {
  return Object.entries(ghost.place)
    .filter(([, place]) => place.startsWith(`open:${worker}#`))
    .map(([id, place]) => ({ id, no: Number(place.split('#')[1]) }))
    .toSorted((a, b) => a.no - b.no || (a.id < b.id ? -1 : 1));
}

/** The books, and the store that they are compared with. */
export interface Audited {
  readonly ghost: Ghost;
  readonly store: Store;
}

/** Books one executed call. */
export function auditCall(audited: Audited, call: Call, answer: Answer): void {
  const { ghost, store } = audited;
  if (call.kind === 'claim') auditClaim(ghost, call, answer);
  else if (call.kind === 'reconcile') auditReconcile(audited, call, answer);
  else if (call.kind === 'enqueue') auditEnqueue(ghost, call, answer);
  else if (isOutcome(call)) auditOutcomes(audited, call, answer);
  else if ('word' in answer && answer.word === 'OK') ghost.lease[call.worker] = 'removed';
  compare(ghost, store);
}

function auditClaim(ghost: Ghost, call: ClaimCall, answer: Answer): void {
  if (!('taken' in answer)) return;
  if (ghost.lease[call.worker] !== 'held')
    throw new Violation(`${call.worker} has no lease and got a claim: nobody will run what it took`);
  const open = `open:${call.worker}#${call.no}`;
  for (const id of answer.taken) {
    const expected = waiting(ghost, id);
    if (ghost.place[id] !== expected)
      throw new Violation(`${call.worker}#${call.no} was given ${id}, which is ${ghost.place[id]}`);
    ghost.place[id] = open;
    ghost.token[id] = call.token;
    for (const worker of Object.keys(ghost.moved)) {
      ghost.moved[worker] = (ghost.moved[worker] ?? []).filter((each) => !each.endsWith(`:${id}`));
    }
    if (expected === 'suspects') ghost.suspect[call.worker] = id;
  }
  const suspects = openOf(ghost, call.worker).filter(({ id }) => waiting(ghost, id) === 'suspects');
  // A rollback that nobody noticed may restore an older suspect beside the present one; the worker does not run it.
  if (suspects.length > 1 && !ghost.rolledBack)
    throw new Violation(`${call.worker} holds two suspects: ${suspects.map(({ id }) => id).join(', ')}`);
}

const PLACES = { succeed: 'succeeded', retry: 'scheduled', fail: 'failed' } as const;
const STATS = { succeed: 'succeeded', retry: 'retried', fail: 'failed', release: 'released' } as const;

function auditOutcomes({ ghost, store }: Audited, call: OutcomeCall, answer: Answer): void {
  if (!('outcomes' in answer)) return;
  const claim = `${call.worker}#${call.no}`;
  const back: string[] = [];
  for (const id of call.ids) {
    const isOwner = ghost.place[id] === `open:${claim}` && ghost.token[id] === call.token;
    const said = `${call.kind} of ${id} by ${claim}`;
    const accepted = ghost.accepted[`${claim}:${id}`] === call.kind;
    const word = answer.outcomes[id];
    if (word === 'OK') {
      if (!isOwner) throw new Violation(`${said} was accepted, but ${id} is ${ghost.place[id]}`);
      ghost.accepted[`${claim}:${id}`] = call.kind;
      ghost.place[id] = call.kind === 'release' ? waiting(ghost, id) : PLACES[call.kind];
      ghost.stats[STATS[call.kind]] += 1;
      if (call.kind === 'release') back.push(id);
    } else if (isOwner) throw new Violation(`${said}, its owner, was answered ${word}`);
    else if (word === 'ALREADY' && !accepted)
      throw new Violation(`${said} was answered ALREADY, but was never accepted`);
    else if (word === 'LOST' && accepted && store.jobs[id])
      throw new Violation(`${said} was accepted, but its repetition was answered LOST`);
  }
  mustBeInFront(ghost, store, back);
}

function auditReconcile({ ghost, store }: Audited, call: ReconcileCall, answer: Answer): void {
  if (!('gone' in answer)) return;
  const back = openOf(ghost, call.worker).filter(
    ({ no, id }) => no <= call.upTo && !call.held.includes(`${no}:${id}`),
  );
  for (const { no, id } of back) {
    ghost.givenBack[`${call.worker}#${no}:${id}`] = true;
    ghost.place[id] = waiting(ghost, id);
  }
  ghost.stats.released += back.length;
  mustBeInFront(
    ghost,
    store,
    back.map(({ id }) => id),
  );
}

function auditEnqueue(ghost: Ghost, call: Call & { kind: 'enqueue' }, answer: Answer): void {
  if (!('word' in answer) || answer.word !== 'OK') return;
  const key = `${call.lane} ${call.no}`;
  if (ghost.enqueued[key]) throw new Violation(`call ${key} stored ${call.id} twice`);
  ghost.enqueued[key] = true;
  ghost.place[call.id] = 'ready';
  ghost.queue[call.id] = call.queue;
  ghost.crashes[call.id] = 0;
  ghost.blamed[call.id] = 0;
  ghost.stats.enqueued += 1;
}

/** Jobs that come back stand at the front of their lists, in the order in which they were claimed. */
function mustBeInFront(ghost: Ghost, store: Store, ids: readonly string[]): void {
  const lists = new Map<string, string[]>();
  for (const id of ids) {
    const name = `${waiting(ghost, id)}:${ghost.queue[id]}`;
    lists.set(name, [...(lists.get(name) ?? []), id]);
  }
  for (const [name, expected] of lists) {
    const front = store.lists[name]?.slice(0, expected.length) ?? [];
    if (front.join() !== expected.join())
      throw new Violation(`${name} begins with ${front.join()}, not with ${expected.join()}`);
  }
}

export interface RescueFacts {
  readonly worker: string;
  readonly poison: readonly string[];
}

export function auditRescue({ ghost, store }: Audited, facts: RescueFacts, rescue: Rescue): void {
  const open = openOf(ghost, facts.worker);
  if (rescue.answer === 'DONE') ghost.lease[facts.worker] = 'removed';
  if (rescue.answer === 'DONE' && rescue.moved.length < open.length)
    throw new Violation(`the rescue of ${facts.worker} ended with open jobs`);
  const back = open.filter(({ id }) => rescue.moved.includes(id));
  if (back.length < rescue.moved.length)
    throw new Violation(`the rescue of ${facts.worker} moved a job that it did not hold`);
  mustBeNewest(ghost, facts.worker, back);
  for (const { id } of back) bookCrash(ghost, facts, id);
  ghost.stats.rescued += back.length;
  compare(ghost, store);
  mustBeInFront(
    ghost,
    store,
    back.filter(({ id }) => ghost.place[id] !== 'failed').map(({ id }) => id),
  );
  if (rescue.answer === 'DONE') delete ghost.moved[facts.worker];
}

/** What this call puts in front of an earlier call's jobs must have been claimed before them. */
function mustBeNewest(ghost: Ghost, worker: string, back: readonly { no: number; id: string }[]): void {
  const keys = back.map(({ no, id }) => `${String(no).padStart(3, '0')}:${id}`);
  const earlier = ghost.moved[worker] ?? [];
  for (const key of keys) {
    const behind = earlier.find((each) => each < key);
    if (behind) throw new Violation(`the rescue put ${key} in front of ${behind}, which was claimed first`);
  }
  ghost.moved[worker] = [...earlier, ...keys];
}

function bookCrash(ghost: Ghost, facts: RescueFacts, id: string): void {
  const isBlamed = ghost.suspect[facts.worker] === id && waiting(ghost, id) === 'suspects';
  const isPoison = isBlamed && (ghost.blamed[id] ?? 0) >= 3;
  ghost.crashes[id] = (ghost.crashes[id] ?? 0) + 1;
  if (isBlamed) ghost.blamed[id] = (ghost.blamed[id] ?? 0) + 1;
  ghost.place[id] = isPoison ? 'failed' : waiting(ghost, id);
  if (!isPoison) return;
  ghost.stats.failed += 1;
  // After a rollback, a worker that left in good order may look as if it had died.
  if (!facts.poison.includes(id) && ghost.hostFaults === 0 && !ghost.rolledBack)
    throw new Violation(`${id} failed as poison, but never ended a process`);
}
