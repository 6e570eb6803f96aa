import type { JobOutcome } from '../store/job-store.ts';
import { PAGE } from './calls.ts';
import type { Step } from './commands.ts';
import { reversed } from './lists.ts';
import { claimNumber, pick, send, someIds, UNKNOWN_ID } from './picks.ts';
import { QUEUES } from './producer-model.ts';
import type { Session, Slot } from './session.ts';
import type { ClaimAnswer, OutcomeVerb } from './worker-model.ts';
import { openJobs } from './worker-model.ts';
import { LEASE_MS } from './world.ts';

const KEEP = 3;

async function claim(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0, most = 0, queues = 0, fate = 0, alone = 0, idle = 0] = picks;
  const slot = session.slot(which);
  slot.lastClaim++;
  const all = queues % 7 === 0 ? ['ghost', ...QUEUES] : QUEUES;
  // As far as the worker knows what it holds.
  const suspects = slot.held.length === 0 ? (['alone', 'alone', 'one'] as const) : (['one', 'none'] as const);
  const call = {
    worker: slot.worker,
    claim: claimNumber(slot.lastClaim),
    most: 1 + (most % 6),
    leaseMs: LEASE_MS,
    wasIdle: idle % 2 === 0,
    suspects: pick(suspects, alone) ?? 'none',
    queues: queues % 3 === 0 ? all.slice(0, 1) : orderOf(all, queues),
  };
  const isLate = fate % 10 === 0;
  const answer = (await send(session, { verb: 'claim', call }, isLate)) as ClaimAnswer | undefined;
  // A reply that is lost: the worker does not know what it holds.
  if (answer?.status !== 'OK' || fate % 10 > 7) return;
  slot.held.push(...answer.ids.map((id) => ({ claim: call.claim, id })));
}

const orderOf = (all: readonly string[], by: number): readonly string[] =>
  by % 2 === 0 ? all : reversed(all);

/** What a worker says something about: mostly what it holds; sometimes a job twice, of another claim, or unknown. */
function about(session: Session, slot: Slot, picks: readonly number[]): { claim: string; id: string }[] {
  const [, start = 0, size = 0, noise = 0] = picks;
  const known = noise % 3 === 0 ? openJobs(session.world.claims.get(slot.worker)) : slot.held;
  const jobs = Array.from({ length: Math.min(known.length, 1 + (size % 5)) }, (_, i) =>
    pick(known, start + i),
  ).filter((job) => job !== undefined);
  const anyClaim = claimNumber(1 + (start % Math.max(1, slot.lastClaim)));
  if (jobs.length === 0 || noise % 5 === 0)
    jobs.push({ claim: anyClaim, id: someIds(session, size)[0] ?? UNKNOWN_ID });
  if (noise % 6 === 0) jobs.push(...jobs.slice(0, 1));
  return jobs;
}

export function tailLine(session: Session, code: string, job: { worker: string; claim: string }): string {
  return `\n${code} ${job.worker} ${job.claim} 1 0 ${session.world.now} {}`;
}

/** A worker that holds something, if there is one and nobody wants otherwise. */
function busySlot(session: Session, which: number): Slot {
  const slot = session.slot(which);
  const busy = session.slots.find(({ held }) => held.length > 0);
  return slot.held.length === 0 && busy !== undefined && which % 7 > 0 ? busy : slot;
}

async function succeed(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0, , , , late = 0, keep = 0] = picks;
  const slot = busySlot(session, which);
  const { worker } = slot;
  const jobs = about(session, slot, picks);
  const claims = [...new Set(jobs.map((job) => job.claim))].map((no) => {
    const ids = jobs.filter((job) => job.claim === no).map(({ id }) => id);
    return { claim: no, ids, lines: ids.map(() => tailLine(session, 'S', { worker, claim: no })) };
  });
  const isLate = late % 8 === 0;
  if (!isLate) drop(slot, jobs);
  // Often so many are kept that age decides, not number.
  const most = keep % 6 === 0 ? KEEP : 100;
  await send(session, { verb: 'succeed', worker, keep: most, claims }, isLate);
}

const CODE = { retry: 'R', defer: 'D', fail: 'F', release: 'L', quarantine: 'X' } as const;

