import { PAGE } from './calls.ts';
import type { Step } from './commands.ts';
import { claimNumber, pick } from './picks.ts';
import { produce } from './producer-commands.ts';
import { QUEUES } from './producer-model.ts';
import type { Session } from './session.ts';
import { tailLine } from './worker-commands.ts';
import type { ClaimAnswer } from './worker-model.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

const LEAPS_MS = [1, 1, 50, 400, 1_000, 3_000, 3_000, 6_000, 16_000, 40_000];

/** Time goes on; rarely Redis comes back with a clock that is behind. */
async function advance(session: Session, [leap = 0, back = 0]: readonly number[]): Promise<void> {
  session.world.now += back % 20 === 0 ? -7_000 : (pick(LEAPS_MS, leap) ?? 1);
}

/** A worker dies: the others live on and sweep, until one of them rescues it. Another process takes its place. */
async function crash(session: Session, [which = 0, most = 0, rest = 0]: readonly number[]): Promise<void> {
  const dead = session.slot(which);
  const others = session.slots.filter((slot) => slot !== dead);
  for (let passed = 0; passed <= LEASE_MS; passed += SWEEP_MS) {
    for (const { worker } of others) await session.call({ verb: 'renew', worker, load: '' });
    session.world.now += SWEEP_MS;
  }
  for (const { worker } of others) await session.call({ verb: 'renew', worker, load: '' });
  const page = most % 3 === 0 ? 1 + (rest % 3) : PAGE;
  await session.call({ verb: 'rescue', worker: dead.worker, most: page, keep: 3 });
  await session.restartSlot(which);
}

/** Nobody swept for long: the first who comes back finds the others expired, and must leave them alone. */
async function gap(session: Session, [which = 0, other = 0, load = 0]: readonly number[]): Promise<void> {
  session.world.now += 2 * LEASE_MS;
  const { worker } = session.slot(which);
  await session.call({ verb: 'renew', worker, load: load % 2 === 0 ? '{}' : '' });
  await session.call({ verb: 'rescue', worker: session.slot(other).worker, most: PAGE, keep: 3 });
}

/** Workers die again and again, each with what it took alone. */
async function crashLoop(
  session: Session,
  [which = 0, times = 0, queue = 0]: readonly number[],
): Promise<void> {
  for (let i = 0; i < 2 + (times % 6); i++) {
    const slot = session.slot(which);
    slot.lastClaim++;
    const queues = [pick(QUEUES, queue) ?? 'mail'];
    const call = {
      worker: slot.worker,
      claim: claimNumber(slot.lastClaim),
      most: 1,
      leaseMs: LEASE_MS,
      wasIdle: false,
      suspects: times % 4 === 0 ? 'one' : 'alone',
      queues,
    } as const;
    await session.call({ verb: 'claim', call });
    await crash(session, [which]);
  }
}

/** A good day: jobs come, are taken and succeed, so that there is something to keep. */
async function work(
  session: Session,
  [which = 0, size = 0, queue = 0, keep = 0]: readonly number[],
): Promise<void> {
  const slot = session.slot(which);
  for (let i = 0; i < 1 + (size % 3); i++) await produce(session, 'enqueue', [queue, 1, 3, queue, 2, 1, 1]);
  slot.lastClaim++;
  const call = {
    worker: slot.worker,
    claim: claimNumber(slot.lastClaim),
    most: 12,
    leaseMs: LEASE_MS,
    wasIdle: false,
    suspects: 'none',
    queues: QUEUES,
  } as const;
  const answer = (await session.call({ verb: 'claim', call })) as ClaimAnswer;
  if (answer.status !== 'OK') return;
  session.world.now += pick([0, 1_000, 4_000], size) ?? 0;
  const lines = answer.ids.map(() => tailLine(session, 'S', { worker: slot.worker, claim: call.claim }));
  const claims = [{ claim: call.claim, ids: [...answer.ids], lines }];
  if (answer.ids.length > 0)
    await session.call({ verb: 'succeed', worker: slot.worker, keep: keep % 4 === 0 ? 5 : 100, claims });
}

/** A call that was sent arrives: once more, or for the first time, after others. */
async function resend(session: Session, [by = 0, old = 0]: readonly number[]): Promise<void> {
  const calls = old % 3 === 0 ? session.sent : session.sent.slice(-8);
  const call = pick(calls, by);
  if (call !== undefined) await session.call(call);
}

async function promote(session: Session, [which = 0, most = 0]: readonly number[]): Promise<void> {
  const { worker } = session.slot(which);
  await session.call({ verb: 'promote', worker, most: most % 2 === 0 ? PAGE : 1 + (most % 3) });
}

/** A register that was given up is executed all the same: a lease that nobody renews. */
const registerLate = (session: Session): Promise<unknown> =>
  session.call({ verb: 'register', worker: session.newWorker() });

export const WEATHER: readonly Step[] = [
  { name: 'advance', weight: 5, act: advance },
  { name: 'crash', weight: 3, act: crash },
  { name: 'gap', weight: 1, act: gap },
  { name: 'crash loop', weight: 2, act: crashLoop },
  { name: 'work', weight: 3, act: work },
  { name: 'resend', weight: 8, act: resend },
  { name: 'promote', weight: 1, act: promote },
  { name: 'register late', weight: 1, act: registerLate },
  { name: 'flush scripts', weight: 1, act: (session) => session.flushScripts() },
  { name: 'restart Redis', weight: 1, act: (session) => session.restartRedis() },
  { name: 'save', weight: 1, act: (session) => session.save() },
  { name: 'roll back', weight: 1, act: (session) => session.rollBack() },
];
