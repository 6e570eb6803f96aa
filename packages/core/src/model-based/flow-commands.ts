import type { Step } from './commands.ts';
import { FLOW_PRODUCERS } from './flow-producers.ts';
import type { Stores } from './executions.ts';
import type { FlowSession } from './flow-session.ts';
import { FLOW_WORKERS, KEEP } from './flow-workers.ts';
import { LIMITED_QUEUE } from './flow-ties.ts';
import { pick } from './picks.ts';
import { QUEUES } from './producer-model.ts';
import { namesUnder } from './snapshot.ts';

const ACTOR = { who: 'eve', why: 'a test' } as const;

/** Up to three of the newest jobs. */
const someIds = (session: FlowSession, by: number): string[] =>
  Array.from({ length: 1 + (by % 3) }, (_, i) => pick(session.ids.slice(-10), by + 3 * i)).filter(
    (id) => id !== undefined,
  );

type Change = 'cancel' | 'requeue' | 'delete' | 'force' | 'move' | 'reschedule' | 'hasten';

async function change(
  session: FlowSession,
  verb: Change,
  [by = 0, to = 0]: readonly number[],
): Promise<void> {
  const ids = someIds(session, by);
  const execute = async (): Promise<unknown> => {
    const reply = await changeAll(session, verb, { ids, to });
    ids.filter((_, i) => reply[i] === 'OK').forEach((id) => noteChange(session, verb, id));
    return reply;
  };
  await session.call({ name: verb, execute });
}

interface Changing {
  readonly ids: readonly string[];
  /** Chooses a place or a time. */
  readonly to: number;
}

function changeAll(
  { stores: { jobs } }: FlowSession,
  verb: Change,
  { ids, to }: Changing,
): Promise<Outcomes> {
  switch (verb) {
    case 'cancel':
      return jobs.cancel(ids, ACTOR, KEEP);
    case 'move':
      return jobs.move(ids, ACTOR, { queue: pick(QUEUES, to), priority: 1 + (to % 2) });
    case 'reschedule':
      return jobs.reschedule(ids, ACTOR, `in ${pick([0, 50, 3_000], to) ?? 0}`);
    case 'requeue':
    case 'hasten':
      return jobs[verb](ids, ACTOR);
    default:
      return jobs.delete(ids, ACTOR, verb === 'force');
  }
}

type Outcomes = readonly string[] | 'CODES';

/** Of the first queue no more than two run at a time, for a while. */
const configure = (session: FlowSession, [limit = 0]: readonly number[]): Promise<unknown> =>
  setLimit(session, limit % 2 === 0 ? 2 : undefined);

function setLimit(session: FlowSession, limit: number | undefined): Promise<unknown> {
  const settings = limit === undefined ? undefined : { limit };
  const execute = ({ queues }: Stores): Promise<unknown> => queues.configure(LIMITED_QUEUE, settings, ACTOR);
  return session.call({ name: 'configure', execute });
}

const toggle = (session: FlowSession, [which = 0]: readonly number[]): Promise<unknown> => {
  const verb = which % 3 === 0 ? 'pause' : 'resume';
  return session.call({ name: verb, execute: ({ queues }) => queues[verb]('name:greet', ACTOR) });
};

/** Nothing holds whole queues back any more. */
export async function openGates(session: FlowSession): Promise<void> {
  await setLimit(session, undefined);
  await session.stores.queues.resume('name:greet', ACTOR);
}

function noteChange(session: FlowSession, verb: Change, id: string): void {
  if (verb === 'delete' || verb === 'force') session.memory.removed(id);
  if (verb === 'requeue') session.memory.requeued(id);
}

async function purge(session: FlowSession, [which = 0]: readonly number[]): Promise<void> {
  const queue = pick(QUEUES, which) ?? 'mail';
  const execute = async (): Promise<unknown> => {
    const before = namesUnder(await session.snapshot(), 'job:');
    const reply = await session.stores.jobs.purge(queue, ACTOR, true);
    const after = await session.snapshot();
    const gone = before.filter((id) => !after.has(`job:${id}`));
    for (const id of gone) session.memory.removed(id);
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

async function advance(session: FlowSession, [leap = 0]: readonly number[]): Promise<void> {
  session.now += pick([1, 50, 400, 1_000, 3_000, 6_000, 6_000, 20_000, 40_000], leap) ?? 1;
}

export const FLOW_STEPS: readonly Step<FlowSession>[] = [
  ...FLOW_PRODUCERS,
  ...FLOW_WORKERS,
  { name: 'cancel', weight: 3, act: (session, picks) => change(session, 'cancel', picks) },
  { name: 'requeue', weight: 3, act: (session, picks) => change(session, 'requeue', picks) },
  { name: 'delete', weight: 1, act: (session, picks) => change(session, 'delete', picks) },
  { name: 'force', weight: 1, act: (session, picks) => change(session, 'force', picks) },
  { name: 'move', weight: 2, act: (session, picks) => change(session, 'move', picks) },
  { name: 'reschedule', weight: 1, act: (session, picks) => change(session, 'reschedule', picks) },
  { name: 'hasten', weight: 1, act: (session, picks) => change(session, 'hasten', picks) },
  { name: 'configure', weight: 1, act: configure },
  { name: 'toggle', weight: 2, act: toggle },
  { name: 'purge', weight: 1, act: purge },
  { name: 'advance', weight: 6, act: advance },
  { name: 'resend', weight: 5, act: resend },
];
