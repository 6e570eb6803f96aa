import type { QueueSettings, WorkerView } from '@linstock/core';
import { OptionError } from '@linstock/core';
import { onlyAllowed } from '../auth/allowed.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { actorOf, fieldIn, param, textIn } from './call.ts';
import { object, REASON, required, text, whole } from './fields.ts';

/** How many workers take jobs of a queue. */
function countServing(workers: readonly WorkerView[], queue: string): number {
  return workers.filter(({ info }) => info?.queues.includes(queue) === true).length;
}

async function list(_: Call, { pulses }: Parts): Promise<unknown> {
  const { queues, workers } = await pulses.latest();
  return {
    queues: queues.map((queue) => ({
      ...queue,
      workers: countServing(workers, queue.name),
    })),
  };
}

const narrowList: Narrow = async (_, { pulses }, allows) => {
  const { queues, workers } = await pulses.latest();
  const own = await onlyAllowed(queues, ({ name }) => ({ queue: name }), allows);
  return { queues: own.map((queue) => ({ ...queue, workers: countServing(workers, queue.name) })) };
};

async function get(call: Call, { monitor, pulses }: Parts): Promise<unknown> {
  const name = param(call, 'name');
  const [queue, { workers, queues }] = await Promise.all([monitor.queue(name), pulses.latest()]);
  const known = queues.find((one) => one.name === name);
  const serving = countServing(workers, name);
  const { paused, settings, enqueued } = queue;
  // One that is new since the last look has jobs.
  const isKnown = known !== undefined || serving + enqueued > 0 || (paused ?? settings) !== undefined;
  return {
    queue: { ...queue, isKnown, flow: known?.flow, workers: serving },
  };
}

/** What is left out has no limit. */
async function configure(call: Call, { client }: Parts): Promise<unknown> {
  const settings = Object.fromEntries(
    ['limit', 'rate', 'size'].flatMap((name) => {
      const value = fieldIn(call.body, name) ?? undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  ) as QueueSettings;
  await client.queue(param(call, 'name')).configure(settings, actorOf(call));
  return { ok: true };
}

async function pause(call: Call, { client }: Parts): Promise<unknown> {
  return { changed: await client.queue(param(call, 'name')).pause(actorOf(call)) };
}

async function resume(call: Call, { client }: Parts): Promise<unknown> {
  return { changed: await client.queue(param(call, 'name')).resume(actorOf(call)) };
}

/** Whoever purges a queue writes its name, so that nobody purges the wrong one by a slip. */
async function purge(call: Call, { client }: Parts): Promise<unknown> {
  const name = param(call, 'name');
  if (textIn(call.body, 'confirm', 128) !== name)
    throw new OptionError(
      'confirm',
      'must be the name of the queue that is purged',
      textIn(call.body, 'confirm'),
    );
  return { removed: await client.queue(name).purge(actorOf(call)) };
}

export const QUEUE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/queues',
    permission: 'read',
    summary: 'All queues with what waits in them, and what comes and goes per second.',
    answer: '{ queues }',
    handle: list,
    narrow: narrowList,
  },
  {
    method: 'GET',
    path: '/api/queues/:name',
    permission: 'read',
    summary:
      'One, with what comes and goes per second, its settings, its oldest job and its groups; isKnown: whether there is such a queue.',
    answer: '{ queue }',
    handle: get,
  },
  {
    method: 'POST',
    path: '/api/queues/:name/configure',
    permission: 'steer',
    summary: 'Limits it over all workers; what is left out has no limit.',
    answer: '{ ok }',
    body: {
      ...REASON,
      limit: whole('Jobs that run at one time.'),
      rate: object('Starts: limit, per, burst.'),
      size: whole('Jobs that may wait.'),
    },
    handle: configure,
  },
  {
    method: 'POST',
    path: '/api/queues/:name/pause',
    permission: 'steer',
    summary: 'Nothing of it is claimed any more.',
    answer: '{ changed }',
    body: REASON,
    handle: pause,
  },
  {
    method: 'POST',
    path: '/api/queues/:name/resume',
    permission: 'steer',
    summary: 'Lets it be claimed again.',
    answer: '{ changed }',
    body: REASON,
    handle: resume,
  },
  {
    method: 'POST',
    path: '/api/queues/:name/purge',
    permission: 'remove',
    summary: 'Deletes what waits in it.',
    answer: '{ removed }',
    body: { ...REASON, confirm: required(text('The name of the queue.')) },
    handle: purge,
  },
];
