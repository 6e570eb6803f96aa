import type { Due, Duration, JobState, MoveTarget, PageOptions } from '@linstock/core';
import { JOB_STATES, JobNotFoundError, OptionError } from '@linstock/core';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { NO_HEALTH } from '../live/health.ts';
import { actorOf, numberIn, param, queueAsked, textIn } from './call.ts';
import { contractIn } from './contracts.ts';
import { anything, choice, flag, PRIORITIES, REASON, required, text, whole } from './fields.ts';
import { inputIn } from './input.ts';
import { narrowPage } from './narrow-page.ts';

const MOST_ROWS = 500;
const RANGE = {
  limit: whole('At most so many; default 50, most 500.'),
  offset: whole('So many are passed over; most 100,000, divided by the number of shards.'),
  cursor: text('Instead of offset: next or previous of a page.'),
};
export const TARGET = {
  queue: text('Where to: this queue.'),
  priority: choice(PRIORITIES, 'Where to: this priority.'),
};
export const DUE = { in: text('Delay, such as 10m.'), at: text('Instant, as ISO 8601.') };

function stateIn(given: string | null): JobState {
  if (JOB_STATES.includes(given as JobState)) return given as JobState;
  throw new OptionError('state', `must be one of ${JOB_STATES.join(', ')}`, given);
}

/** What a page of jobs shows: one state (and for `enqueued` one queue), or a tag. */
function pageIn(query: URLSearchParams): PageOptions {
  const limit = numberIn(query, 'limit', { least: 1, most: MOST_ROWS, otherwise: 50 });
  const offset = numberIn(query, 'offset', { most: 100_000, otherwise: 0 });
  const cursor = query.get('cursor') ?? '';
  const range = { limit, offset, reverse: query.get('reverse') === 'true', ...(cursor !== '' && { cursor }) };
  const tag = query.get('tag');
  if (tag !== null && tag !== '') return { tag, ...range };
  const state = stateIn(query.get('state'));
  const queue = query.get('queue') ?? '';
  return { state, ...range, ...(queue !== '' && { queue }) };
}

const list: Route['handle'] = ({ query }, { monitor }) => monitor.page(pageIn(query));

/** Of one queue that is allowed, all is. */
const narrowList: Narrow = (call, parts, allows) =>
  queueAsked(call.query) === undefined
    ? narrowPage(parts, pageIn(call.query), { user: call.user, allows })
    : list(call, parts);

/** One job with its history, and why it is where it is. */
async function get(call: Call, { monitor, pulses }: Parts): Promise<unknown> {
  const id = param(call, 'id');
  const [job, why, activity, leftover] = await Promise.all([
    monitor.job(id),
    monitor.why(id),
    monitor.activity(id),
    leftoverOf(id, pulses),
  ]);
  if (job === undefined) throw new JobNotFoundError(id);
  return { job, why, activity, leftover };
}

/** A handler of it that has outlived its attempt, and where. A job is shown also where nothing else can be. */
async function leftoverOf(id: string, pulses: Parts['pulses']): Promise<unknown> {
  const { workers, health } = await pulses.latest().catch(() => ({ workers: [], health: NO_HEALTH }));
  const run = health.leftovers?.find(({ job }) => job === id);
  const info = workers.find((worker) => worker.id === run?.worker)?.info;
  return run && { ...run, host: info?.host, pid: info?.pid };
}

type Change = (id: string, call: Call, parts: Parts) => Promise<unknown>;

function change(run: Change): Route['handle'] {
  return async (call, parts) => {
    await run(param(call, 'id'), call, parts);
    return { ok: true };
  };
}

const requeue: Change = (id, call, { client }) => client.requeue(id, actorOf(call));
const cancel: Change = (id, call, { client }) => client.cancel(id, actorOf(call));
const runNow: Change = (id, call, { client }) => client.promote(id, actorOf(call));
const remove: Change = (id, call, { client }) => client.delete(id, actorOf(call));
const move: Change = (id, call, { client }) => client.move(id, { ...targetIn(call.body), ...actorOf(call) });

export function targetIn(body: unknown): MoveTarget {
  const queue = textIn(body, 'queue', 128);
  const priority = textIn(body, 'priority', 16) as MoveTarget['priority'];
  return { ...(queue !== undefined && { queue }), ...(priority !== undefined && { priority }) };
}
const reschedule: Change = (id, call, { client }) =>
  client.reschedule(id, { ...wantedDue(call.body), ...actorOf(call) });

