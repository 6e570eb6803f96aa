/**
 * The rules of docs/protocol.md that the model can weaken, one at a time. `PROTOCOL` is the protocol; every other value of
 * a field is a mutant (mutants.ts) that some schedule must break.
 */
export interface Rules {
  /** Is an unanswered claim sent again after a reconnect? */
  readonly claimResent: boolean;
  /** Is a claim whose number was already executed (or reconciled away) refused? */
  readonly staleClaim: 'refused' | 'executed';
  /** Does a claim for an identity without a lease make one? */
  readonly leaseMadeByClaim: boolean;
  /** Does a renewal bring a removed lease back? */
  readonly renewRevives: boolean;
  /** What lets an outcome through. */
  readonly fence: 'open set' | 'lease' | 'mark' | 'any claim of the worker';
  /** How an accepted outcome changes the open set. */
  readonly openSet: 'remove the id' | 'write what remains';
  /** Where `ALREADY` is looked up. */
  readonly already: 'any tail line' | 'last tail line';
  /** Must the worker reconcile after a reconnect, and before its next claim? */
  readonly reconcile: 'before any claim' | 'claims do not wait' | 'never';
  readonly reconcileTimer: boolean;
  /** m of the timer's reconcile. */
  readonly timerUpTo: 'below every claim in flight' | 'highest sent';
  readonly heldIncludesUnanswered: boolean;
  readonly reconcileRaises: boolean;
  readonly reconcileNeedsLease: boolean;
  /** What a worker does after LEASE_LOST. */
  readonly identity: 'new' | 'kept' | 'kept, numbers restart';
  /** Rescue: is the lease removed before or after the jobs are moved? */
  readonly rescueRemovesLease: 'first' | 'last';
  /** Rescue in several calls: which jobs go first, so that the oldest end up in front. */
  readonly rescueStartsWith: 'newest' | 'oldest';
  readonly lanes: 'equal and lower refused' | 'equal refused' | 'none';
  /** Does a claim believe the list, or the mark? */
  readonly popChecks: 'mark' | 'mark, read for the whole batch' | 'mark but not the crashes' | 'nothing';
  /** How the trim learns that an entry of `succeeded` no longer counts. */
  readonly requeued: 'counted' | 'set' | 'not kept';
  readonly deleteCountsEntry: boolean;
  readonly blame: 'the suspect' | 'everybody';
  readonly suspectsPerWorker: 'one' | 'one, unanswered calls not counted' | 'any';
  /** May jobs run beside a suspect whose next blamed crash ends it? */
  readonly lastChance: 'alone' | 'beside others';
  readonly cancelDropsField: boolean;
  readonly unregisterChecks: boolean;
}

export const PROTOCOL: Rules = {
  claimResent: false,
  staleClaim: 'refused',
  leaseMadeByClaim: false,
  renewRevives: false,
  fence: 'open set',
  openSet: 'remove the id',
  already: 'any tail line',
  reconcile: 'before any claim',
  reconcileTimer: true,
  timerUpTo: 'below every claim in flight',
  heldIncludesUnanswered: true,
  reconcileRaises: true,
  reconcileNeedsLease: true,
  identity: 'new',
  rescueRemovesLease: 'first',
  rescueStartsWith: 'newest',
  lanes: 'equal and lower refused',
  popChecks: 'mark',
  requeued: 'counted',
  deleteCountsEntry: true,
  blame: 'the suspect',
  suspectsPerWorker: 'one',
  lastChance: 'alone',
  cancelDropsField: true,
  unregisterChecks: true,
};