async function end(session: Session, verb: OutcomeVerb, picks: readonly number[]): Promise<void> {
  const [which = 0, , , , late = 0, delay = 0] = picks;
  const slot = busySlot(session, which);
  const { worker } = slot;
  const jobs = about(session, slot, picks);
  const outcomes: JobOutcome[] = jobs.map((job) => ({
    ...job,
    delayMs: pick([0, 50, 5_000], delay) ?? 0,
    line:
      verb === 'release' && delay % 2 === 0
        ? ''
        : tailLine(session, CODE[verb], { worker, claim: job.claim }),
  }));
  const isLate = late % 8 === 0;
  if (!isLate) drop(slot, jobs);
  await send(session, { verb, worker, keep: KEEP, jobs: outcomes }, isLate);
}

/** An outcome that was answered is not held any more. */
function drop(slot: Slot, jobs: readonly { claim: string; id: string }[]): void {
  slot.held = slot.held.filter((one) => !jobs.some((job) => job.claim === one.claim && job.id === one.id));
}

async function reconcile(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0, settledPick = 0, forget = 0, late = 0] = picks;
  const slot = session.slot(which);
  const settled = Math.max(0, slot.lastClaim - (settledPick % 3));
  // Sometimes a worker claims to hold more, or less, than it does.
  const held = forget % 4 === 0 ? slot.held.slice(1) : [...slot.held];
  if (forget % 5 === 0)
    held.push({ claim: claimNumber(settled), id: someIds(session, forget)[0] ?? UNKNOWN_ID });
  const claims = [...new Set(held.map((job) => job.claim))].map((no) => {
    return { claim: no, ids: held.filter((job) => job.claim === no).map(({ id }) => id) };
  });
  const call = {
    verb: 'reconcile',
    worker: slot.worker,
    settled: claimNumber(settled),
    held: claims,
  } as const;
  const answer = (await send(session, call, late % 8 === 0)) as
    | { lost: typeof slot.held }
    | 'LEASE_LOST'
    | undefined;
  if (answer === undefined || answer === 'LEASE_LOST') return;
  drop(slot, answer.lost);
}

async function beat(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0, load = 0, late = 0] = picks;
  const { worker } = session.slot(which);
  const answer = await send(
    session,
    { verb: 'renew', worker, load: load % 2 === 0 ? '{}' : '' },
    late % 9 === 0,
  );
  // A worker that lost its lease takes another identity.
  if (answer === 'LEASE_LOST' && load % 3 > 0) await session.restartSlot(which);
}

async function rescue(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0, any = 0, most = 0, late = 0] = picks;
  const known = [...session.world.rescuing, ...session.world.leases.keys()];
  const worker = (any % 2 === 0 ? pick(known, which) : undefined) ?? session.slot(which).worker;
  await send(
    session,
    { verb: 'rescue', worker, most: most % 2 === 0 ? PAGE : 1 + (most % 3), keep: KEEP },
    late % 9 === 0,
  );
}

async function leave(session: Session, picks: readonly number[]): Promise<void> {
  const [which = 0] = picks;
  const { worker } = session.slot(which);
  if ((await session.call({ verb: 'unregister', worker })) === 'OK') await session.restartSlot(which);
  else session.sent.push({ verb: 'unregister', worker });
}

const progress = (session: Session, picks: readonly number[]): Promise<unknown> => {
  const slot = busySlot(session, picks[0] ?? 0);
  const job = about(session, slot, picks)[0] ?? { claim: claimNumber(1), id: UNKNOWN_ID };
  return session.call({ verb: 'progress', worker: slot.worker, ...job });
};

export const WORKERS: readonly Step[] = [
  { name: 'claim', weight: 8, act: claim },
  { name: 'succeed', weight: 6, act: succeed },
  { name: 'retry', weight: 2, act: (session, picks) => end(session, 'retry', picks) },
  { name: 'defer', weight: 1, act: (session, picks) => end(session, 'defer', picks) },
  { name: 'fail', weight: 3, act: (session, picks) => end(session, 'fail', picks) },
  { name: 'release', weight: 2, act: (session, picks) => end(session, 'release', picks) },
  { name: 'quarantine', weight: 1, act: (session, picks) => end(session, 'quarantine', picks) },
  { name: 'progress', weight: 1, act: progress },
  { name: 'reconcile', weight: 3, act: reconcile },
  { name: 'beat', weight: 3, act: beat },
  { name: 'rescue', weight: 2, act: rescue },
  { name: 'leave', weight: 1, act: leave },
];
