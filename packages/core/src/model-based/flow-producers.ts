import { isDeepStrictEqual } from 'node:util';
import type { JobTies } from '../job/ties.ts';
import type { Admission, ProducerCall } from '../store/job-store.ts';
import type { Step } from './commands.ts';
import type { FlowSession, SentCall } from './flow-session.ts';
import { chooseTies, tiedRecord } from './flow-ties.ts';
import { pick } from './picks.ts';
import { codeOf, QUEUES } from './producer-model.ts';

const DUE_MS = [undefined, undefined, undefined, 1, 3_000, 20_000];

interface TiedJob {
  readonly id: string;
  readonly ties: JobTies;
  readonly isLarge: boolean;
}

/** Where jobs of one call go. `due`: ms from now. */
interface Target {
  readonly queue: string;
  readonly priority: number;
  readonly due: number | undefined;
  readonly lane: number;
  readonly isLate: boolean;
}

/** Jobs of one call, each with ties of its own. */
async function admit(session: FlowSession, picks: readonly number[]): Promise<void> {
  const [a = 0, b = 0, c = 0, d = 0, many = 0, place = 0, lane = 0, late = 0] = picks;
  const jobs = Array.from({ length: 1 + (many % 3) }, (_, i) => {
    const ties = chooseTies([a + i * (many % 2), b, c + i, d + i * c]);
    return { id: session.newId(), ties, isLarge: (a + i) % 5 === 0 };
  });
  await admitJobs(session, jobs, {
    queue: pick(QUEUES, place) ?? 'mail',
    priority: 1 + (place % 2),
    due: pick(DUE_MS, place),
    lane: lane % 2,
    isLate: late % 10 === 0,
  });
}

/** A call with its lane's next number. */
export async function admitJobs(
  session: FlowSession,
  jobs: readonly TiedJob[],
  target: Target,
): Promise<void> {
  const { queue, priority, due, lane, isLate } = target;
  const records = jobs.flatMap(({ id, ties }) => [id, tiedRecord({ queue, priority }, ties, `"${id}"`)]);
  const place = due === undefined ? 'now' : `in ${due}`;
  const call: ProducerCall = {
    client: 'shop',
    lane,
    call: nextNumber(session, lane),
    touch: false,
    largePayloads: jobs.filter(({ isLarge }) => isLarge).map(({ id }) => ({ id, payload: `"large ${id}"` })),
    groups: [{ queue, code: codeOf(queue), place, jobs: records }],
  };
  const ties = new Map(jobs.map(({ id, ties: own }) => [id, own]));
  await session.call(admission(session, call, ties), isLate);
}

function nextNumber(session: FlowSession, lane: number): number {
  const number = (session.numbers.get(lane) ?? 0) + 1;
  session.numbers.set(lane, number);
  return number;
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
      if (first === undefined) session.memory.admitted(call, ties, { now: session.now, words: reply });
      first = reply;
    },
  };
}

/** Jobs that nothing ties stand among the others. */
async function enqueue(session: FlowSession, [place = 0]: readonly number[]): Promise<void> {
  const queue = pick(QUEUES, place) ?? 'mail';
  const id = session.newId();
  const jobs = [id, `E${codeOf(queue)}200${'-'.repeat(24)}\ngreet\n{}`];
  const call: ProducerCall = {
    client: 'shop',
    lane: 2,
    call: nextNumber(session, 2),
    touch: false,
    largePayloads: [],
    groups: [{ queue, code: codeOf(queue), place: '2', jobs }],
  };
  await session.call({
    name: 'enqueue',
    execute: ({ jobs: store }) => store.enqueue(call),
    note: (reply: string) => {
      if (reply === 'OK') session.memory.admitted(call, new Map(), { now: session.now, words: 'OK' });
    },
  });
}

export const FLOW_PRODUCERS: readonly Step<FlowSession>[] = [
  { name: 'admit', weight: 10, act: admit },
  { name: 'enqueue', weight: 1, act: enqueue },
];
