import type { Mutant } from './mutant.ts';
import { mutant } from './mutant.ts';

/** Weaker rules of rescue, producers, hints, retention, suspects and persons (protocol.md §3, §6, §8, §9, §11, §12). */
export const OTHER_MUTANTS: readonly Mutant[] = [
  mutant(
    'rescue removes the lease last',
    { rescueRemovesLease: 'last' },
    {
      budget: { claims: 1, expire: 1 },
    },
  ),
  mutant(
    'a rescue in several calls starts with the oldest',
    { rescueStartsWith: 'oldest' },
    {
      jobs: ['a', 'b'],
      rescueLimit: 1,
      budget: { claims: 1, crash: 1 },
    },
  ),
  mutant(
    'enqueue without lanes',
    { lanes: 'none' },
    {
      jobs: [],
      plan: ['a'],
      budget: { claims: 1, cut: 1, trim: 1 },
    },
  ),
  mutant(
    'a lane takes lower numbers',
    { lanes: 'equal refused' },
    {
      jobs: [],
      plan: ['a', 'b'],
      budget: { claims: 1, cut: 1, late: 1, delete: 1 },
    },
  ),
  mutant(
    'a claim believes the list',
    { popChecks: 'nothing' },
    {
      budget: { claims: 2, cancel: 1, requeue: 1 },
    },
  ),
  mutant(
    'a claim reads the marks of a batch before it writes one',
    { popChecks: 'mark, read for the whole batch' },
    {
      budget: { claims: 1, cancel: 1, requeue: 1 },
    },
  ),
  mutant(
    'a ready entry brings a suspect',
    { popChecks: 'mark but not the crashes' },
    {
      jobs: ['p', 'b'],
      poison: ['p'],
      history: { b: [2, 0] },
      isAtomic: true,
      budget: { claims: 3, cancel: 1, requeue: 1 },
    },
  ),
  mutant(
    'the trim knows no requeued jobs',
    { requeued: 'not kept' },
    {
      isAtomic: true,
      budget: { claims: 1, requeue: 1, trim: 1 },
    },
  ),
  mutant(
    'requeued is a set',
    { requeued: 'set' },
    {
      isAtomic: true,
      budget: { claims: 2, requeue: 2, trim: 2 },
    },
  ),
  mutant(
    'a deleted job leaves its entry in succeeded',
    { deleteCountsEntry: false },
    {
      jobs: [],
      plan: ['a', 'a'],
      isAtomic: true,
      budget: { claims: 1, delete: 1, trim: 1 },
    },
  ),
  mutant(
    'a crash is blamed on everybody',
    { blame: 'everybody' },
    {
      jobs: ['a', 'p'],
      poison: ['p'],
      isAtomic: true,
      budget: { claims: 6 },
    },
  ),
  mutant(
    'a worker takes any number of suspects',
    { suspectsPerWorker: 'any' },
    {
      jobs: ['a', 'b'],
      history: { a: [2, 0], b: [2, 0] },
      most: [1],
      isAtomic: true,
      budget: { claims: 2 },
    },
  ),
  mutant(
    'a suspect is forgotten before its outcome is answered',
    { suspectsPerWorker: 'one, unanswered calls not counted' },
    {
      jobs: ['a', 'b'],
      history: { a: [2, 0], b: [2, 0] },
      most: [1],
      budget: { claims: 2, cut: 1, threadRelease: 1 },
    },
  ),
  mutant(
    'a last chance is shared',
    { lastChance: 'beside others' },
    {
      jobs: ['a', 'p', 'q'],
      history: { a: [2, 0] },
      poison: ['p', 'q'],
      isAtomic: true,
      budget: { claims: 12 },
    },
  ),
  mutant(
    'a cancel leaves the field of the claim',
    { cancelDropsField: false },
    {
      isAtomic: true,
      budget: { claims: 1, cancel: 1 },
    },
  ),
  mutant(
    'unregister does not look for open claims',
    { unregisterChecks: false },
    {
      budget: { claims: 1, cut: 1, unregister: 1 },
    },
  ),
];
