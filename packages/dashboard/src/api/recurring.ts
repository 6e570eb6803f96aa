import type { RecurringChanges, RecurringView, ScheduleOptions } from '@linstock/core';
import { LinstockError, RecurringNotFoundError } from '@linstock/core';
import { decodeHeader } from '@linstock/core/internal';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, fieldIn, param, textIn } from './call.ts';
import { contractIn } from './contracts.ts';

const NEXT_RUNS = 5;

/** Input and metadata of a definition stay where they are: secrets may stand in them, and its runs show them masked. */
function withoutInput({ job, ...definition }: RecurringView): object {
  const { name, queue, priority } = job;
  const version = decodeHeader(job.header)?.version;
  return { ...definition, job: { name, queue, priority, version } };
}

async function list(_: Call, { client }: Parts): Promise<unknown> {
  return { recurring: (await client.recurring.list()).map(withoutInput) };
}

async function get(call: Call, { client }: Parts): Promise<unknown> {
  const id = param(call, 'id');
  const recurring = await client.recurring.get(id);
  if (recurring === undefined) throw new RecurringNotFoundError(id);
  const [next, history] = await Promise.all([
    // A definition that cannot be used has no next runs; its error says why.
    client.recurring.next(id, NEXT_RUNS).catch(() => []),
    client.recurring.history(id),
  ]);
  return { recurring: withoutInput(recurring), next: next.map((at) => at.getTime()), history };
}

const trigger = async (call: Call, { client }: Parts): Promise<unknown> => ({
  id: await client.recurring.trigger(param(call, 'id'), actorOf(call)),
});
const pause = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.pause(param(call, 'id'), actorOf(call)),
});
const resume = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.resume(param(call, 'id'), actorOf(call)),
});
const skip = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.skipNext(param(call, 'id'), actorOf(call)),
});
const remove = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.remove(param(call, 'id'), actorOf(call)),
});

/** The next runs of a schedule that is not stored yet. */
async function preview({ query }: Call, { client }: Parts): Promise<unknown> {
  const named = (name: string): object => {
    const text = query.get(name) ?? '';
    return text === '' ? {} : { [name]: text };
  };
  const schedule: ScheduleOptions = { ...named('cron'), ...named('every'), ...named('timeZone') };
  const next = await client.recurring.next(schedule, NEXT_RUNS);
  return { next: next.map((at) => at.getTime()) };
}

/** What a form says of a recurring job; what it leaves empty is not said. */
function changesIn(call: Call): RecurringChanges {
  const { body } = call;
  const input = fieldIn(body, 'input');
  const texts = ['cron', 'every', 'timeZone', 'misfire', 'overlap', 'queue', 'priority'].flatMap((name) => {
    const text = textIn(body, name);
    return text === undefined ? [] : [[name, text]];
  });
  return {
    ...(Object.fromEntries(texts) as RecurringChanges),
    ...(input !== undefined && { input }),
    ...actorOf(call),
  };
}

/** Another definition that somebody made must not be overwritten by chance. */
async function define(call: Call, parts: Parts): Promise<unknown> {
  const id = textIn(call.body, 'id', 128) ?? '';
  const { client } = parts;
  const contract = await contractIn(call, parts);
  const { input = null, ...options } = changesIn(call);
  if ((await client.recurring.get(id)) !== undefined)
    throw new LinstockError('RECURRING_EXISTS', `there is a recurring job ${id} already`, {
      id,
      option: 'recurring.id',
    });
  await client.recurring.upsert(id, contract, input, options);
  return { id };
}

const change = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.change(param(call, 'id'), changesIn(call)),
});

export const RECURRING_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/api/recurring', permission: 'read', summary: 'All recurring jobs.', handle: list },
  {
    method: 'GET',
    path: '/api/recurring/:id',
    permission: 'read',
    summary: 'One, with its next and its last runs.',
    handle: get,
  },
  {
    method: 'GET',
    path: '/api/schedule',
    permission: 'read',
    summary: 'The next runs of ?cron=…&timeZone=… or ?every=….',
    handle: preview,
  },
  {
    method: 'POST',
    path: '/api/recurring',
    permission: 'steer',
    summary: 'Defines one that is not there yet.',
    handle: define,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/change',
    permission: 'steer',
    summary: 'Changes the parts that are named.',
    handle: change,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/trigger',
    permission: 'steer',
    summary: 'Runs it now, beside its ticks.',
    handle: trigger,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/pause',
    permission: 'steer',
    summary: 'No tick runs until it is resumed.',
    handle: pause,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/resume',
    permission: 'steer',
    summary: 'Goes on with the next tick.',
    handle: resume,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/skip',
    permission: 'steer',
    summary: 'Passes over the next tick.',
    handle: skip,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/remove',
    permission: 'remove',
    summary: 'Removes the definition.',
    handle: remove,
  },
];
