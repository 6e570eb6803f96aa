import type { Mutant } from './mutant.ts';
import { mutant } from './mutant.ts';

/** Weaker rules of claims, outcomes, identities and reconcile (protocol.md §4, §5). */

const lateCalls = { claims: 2, cut: 1, late: 1 };

export const WORKER_MUTANTS: readonly Mutant[] = [
  mutant(
    'a claim is sent again and executed again',
    { claimResent: true, staleClaim: 'executed' },
    {
      jobs: ['a', 'b'],
      most: [1],
      budget: { claims: 2, cut: 1 },
    },
  ),
  mutant('an old claim number is executed', { staleClaim: 'executed' }, { budget: lateCalls }),
  mutant(
    'a claim makes a lease',
    { leaseMadeByClaim: true },
    {
      budget: { ...lateCalls, crash: 1 },
    },
  ),
  mutant(
    'a renewal revives a removed lease',
    { renewRevives: true },
    {
      budget: { ...lateCalls, claims: 3, expire: 1 },
    },
  ),
  mutant('outcomes are fenced by the lease', { fence: 'lease' }, { budget: { claims: 1, cut: 1, late: 1 } }),
  mutant('outcomes are fenced by the mark', { fence: 'mark' }, { budget: { claims: 1, cut: 1, late: 1 } }),
  mutant(
    'outcomes may use any claim of the worker',
    { fence: 'any claim of the worker' },
    {
      budget: { claims: 2, cut: 1, late: 1, release: 1 },
    },
  ),
  mutant(
    'an outcome writes what remains',
    { openSet: 'write what remains' },
    {
      jobs: ['a', 'b'],
      budget: { claims: 1, cut: 1, late: 1 },
    },
  ),
  mutant(
    'ALREADY is read from the last tail line',
    { already: 'last tail line' },
    {
      budget: { claims: 2, cut: 1, retry: 1, requeue: 1 },
    },
  ),
  mutant('no reconcile after a reconnect', { reconcile: 'never' }, { budget: { claims: 1, cut: 1 } }),
  mutant(
    'claims do not wait for the reconcile',
    { reconcile: 'claims do not wait' },
    {
      jobs: ['a', 'b'],
      most: [1],
      claimsInFlight: 2,
      budget: { claims: 2, cut: 1 },
    },
  ),
  mutant(
    'no reconcile by a timer',
    { reconcileTimer: false },
    {
      isSilent: true,
      budget: { claims: 1, snapshot: 1, rollback: 1 },
    },
  ),
  mutant(
    'the timer settles claims that are in flight',
    { timerUpTo: 'highest sent' },
    {
      budget: { claims: 1, timer: 1 },
    },
  ),
  mutant(
    'held leaves out what is not answered',
    { heldIncludesUnanswered: false },
    {
      budget: { claims: 1, cut: 1 },
    },
  ),
  mutant('reconcile does not raise n', { reconcileRaises: false }, { budget: lateCalls }),
  mutant(
    'reconcile needs no lease',
    { reconcileNeedsLease: false },
    {
      budget: { claims: 1, cut: 1, expire: 1 },
    },
  ),
  mutant(
    'the identity is kept after LEASE_LOST',
    { identity: 'kept' },
    {
      budget: { ...lateCalls, claims: 3, expire: 1 },
    },
  ),
  mutant(
    'the identity is kept and numbers restart',
    { identity: 'kept, numbers restart' },
    {
      budget: { ...lateCalls, claims: 2, expire: 1 },
    },
  ),
];
