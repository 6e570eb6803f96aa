import { OptionError } from '@linstock/core';
import type { Range } from '../live/history.ts';
import { HISTORY_RANGES } from '../live/history.ts';
import { reportOf } from '../live/report.ts';
import { streamPulses } from '../live/stream.ts';
import type { Call, Parts, Route } from './call.ts';
import { choice } from './fields.ts';

async function overview(_: Call, { pulses }: Parts): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(reportOf(await pulses.latest()), { headers });
}

const live = ({ request }: Call, { pulses }: Parts): Response => streamPulses(pulses, request.signal);

/** What happened in the last while. */
function history({ query }: Call, { histories }: Parts): Promise<unknown> {
  const range = (query.get('last') ?? '1h') as Range;
  if (HISTORY_RANGES.includes(range)) return histories.latest(range);
  throw new OptionError('last', `must be one of ${HISTORY_RANGES.join(', ')}`, range);
}

export const OVERVIEW_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/overview',
    permission: 'read',
    summary: 'Counts, the deepest queues, workers, and what needs attention.',
    answer: '{ at, counts, totals, queues, workers, alerts, attention, attentionTotal, oldest }',
    handle: overview,
  },
  {
    method: 'GET',
    path: '/api/history',
    permission: 'read',
    summary: 'Throughput, failures, and how long jobs waited and ran: ?last=1h, 6h, 24h, 7d or 30d.',
    answer: '{ points, total, stepMs }',
    query: { last: choice(HISTORY_RANGES, 'How far back; default 1h.') },
    handle: history,
  },
  {
    method: 'GET',
    path: '/api/live',
    permission: 'read',
    summary: 'The same about once a second, as server-sent events.',
    answer: 'events `pulse` (as overview) and `trouble` ({ code, message })',
    handle: live,
  },
];
