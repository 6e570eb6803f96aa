import type { Configuration } from './configuration.ts';
import { configure } from './configuration.ts';
import type { Rules } from './rules.ts';

/** One rule weakened, and a small world in which that shows. */
export interface Mutant {
  readonly name: string;
  readonly change: Partial<Rules>;
  readonly configuration: Configuration;
}

const mutant = (name: string, change: Partial<Rules>, draft: Parameters<typeof configure>[0]): Mutant => ({
  name,
  change,
  configuration: configure({ jobs: ['a'], ...draft, name }),
});

const lateCalls = { claims: 2, cut: 1, late: 1 };

export const MUTANTS: readonly Mutant[] = [
  mutant('a claim is sent again and executed again', { claimResent: true, staleClaim: 'executed' }, {
    jobs: ['a', 'b'],
    most: [1],
    budget: { claims: 2, cut: 1 },
  }),
  mutant('an old claim number is executed', { staleClaim: 'executed' }, { budget: lateCalls }),
  mutant('a claim makes a lease', { leaseMadeByClaim: true }, {
    budget: { ...lateCalls, crash: 1 },
  }),
  mutant('a renewal revives a removed lease', { renewRevives: true }, {
    budget: { ...lateCalls, claims: 3, expire: 1 },
  }),
  mutant('outcomes are fenced by the lease', { fence: 'lease' }, { budget: { claims: 1, cut: 1, late: 1 } }),
  mutant('outcomes are fenced by the mark', { fence: 'mark' }, { budget: { claims: 1, cut: 1, late: 1 } }),
  mutant('outcomes may use any claim of the worker', { fence: 'any claim of the worker' }, {
    budget: { claims: 2, cut: 1, late: 1, release: 1 },
  }),
  mutant('an outcome writes what remains', { openSet: 'write what remains' }, {
    jobs: ['a', 'b'],
    budget: { claims: 1, cut: 1, late: 1 },
  }),
  mutant('ALREADY is read from the last tail line', { already: 'last tail line' }, {
    budget: { claims: 2, cut: 1, retry: 1, requeue: 1 },
  }),
  mutant('no reconcile after a reconnect', { reconcile: 'never' }, { budget: { claims: 1, cut: 1 } }),
  mutant('claims do not wait for the reconcile', { reconcile: 'claims do not wait' }, {
    jobs: ['a', 'b'],
    most: [1],
    claimsInFlight: 2,
    budget: { claims: 2, cut: 1 },
  }),
  mutant('no reconcile by a timer', { reconcileTimer: false }, {
    isSilent: true,
    budget: { claims: 1, snapshot: 1, rollback: 1 },
  }),
  mutant('the timer settles claims that are in flight', { timerUpTo: 'highest sent' }, {
    budget: { claims: 1, timer: 1 },
  }),
  mutant('held leaves out what is not answered', { heldIncludesUnanswered: false }, {
    budget: { claims: 1, cut: 1 },
  }),
  mutant('reconcile does not raise n', { reconcileRaises: false }, { budget: lateCalls }),
  mutant('reconcile needs no lease', { reconcileNeedsLease: false }, {
    budget: { claims: 1, cut: 1, expire: 1 },
  }),
  mutant('the identity is kept after LEASE_LOST', { identity: 'kept' }, {
    budget: { ...lateCalls, claims: 3, expire: 1 },
  }),
  mutant('the identity is kept and numbers restart', { identity: 'kept, numbers restart' }, {
    budget: { ...lateCalls, claims: 2, expire: 1 },
  }),
  mutant('rescue removes the lease last', { rescueRemovesLease: 'last' }, {
    jobs: ['a', 'b'],
    most: [1],
    budget: { claims: 2, expire: 1 },
  }),
  mutant('a rescue in several calls starts with the oldest', { rescueStartsWith: 'oldest' }, {
    jobs: ['a', 'b'],
    rescueLimit: 1,
    budget: { claims: 1, crash: 1 },
  }),
  mutant('enqueue without lanes', { lanes: 'none' }, {
    jobs: [],
    plan: ['a'],
    budget: { claims: 1, cut: 1, trim: 1 },
  }),
  mutant('a lane takes lower numbers', { lanes: 'equal refused' }, {
    jobs: [],
    plan: ['a', 'b'],
    budget: { claims: 1, cut: 1, late: 1, delete: 1 },
  }),
  mutant('a claim believes the list', { popChecks: 'nothing' }, {
    budget: { claims: 2, cancel: 1, requeue: 1 },
  }),
  mutant('a claim reads the marks of a batch before it writes one', { popChecks: 'mark, read for the whole batch' }, {
    budget: { claims: 1, cancel: 1, requeue: 1 },
  }),
  mutant('a ready entry brings a suspect', { popChecks: 'mark but not the crashes' }, {
    jobs: ['a', 'b'],
    history: { a: [1, 0], b: [2, 0] },
    workers: 2,
    most: [1],
    isAtomic: true,
    budget: { claims: 3, cancel: 1, requeue: 1, crash: 2 },
  }),
  mutant('the trim knows no requeued jobs', { requeued: 'not kept' }, {
    isAtomic: true,
    budget: { claims: 1, requeue: 1, trim: 1 },
  }),
  mutant('requeued is a set', { requeued: 'set' }, {
    isAtomic: true,
    budget: { claims: 2, requeue: 2, trim: 2 },
  }),
  mutant('a deleted job leaves its entry in succeeded', { deleteCountsEntry: false }, {
    jobs: [],
    plan: ['a', 'a'],
    isAtomic: true,
    budget: { claims: 1, delete: 1, trim: 1 },
  }),
  mutant('a crash is blamed on everybody', { blame: 'everybody' }, {
    jobs: ['a', 'p'],
    poison: ['p'],
    isAtomic: true,
    budget: { claims: 6 },
  }),
  mutant('a worker takes any number of suspects', { suspectsPerWorker: 'any' }, {
    jobs: ['a', 'b'],
    history: { a: [2, 0], b: [2, 0] },
    most: [1],
    isAtomic: true,
    budget: { claims: 2 },
  }),
  mutant('a suspect is forgotten before its outcome is answered', { suspectsPerWorker: 'one, unanswered calls not counted' }, {
    jobs: ['a', 'b'],
    history: { a: [2, 0], b: [2, 0] },
    most: [1],
    budget: { claims: 2, cut: 1, threadRelease: 1 },
  }),
  mutant('a last chance is shared', { lastChance: 'beside others' }, {
    jobs: ['a', 'p', 'q'],
    history: { a: [2, 0] },
    poison: ['p', 'q'],
    isAtomic: true,
    budget: { claims: 12 },
  }),
  mutant('a cancel leaves the field of the claim', { cancelDropsField: false }, {
    isAtomic: true,
    budget: { claims: 1, cancel: 1 },
  }),
  mutant('unregister does not look for open claims', { unregisterChecks: false }, {
    budget: { claims: 1, cut: 1, unregister: 1 },
  }),
];
