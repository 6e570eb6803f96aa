import { OptionError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, param, textIn } from './call.ts';
import { REASON, required, text } from './fields.ts';

async function list(_: Call, { pulses }: Parts): Promise<unknown> {
  const { queues, workers } = await pulses.latest();
  return {
    queues: queues.map((queue) => ({
      ...queue,
      workers: workers.filter(({ info }) => info?.queues.includes(queue.name) === true).length,
    })),
  };
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
    summary: 'All queues with what waits in them.',
    answer: '{ queues }',
    handle: list,
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
