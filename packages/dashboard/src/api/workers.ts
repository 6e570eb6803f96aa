import type { Call, Parts, Route } from './call.ts';
import { actorOf, fieldIn, param } from './call.ts';
import { REASON, required, whole } from './fields.ts';

type Order = 'quiet' | 'resume' | 'stop';

const order =
  (verb: Order): Route['handle'] =>
  async (call, { client }) => {
    await client.workers[verb](param(call, 'id'), actorOf(call));
    return { ok: true };
  };

async function setConcurrency(call: Call, { client }: Parts): Promise<unknown> {
  await client.workers.setConcurrency(
    param(call, 'id'),
    fieldIn(call.body, 'slots') as number,
    actorOf(call),
  );
  return { ok: true };
}

export const WORKER_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/workers/:id/quiet',
    permission: 'steer',
    summary: 'It claims nothing more; what runs goes on.',
    answer: '{ ok }',
    body: REASON,
    handle: order('quiet'),
  },
  {
    method: 'POST',
    path: '/api/workers/:id/resume',
    permission: 'steer',
    summary: 'It claims again.',
    answer: '{ ok }',
    body: REASON,
    handle: order('resume'),
  },
  {
    method: 'POST',
    path: '/api/workers/:id/stop',
    permission: 'steer',
    summary: 'It stops, after what it runs.',
    answer: '{ ok }',
    body: REASON,
    handle: order('stop'),
  },
  {
    method: 'POST',
    path: '/api/workers/:id/concurrency',
    permission: 'steer',
    summary: 'How many jobs it runs at once: {"slots": 20}.',
    answer: '{ ok }',
    body: { ...REASON, slots: required(whole('How many jobs it runs at once.')) },
    handle: setConcurrency,
  },
];
