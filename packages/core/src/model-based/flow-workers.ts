import type { ClaimReply, JobOutcome } from '../store/job-store.ts';
import { DEFAULT_RETENTION } from '../store/job-store.ts';
import type { Step } from './commands.ts';
import type { FlowSession, FlowSlot, Held, SentCall } from './flow-session.ts';
import { heldBy } from './flow-session.ts';
import { claimNumber, pick } from './picks.ts';
import { QUEUES } from './producer-model.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

/** The queues in the other order. */
const BACKWARDS = QUEUES.map((_, i) => QUEUES[QUEUES.length - 1 - i] ?? 'mail');

/** More than any run has. */
export const KEEP = 1000;

async function claim(session: FlowSession, picks: readonly number[]): Promise<void> {
  const [which = 0, most = 0, order = 0, fate = 0] = picks;
  const slot = session.slot(which);
  const call = {
    worker: slot.worker,
    claim: session.nextClaim(slot),
    most: 1 + (most % 6),
    leaseMs: LEASE_MS,
    wasIdle: false,
    suspects: slot.running.length === 0 ? 'alone' : 'one',
    queues: order % 2 === 0 ? QUEUES : BACKWARDS,
  } as const;
  const isLate = fate % 12 === 0;
  // Late, or its answer is lost: the worker runs nothing of it.
  const heard = !isLate && fate % 12 !== 1;
  const note = (reply: ClaimReply): void => session.claimed(call, reply, heard ? slot : undefined);
  await session.call({ name: 'claim', execute: ({ jobs }) => jobs.claim(call), note }, isLate);
}

const CODE = { succeed: 'S', retry: 'R', defer: 'D', fail: 'F', drop: 'C', release: 'L' } as const;
type OutcomeName = keyof typeof CODE;

/** What a worker says of some of the jobs that run in it; the handlers have ended. */
async function end(session: FlowSession, name: OutcomeName, picks: readonly number[]): Promise<void> {
  const [which = 0, start = 0, size = 0, delay = 0, late = 0] = picks;
  const busy = session.slots.filter(({ running }) => running.length > 0);
  const slot = pick(busy, which);
  if (slot === undefined) return;
  const chosen = slot.running.filter((_, i) => (i + start) % slot.running.length <= size % 4);
  slot.running = slot.running.filter((job) => !chosen.includes(job));
  const isLate = late % 10 === 0;
  const call = outcome(session, { name, slot, jobs: chosen, delayMs: pick([0, 50, 5_000], delay) ?? 0 });
  if (isLate) slot.unanswered.push({ call, jobs: chosen });
  await session.call(call, isLate);
}

interface Ending {
  readonly name: OutcomeName;
  readonly slot: FlowSlot;
  readonly jobs: readonly Held[];
  readonly delayMs: number;
}

/** A call that ends jobs of a slot's worker in one way. */
export function outcome(session: FlowSession, { name, slot: { worker }, jobs, delayMs }: Ending): SentCall {
  const line = (no: string): string => `\n${CODE[name]} ${worker} ${no} 1 0 ${session.now} {}`;
  const outcomes: JobOutcome[] = jobs.map(({ claim: no, id }) => ({
    claim: no,
    id,
    delayMs,
    line: line(no),
  }));
  if (name === 'succeed') {
    const claims = [...new Set(jobs.map((job) => job.claim))].map((no) => {
      const own = jobs.filter((job) => job.claim === no);
      const ties = own.some(({ isTied }) => isTied) ? ('more' as const) : ('none' as const);
      const ids = own.map(({ id }) => id);
      return { claim: no, ties, ids, lines: ids.map(() => line(no)) };
    });
    return { name, execute: ({ jobs: store }) => store.succeed(worker, KEEP, claims) };
  }
  if (name === 'fail' || name === 'drop')
    return { name, execute: ({ jobs: store }) => store[name](worker, KEEP, outcomes) };
  return { name, execute: ({ jobs: store }) => store[name](worker, outcomes) };
}

/** What a reply lost brings back; handlers whose jobs are not open any more are told. */
export async function reconcile(session: FlowSession, slot: FlowSlot): Promise<void> {
  const settled = claimNumber(slot.lastClaim);
  const all = heldBy(slot);
  const held = [...new Set(all.map((job) => job.claim))].map((no) => ({
    claim: no,
    ids: all.filter((job) => job.claim === no).map(({ id }) => id),
  }));
  const { worker } = slot;
  await session.call({ name: 'reconcile', execute: ({ jobs }) => jobs.reconcile(worker, settled, held) });
  session.hear(worker);
}

/** A worker dies; the other lives on, sweeps, and rescues it. Another process takes its place. */
async function crash(session: FlowSession, [which = 0]: readonly number[]): Promise<void> {
  const dead = session.slot(which);
  const other = session.slot(which + 1);
  const beat = { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: '' };
  for (let passed = 0; passed <= LEASE_MS + SWEEP_MS; passed += SWEEP_MS) {
    await session.stores.workers.renew(other.worker, beat);
    session.now += SWEEP_MS;
  }
  const { worker } = dead;
  await session.call({
    name: 'rescue',
    execute: ({ jobs }) => jobs.rescue(worker, { ...DEFAULT_RETENTION, failedCount: KEEP }),
  });
  await session.restartSlot(which);
}

/** What a worker does when a timer is due. */
export async function lookAfter(session: FlowSession, slot: FlowSlot): Promise<void> {
  const { worker } = slot;
  await session.call({ name: 'reopen', execute: ({ jobs }) => jobs.reopen(worker) });
}

const expire = (session: FlowSession): Promise<unknown> =>
  session.call({ name: 'expire', execute: ({ jobs }) => jobs.expire(KEEP) });

export const FLOW_WORKERS: readonly Step<FlowSession>[] = [
  { name: 'claim', weight: 10, act: claim },
  { name: 'succeed', weight: 5, act: (session, picks) => end(session, 'succeed', picks) },
  { name: 'retry', weight: 2, act: (session, picks) => end(session, 'retry', picks) },
  { name: 'defer', weight: 1, act: (session, picks) => end(session, 'defer', picks) },
  { name: 'fail', weight: 2, act: (session, picks) => end(session, 'fail', picks) },
  { name: 'drop', weight: 2, act: (session, picks) => end(session, 'drop', picks) },
  { name: 'release', weight: 2, act: (session, picks) => end(session, 'release', picks) },
  { name: 'reconcile', weight: 2, act: (session, [which = 0]) => reconcile(session, session.slot(which)) },
  { name: 'crash', weight: 2, act: crash },
  { name: 'reopen', weight: 4, act: (session, [which = 0]) => lookAfter(session, session.slot(which)) },
  { name: 'expire', weight: 2, act: expire },
];
