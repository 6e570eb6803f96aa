import { OptionError } from '@linstock/core';
import { rememberQueues } from '../auth/allowed.ts';
import type { Range } from '../live/history.ts';
import { HISTORY_RANGES } from '../live/history.ts';
import { narrowReport } from '../live/narrow-pulse.ts';
import { reportOf } from '../live/report.ts';
import { streamPulses } from '../live/stream.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { choice } from './fields.ts';

/** Whether somebody may see a queue is asked again after so long, while a stream is open. */
const REMEMBERED_MS = 5000;

function answerWith(report: string): Response {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(report, { headers });
}

const overview: Route['handle'] = async (_, { pulses }) => answerWith(reportOf(await pulses.latest()));

const narrowOverview: Narrow = async (_, { pulses }, allows) =>
  answerWith(await narrowReport(await pulses.latest(), allows));

const live: Route['handle'] = ({ request }, { pulses }) => streamPulses(pulses, request.signal, reportOf);

const narrowLive: Narrow = ({ request }, { pulses }, allows) => {
  const remembered = rememberQueues(allows, REMEMBERED_MS, Date.now);
  return streamPulses(pulses, request.signal, (pulse) => narrowReport(pulse, remembered));
};

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
    answer: '{ at, counts, totals, queues, workers, alerts, attention, oldest }',
    handle: overview,
    narrow: narrowOverview,
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
    narrow: narrowLive,
  },
];
