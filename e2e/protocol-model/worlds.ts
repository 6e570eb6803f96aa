import type { Configuration } from './configuration.ts';
import { configure } from './configuration.ts';

/**
 * The worlds in which the protocol is explored whole: every schedule of every choice and fault that their budgets allow. Small
 * on purpose: each has what one family of rules is about.
 */
export const WORLDS: readonly Configuration[] = [
  configure({
    name: 'one worker, lost and late calls',
    budget: { claims: 2, cut: 1, late: 1, retry: 1 },
  }),
  configure({
    name: 'two workers, an expired lease',
    workers: 2,
    jobs: ['a'],
    budget: { claims: 2, cut: 1, late: 1, expire: 1 },
  }),
  configure({
    name: 'the heartbeat thread releases beside outcomes and reconcile',
    budget: { claims: 1, cut: 1, late: 1, threadRelease: 1, timer: 1 },
  }),
  configure({
    name: 'the heartbeat thread releases what is claimed again',
    jobs: ['a'],
    budget: { claims: 2, cut: 1, late: 1, threadRelease: 1, timer: 1 },
  }),
  configure({
    name: 'a rescue in several calls, a zombie reports late',
    rescueLimit: 1,
    budget: { claims: 1, expire: 1, cut: 1, late: 1 },
  }),
  configure({
    name: 'a rescue in several calls, another worker, a cancel',
    workers: 2,
    rescueLimit: 1,
    budget: { claims: 2, expire: 1, cancel: 1 },
  }),
  configure({
    name: 'Redis goes back in time, twice',
    jobs: ['a'],
    budget: { claims: 1, cut: 1, late: 1, snapshot: 1, rollback: 2 },
  }),
  configure({
    name: 'Redis goes back in time, two workers',
    workers: 2,
    jobs: ['a'],
    budget: { claims: 2, snapshot: 1, rollback: 1 },
  }),
  configure({
    name: 'Redis goes back in time and nobody notices',
    jobs: ['a'],
    isSilent: true,
    budget: { claims: 2, cut: 1, late: 1, snapshot: 1, rollback: 1 },
  }),
  configure({
    name: 'Redis goes back in time, twice, and nobody notices',
    jobs: ['a'],
    isSilent: true,
    budget: { claims: 2, cut: 1, timer: 1, snapshot: 1, rollback: 2 },
  }),
  configure({
    name: 'persons and retention beside lost calls',
    jobs: ['a'],
    budget: { claims: 2, cut: 1, late: 1, cancel: 1, requeue: 2, delete: 1, trim: 2 },
  }),
  configure({
    name: 'persons and retention, many rounds',
    jobs: ['a'],
    plan: ['a', 'a'],
    isAtomic: true,
    budget: { claims: 4, cancel: 1, requeue: 2, delete: 1, trim: 3 },
  }),
  configure({
    name: 'a worker leaves while a claim is late',
    jobs: ['a'],
    budget: { claims: 2, cut: 1, late: 1, unregister: 1, release: 1 },
  }),
  configure({
    name: 'a producer with two lanes, and late calls',
    jobs: [],
    plan: ['a', 'b', 'c'],
    lanes: 2,
    budget: { claims: 0, cut: 2, late: 2, giveUp: 1, delete: 1 },
  }),
  configure({
    name: 'a producer while Redis goes back in time',
    jobs: [],
    plan: ['a', 'b'],
    budget: { claims: 0, cut: 1, late: 1, giveUp: 1, snapshot: 1, rollback: 1 },
  }),
  configure({
    name: 'one poison job among innocents',
    jobs: ['a', 'b', 'p'],
    poison: ['p'],
    most: [1, 3],
    isAtomic: true,
    rescueLimit: 2,
    budget: { claims: 9 },
  }),
  configure({
    name: 'three poison jobs and an innocent suspect',
    jobs: ['a', 'p', 'q', 'r'],
    poison: ['p', 'q', 'r'],
    history: { a: [2, 0] },
    isAtomic: true,
    budget: { claims: 12 },
  }),
  configure({
    name: 'suspects, a last chance, lost calls, the heartbeat thread',
    jobs: ['a', 'b', 'c'],
    history: { a: [2, 0], b: [2, 3] },
    budget: { claims: 2, cut: 1, late: 1, threadRelease: 1 },
  }),
  configure({
    name: 'stale entries and suspects',
    jobs: ['p', 'b'],
    poison: ['p'],
    history: { b: [2, 0] },
    most: [1, 2],
    isAtomic: true,
    budget: { claims: 4, cancel: 1, requeue: 1 },
  }),
  configure({
    name: 'two queues, and the order in which jobs come back',
    jobs: ['a', 'b', 'c', 'd'],
    inB: ['b', 'd'],
    isAtomic: true,
    most: [1, 3],
    rescueLimit: 2,
    budget: { claims: 2, release: 2, crash: 1 },
  }),
];
