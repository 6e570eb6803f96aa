import type { RecurringView } from '@linstock/core';
import { RecurringNotFoundError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, param } from './call.ts';

const NEXT_RUNS = 5;

/** Input and metadata of a definition stay where they are: secrets may stand in them, and its runs show them masked. */
function withoutInput({ job, ...definition }: RecurringView): object {
  const { name, queue, priority } = job;
  return { ...definition, job: { name, queue, priority } };
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
