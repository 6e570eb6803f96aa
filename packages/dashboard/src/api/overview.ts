import { findAttention } from '../live/attention.ts';
import { streamPulses } from '../live/stream.ts';
import type { Call, Parts, Route } from './call.ts';

async function overview(_: Call, { pulses }: Parts): Promise<unknown> {
  const pulse = await pulses.latest();
  return { ...pulse, attention: findAttention(pulse) };
}

const live = ({ request }: Call, { pulses }: Parts): Response => streamPulses(pulses, request.signal);

export const OVERVIEW_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/overview',
    permission: 'read',
    summary: 'Counts, queues, workers, and what needs attention.',
    handle: overview,
  },
  {
    method: 'GET',
    path: '/api/live',
    permission: 'read',
    summary: 'The same about once a second, as server-sent events.',
    handle: live,
  },
];