/** A time that must be there. @throws {OptionError} */
export function wantedDue(body: unknown): Due {
  const due = dueIn(body);
  if (due === undefined) throw new OptionError('in', 'is required, or "at"', undefined);
  return due;
}

/** Now, after a time, or at an instant. @throws {OptionError} */
function dueIn(body: unknown): Due | undefined {
  const delay = textIn(body, 'in', 32);
  const at = textIn(body, 'at', 64);
  if (delay !== undefined && at !== undefined)
    throw new OptionError('at', 'cannot be given together with a delay', at);
  if (delay !== undefined) return { in: delay as Duration };
  if (at === undefined) return undefined;
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) throw new OptionError('at', 'must be an instant, as ISO 8601', at);
  return { at: instant };
}

/** Stores a job by its name, as a copy of another one or as somebody wrote it. */
async function enqueue(call: Call, parts: Parts): Promise<unknown> {
  const contract = await contractIn(call, parts);
  const input = inputIn(call.body) ?? null;
  const due = dueIn(call.body);
  const { client } = parts;
  const handle =
    due === undefined ? await client.enqueue(contract, input) : await client.schedule(contract, input, due);
  return { id: handle.id };
}

/** Enqueues a job like another one; without an input with all of that one's, also what nobody is shown. */
async function copy(call: Call, { client }: Parts): Promise<unknown> {
  const input = inputIn(call.body);
  const due = dueIn(call.body);
  const changes = { ...targetIn(call.body), ...(input !== undefined && { input }), ...(due && { due }) };
  return { id: (await client.copy(param(call, 'id'), changes)).id };
}

export const JOB_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/jobs',
    permission: 'read',
    summary: 'A page of jobs.',
    answer: '{ jobs, total }',
    query: {
      ...RANGE,
      state: choice(JOB_STATES, 'Of which state; or a tag.'),
      queue: text('Of one queue; only with enqueued.'),
      tag: text('With this tag, instead of a state.'),
      reverse: flag('Whether it begins at the other end.'),
    },
    handle: list,
    narrow: narrowList,
  },
  {
    method: 'POST',
    path: '/api/jobs',
    permission: 'steer',
    summary: 'Enqueues a job.',
    answer: '{ id }',
    body: {
      name: required(text('Name of the job.')),
      queue: text('Default: that of its contract.'),
      priority: choice(PRIORITIES, 'Default: that of its contract.'),
      version: whole('Of the contract.'),
      in: text('Delay, such as 10m.'),
      at: text('Instant, as ISO 8601.'),
      input: anything('What the handler gets.'),
    },
    handle: enqueue,
  },
  {
    method: 'GET',
    path: '/api/jobs/:id',
    permission: 'read',
    summary: 'One job, and why it waits.',
    answer: '{ job, why, activity, leftover }; leftover: a handler that runs on though its attempt has ended',
    handle: get,
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/copy',
    permission: 'steer',
    summary: 'Enqueues a job like it: with its tags, keys, limits and options.',
    answer: '{ id }',
    body: { ...TARGET, ...DUE, input: anything('Another input; left out: all of its own, masked or not.') },
    handle: copy,
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/requeue',
    permission: 'steer',
    summary: 'Runs it again.',
    answer: '{ ok }',
    body: REASON,
    handle: change(requeue),
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/cancel',
    permission: 'steer',
    summary: 'Cancels it, running or not.',
    answer: '{ ok }',
    body: REASON,
    handle: change(cancel),
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/run-now',
    permission: 'steer',
    summary: 'Runs a delayed job now.',
    answer: '{ ok }',
    body: REASON,
    handle: change(runNow),
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/move',
    permission: 'steer',
    summary: 'Gives it another queue or priority.',
    answer: '{ ok }',
    body: { ...REASON, ...TARGET },
    handle: change(move),
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/reschedule',
    permission: 'steer',
    summary: 'Makes it due at another time.',
    answer: '{ ok }',
    body: { ...REASON, ...DUE },
    handle: change(reschedule),
  },
  {
    method: 'POST',
    path: '/api/jobs/:id/delete',
    permission: 'remove',
    summary: 'Removes it and its history.',
    answer: '{ ok }',
    body: REASON,
    handle: change(remove),
  },
];
