import type { Answer, EnqueueCall } from './calls.ts';
import type { Rules } from './rules.ts';
import type { Store } from './store.ts';
import {
  countStale,
  forgetSuccess,
  hasSucceeded,
  isSuspect,
  listOf,
  openClaims,
  removeMember,
  removeOpen,
  toBack,
  toFront,
  without,
} from './store.ts';

/** The calls of producers, of persons, and what workers do for the shard (protocol.md §6, §8, §9, §11, §12). */

export function enqueue(store: Store, rules: Rules, call: EnqueueCall): Answer {
  const last = store.lanes[call.lane] ?? 0;
  if (rules.lanes !== 'none' && call.no === last) return { word: 'ALREADY' };
  if (rules.lanes === 'equal and lower refused' && call.no < last) return { word: 'STALE' };
  store.lanes[call.lane] = call.no;
  if (store.jobs[call.id]) return { word: 'EXISTS' };
  store.jobs[call.id] = { state: 'E', queue: call.queue, crashes: 0, blamed: 0, claim: '-', tail: [] };
  toBack(store, call.id);
  store.stats.enqueued += 1;
  return { word: 'OK' };
}

/** Due jobs go to the end of their queues. Which are due is the explorer's choice: time is not modelled. */
export function promote(store: Store, id: string): void {
  if (without(store.scheduled, id)) toBack(store, id);
}

export interface RescueCall {
  readonly worker: string;
  /** Jobs in this call. */
  readonly limit: number;
}

export interface Rescue {
  readonly answer: 'NONE' | 'ALIVE' | 'MORE' | 'DONE';
  readonly moved: readonly string[];
}

/** Moves at most `limit` jobs of a dead worker; the worker stays in `rescuing` until its last call. */
export function rescue(store: Store, rules: Rules, { worker, limit }: RescueCall): Rescue {
  const isStarted = store.rescuing.includes(worker);
  if (!isStarted && !store.leases[worker]) return { answer: 'NONE', moved: [] };
  if (!isStarted && store.leases[worker] === 'live') return { answer: 'ALIVE', moved: [] };
  if (rules.rescueRemovesLease === 'first') delete store.leases[worker];
  else if (isStarted) return finishRescue(store, worker, []);
  const open = openClaims(store, worker).flatMap(({ no, ids }) => ids.map((id) => ({ no, id })));
  const batch = rules.rescueStartsWith === 'newest' ? open.slice(-limit) : open.slice(0, limit);
  toFront(
    store,
    batch.filter(({ no, id }) => recover(store, rules, { worker, no, id })).map(({ id }) => id),
  );
  const moved = batch.map(({ id }) => id);
  store.stats.rescued += moved.length;
  if (moved.length === open.length && rules.rescueRemovesLease === 'first')
    return finishRescue(store, worker, moved);
  if (!isStarted) store.rescuing.push(worker);
  return { answer: 'MORE', moved };
}

function finishRescue(store: Store, worker: string, moved: readonly string[]): Rescue {
  for (const no of Object.keys(store.processing[worker]?.claims ?? {})) delete store.open[`${worker}#${no}`];
  delete store.leases[worker];
  delete store.processing[worker];
  without(store.rescuing, worker);
  return { answer: 'DONE', moved };
}

/** Counts the crash. False when the job is poison and failed. */
function recover(
  store: Store,
  rules: Rules,
  { worker, no, id }: { readonly worker: string; readonly no: number; readonly id: string },
): boolean {
  const job = store.jobs[id];
  const isSuspectOfWorker = store.processing[worker]?.suspect === `${no} ${id}`;
  removeOpen(store, `${worker}#${no}`, id);
  if (!job) return false;
  const isBlamed = rules.blame === 'everybody' || (isSuspectOfWorker && isSuspect(job));
  const isPoison = isBlamed && job.blamed >= 3;
  job.crashes = Math.min(job.crashes + 1, 9);
  if (isBlamed) job.blamed = Math.min(job.blamed + 1, 9);
  job.tail.push(`W ${worker}#${no}`);
  if (!isPoison) return true;
  job.state = 'F';
  job.claim = '-';
  store.failed.push(id);
  store.stats.failed += 1;
  return false;
}

export function cancel(store: Store, rules: Rules, id: string): 'OK' | 'ENDED' {
  const job = store.jobs[id];
  if (!job || !'SEP'.includes(job.state) || hasSucceeded(job)) return 'ENDED';
  detach(store, rules, id);
  job.state = 'C';
  job.claim = '-';
  job.tail.push('C -');
  store.cancelled.push(id);
  store.stats.cancelled += 1;
  return 'OK';
}

/** A person's requeue starts afresh: the crashes are forgiven. */
export function requeue(store: Store, rules: Rules, id: string): 'OK' | 'NOT_ENDED' {
  const job = store.jobs[id];
  if (!job || (!'FC'.includes(job.state) && !hasSucceeded(job))) return 'NOT_ENDED';
  if (hasSucceeded(job)) forgetSuccess(store, id, rules);
  else detach(store, rules, id);
  job.crashes = 0;
  job.blamed = 0;
  job.tail.push('Q -');
  toBack(store, id);
  store.stats.requeued += 1;
  return 'OK';
}

export function deleteJob(store: Store, rules: Rules, id: string): 'OK' | 'GONE' {
  const job = store.jobs[id];
  if (!job) return 'GONE';
  // The entry in `succeeded` stays: when the trim meets it, the id may belong to a new job.
  if (!hasSucceeded(job)) detach(store, rules, id);
  else if (rules.deleteCountsEntry) forgetSuccess(store, id, rules);
  delete store.jobs[id];
  return 'OK';
}

/** Takes a job out of the structure that its mark names. A ready list is never searched. */
function detach(store: Store, rules: Rules, id: string): void {
  const job = store.jobs[id];
  if (!job) return;
  if (job.state === 'S') without(store.scheduled, id);
  else if (job.state === 'F') without(store.failed, id);
  else if (job.state === 'C') without(store.cancelled, id);
  else if (job.state === 'E') countStale(store, listOf(job), 1);
  else if (rules.cancelDropsField) removeOpen(store, job.claim, id);
  else removeMember(store, job.claim, id);
}

/** Retention: drops the oldest entry of `succeeded`, and the record with it unless the entry no longer counts. */
export function trim(store: Store): string | undefined {
  const id = store.succeeded.shift();
  if (id === undefined) return undefined;
  const old = store.requeued[id];
  if (old === undefined) {
    delete store.jobs[id];
    return id;
  }
  if (old > 1) store.requeued[id] = old - 1;
  else delete store.requeued[id];
  return undefined;
}
