import type { ClaimReply } from '../store/job-store.ts';
import { openGates } from './flow-commands.ts';
import type { FlowSession, FlowSlot } from './flow-session.ts';
import { RATE_MS } from './flow-ties.ts';
import { lookAfter, outcome, reconcile } from './flow-workers.ts';
import { QUEUES } from './producer-model.ts';
import { LEASE_MS } from './world.ts';

const MOST_ROUNDS = 150;

/** Lets everything go on until nothing moves; then each job has ended, and nothing is held. Throws what is left. */
export async function settle(session: FlowSession): Promise<void> {
  await openGates(session);
  await endAll(session);
  // What the last round left is looked after once more, and the timers of what is gone by then.
  for (const _ of [1, 2]) await goOn(session);
  const left = [...(await session.snapshot()).keys()].filter(isHolding);
  if (left.length > 0) throw new Error(`when all jobs had ended, there was left: ${left.join(', ')}`);
}

async function endAll(session: FlowSession): Promise<void> {
  for (let round = 0; (await session.open()).length > 0; round++) {
    if (round === MOST_ROUNDS) throw new Error(`these jobs do not end: ${(await session.open()).join(', ')}`);
    await goOn(session);
    await session.check();
  }
}

function isHolding(name: string): boolean {
  return /^(holders:|blocked:|parked:|lock:(?!w:)|deadlines$|timers$|ready:|suspects:|scheduled$)/.test(name);
}

async function goOn(session: FlowSession): Promise<void> {
  session.now += RATE_MS;
  for (const slot of session.slots) {
    for (const { call } of slot.unanswered) await session.call(call);
    await reconcile(session, slot);
    await succeed(session, slot);
    await lookAfter(session, slot);
    await session.stores.jobs.expire(1000);
    await claimAll(session, slot);
    await succeed(session, slot);
  }
}

async function claimAll(session: FlowSession, slot: FlowSlot): Promise<void> {
  const { worker } = slot;
  const claim = session.nextClaim(slot);
  const call = {
    worker,
    claim,
    most: 50,
    leaseMs: LEASE_MS,
    wasIdle: false,
    suspects: 'alone',
    queues: QUEUES,
  } as const;
  const note = (reply: ClaimReply): void => session.claimed(call, reply, slot);
  await session.call({ name: 'claim', execute: ({ jobs }) => jobs.claim(call), note });
}

async function succeed(session: FlowSession, slot: FlowSlot): Promise<void> {
  const jobs = slot.running;
  slot.running = [];
  if (jobs.length > 0) await session.call(outcome(session, { name: 'succeed', slot, jobs, delayMs: 0 }));
}
