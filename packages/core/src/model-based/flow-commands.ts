import { isDeepStrictEqual } from 'node:util';
import type { JobTies } from '../job/ties.ts';
import type { Admission, ClaimReply, JobOutcome, ProducerCall } from '../store/job-store.ts';
import { DEFAULT_RETENTION } from '../store/job-store.ts';
import type { Step } from './commands.ts';
import type { FlowSession, FlowSlot, SentCall } from './flow-session.ts';
import { chooseTies, tiedRecord } from './flow-ties.ts';
import { claimNumber, pick } from './picks.ts';
import { codeOf, QUEUES } from './producer-model.ts';
import { namesUnder } from './snapshot.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

type FlowStep = Step<FlowSession>;

const KEEP = 1000;
const ACTOR = { who: 'eve', why: 'a test' } as const;
const DUE_MS = [undefined, undefined, undefined, 1, 3_000, 20_000];

/** Jobs of one call, each with ties of its own; most calls have their lane's next number. */
async function admit(session: FlowSession, picks: readonly number[]): Promise<void> {
  const [a = 0, b = 0, c = 0, d = 0, many = 0, place = 0, lanePick = 0, late = 0] = picks;
  const queue = pick(QUEUES, place) ?? 'mail';
  const jobs = Array.from({ length: 1 + (many % 3) }, (_, i) => ({
    id: session.newId(),
    ties: chooseTies([a + i * (many % 2), b, c + i, d + i * c]),
  }));
  const lane = lanePick % 2;
  const number = (session.numbers.get(lane) ?? 0) + 1;
  session.numbers.set(lane, number);
  const due = pick(DUE_MS, place);
  const call: ProducerCall = {
    client: 'shop',
    lane,
    call: number,
    touch: false,
    largePayloads: jobs
      .filter((_, i) => (a + i) % 5 === 0)
      .map(({ id }) => ({ id, payload: `"large ${id}"` })),
    groups: [
      {
        queue,
        code: codeOf(queue),
        place: due === undefined ? 'now' : `in ${due}`,
        jobs: jobs.flatMap(({ id, ties }) => [
          id,
          tiedRecord({ queue, priority: 1 + (place % 2) }, ties, `"${id}"`),
        ]),
      },
    ],
  };
  const ties = new Map(jobs.map(({ id, ties: own }) => [id, own]));
  await session.call(admission(session, call, ties), late % 10 === 0);
}

function admission(session: FlowSession, call: ProducerCall, ties: ReadonlyMap<string, JobTies>): SentCall {
  let first: unknown;
  return {
    name: 'admit',
    execute: ({ jobs }) => jobs.admit(call),
    note: (reply: 'OK' | 'ALREADY' | 'STALE' | 'CODES' | readonly Admission[]) => {
      if (reply === 'ALREADY' || reply === 'STALE' || reply === 'CODES') return;
      if (first !== undefined && !isDeepStrictEqual(reply, first))
        throw new Error('a repeated call was answered otherwise');
      if (first === undefined) session.admitted(call, ties, reply);
      first = reply;
    },
  };
}

/** Jobs that nothing ties stand among the others. */
async function enqueue(session: FlowSession, [place = 0]: readonly number[]): Promise<void> {
  const queue = pick(QUEUES, place) ?? 'mail';
  const id = session.newId();
  const number = (session.numbers.get(2) ?? 0) + 1;
  session.numbers.set(2, number);
  const jobs = [id, `E${codeOf(queue)}200${'-'.repeat(24)}\ngreet\n{}`];
  const call = { client: 'shop', lane: 2, call: number, touch: false, largePayloads: [] };
  await session.call({
    name: 'enqueue',
    execute: ({ jobs: store }) =>
      store.enqueue({ ...call, groups: [{ queue, code: codeOf(queue), place: '2', jobs }] }),
    note: (reply: string) => {
      if (reply === 'OK') session.known.set(id, { ties: {}, acceptedAt: session.now, wasRequeued: false });
    },
  });
}

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
    queues: order % 2 === 0 ? QUEUES : QUEUES.toReversed(),
  } as const;
  const isLate = fate % 12 === 0;
  // Late, or its answer is lost: the worker runs nothing of it.
  const heard = !isLate && fate % 12 !== 1;
  const note = (reply: ClaimReply): void => session.claimed(slot, call, reply, heard);
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
  await session.call(
    outcome(session, { name, slot, jobs: chosen, delayMs: pick([0, 50, 5_000], delay) ?? 0 }),
    late % 10 === 0,
  );
}

interface Ending {
  readonly name: OutcomeName;
  readonly slot: FlowSlot;
  readonly jobs: readonly { readonly claim: string; readonly id: string }[];
  readonly delayMs: number;
}

/** A call that ends jobs of a slot's worker in one way. */
export function outcome(session: FlowSession, { name, slot: { worker }, jobs, delayMs }: Ending): SentCall {
  const line = (no: string): string => `\n${CODE[name]} ${worker} ${no} 1 0 ${session.now} {}`;
  const outcomes: JobOutcome[] = jobs.map((job) => ({ ...job, delayMs, line: line(job.claim) }));
  if (name === 'succeed') {
    const claims = [...new Set(jobs.map((job) => job.claim))].map((no) => {
      const ids = jobs.filter((job) => job.claim === no).map(({ id }) => id);
      const tied = ids.some((id) => Object.keys(session.known.get(id)?.ties ?? {}).length > 0);
      return { claim: no, tied, ids, lines: ids.map(() => line(no)) };
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
  const held = [...new Set(slot.running.map((job) => job.claim))].map((no) => ({
    claim: no,
    ids: slot.running.filter((job) => job.claim === no).map(({ id }) => id),
  }));
  const { worker } = slot;
  await session.call({ name: 'reconcile', execute: ({ jobs }) => jobs.reconcile(worker, settled, held) });
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

/** Up to three of the newest jobs. */
const someIds = (session: FlowSession, by: number): string[] =>
  Array.from({ length: 1 + (by % 3) }, (_, i) => pick(session.ids.slice(-10), by + 3 * i)).filter(
    (id) => id !== undefined,
  );

async function change(
  session: FlowSession,
  verb: 'cancel' | 'requeue' | 'delete' | 'force',
  [by = 0]: readonly number[],
): Promise<void> {
  const ids = someIds(session, by);
  await session.call({
    name: verb,
    execute: ({ jobs }) => {
      if (verb === 'cancel') return jobs.cancel(ids, ACTOR, KEEP);
      return verb === 'requeue' ? jobs.requeue(ids, ACTOR) : jobs.delete(ids, ACTOR, verb === 'force');
    },
    note: (reply: readonly string[]) => {
      ids.forEach((id, i) => {
        if (reply[i] !== 'OK') return;
        if (verb === 'delete' || verb === 'force') session.removed.add(id);
        const known = session.known.get(id);
        if (verb === 'requeue' && known !== undefined) known.wasRequeued = true;
      });
    },
  });
}

async function purge(session: FlowSession, [which = 0]: readonly number[]): Promise<void> {
  const queue = pick(QUEUES, which) ?? 'mail';
  const execute = async (): Promise<unknown> => {
    const before = namesUnder(await session.snapshot(), 'job:');
    const reply = await session.stores.jobs.purge(queue, ACTOR, true);
    const after = await session.snapshot();
    const gone = before.filter((id) => !after.has(`job:${id}`));
    for (const id of gone) session.removed.add(id);
    if (gone.length !== reply.removed)
      throw new Error(`a purge removed ${gone.length}, and says ${reply.removed}`);
    return reply;
  };
  await session.call({ name: 'purge', execute });
}

/** A call that was sent arrives once more, or for the first time, after others. */
async function resend(session: FlowSession, [by = 0, old = 0]: readonly number[]): Promise<void> {
  const call = pick(old % 3 === 0 ? session.sent : session.sent.slice(-8), by);
  if (call !== undefined) await session.call(call);
}

/** What a worker does when a timer is due. */
export async function lookAfter(session: FlowSession, slot: FlowSlot): Promise<void> {
  const { worker } = slot;
  await session.call({ name: 'reopen', execute: ({ jobs }) => jobs.reopen(worker) });
}

const expire = (session: FlowSession): Promise<unknown> =>
  session.call({ name: 'expire', execute: ({ jobs }) => jobs.expire(KEEP) });

async function advance(session: FlowSession, [leap = 0]: readonly number[]): Promise<void> {
  session.now += pick([1, 50, 400, 1_000, 3_000, 6_000, 6_000, 20_000, 40_000], leap) ?? 1;
}

export const FLOW_STEPS: readonly FlowStep[] = [
  { name: 'admit', weight: 10, act: admit },
  { name: 'enqueue', weight: 1, act: enqueue },
  { name: 'claim', weight: 10, act: claim },
  { name: 'succeed', weight: 5, act: (session, picks) => end(session, 'succeed', picks) },
  { name: 'retry', weight: 2, act: (session, picks) => end(session, 'retry', picks) },
  { name: 'defer', weight: 1, act: (session, picks) => end(session, 'defer', picks) },
  { name: 'fail', weight: 2, act: (session, picks) => end(session, 'fail', picks) },
  { name: 'drop', weight: 2, act: (session, picks) => end(session, 'drop', picks) },
  { name: 'release', weight: 2, act: (session, picks) => end(session, 'release', picks) },
  { name: 'reconcile', weight: 2, act: (session, [which = 0]) => reconcile(session, session.slot(which)) },
  { name: 'crash', weight: 2, act: crash },
  { name: 'cancel', weight: 3, act: (session, picks) => change(session, 'cancel', picks) },
  { name: 'requeue', weight: 3, act: (session, picks) => change(session, 'requeue', picks) },
  { name: 'delete', weight: 1, act: (session, picks) => change(session, 'delete', picks) },
  { name: 'force', weight: 1, act: (session, picks) => change(session, 'force', picks) },
  { name: 'purge', weight: 1, act: purge },
  { name: 'reopen', weight: 4, act: (session, [which = 0]) => lookAfter(session, session.slot(which)) },
  { name: 'expire', weight: 2, act: expire },
  { name: 'advance', weight: 6, act: advance },
  { name: 'resend', weight: 5, act: resend },
];
