import { OptionError } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import { rememberQueues } from '../auth/allowed.ts';
import { scopeOf } from '../auth/scope.ts';
import type { Range } from '../live/history.ts';
import { HISTORY_RANGES } from '../live/history.ts';
import { narrowReport } from '../live/narrow-pulse.ts';
import { reportOf } from '../live/report.ts';
import type { Report } from '../live/stream.ts';
import { streamPulses } from '../live/stream.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { choice } from './fields.ts';

function answerWith(report: string): Response {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(report, { headers });
}

const overview: Route['handle'] = async (_, { pulses }) => answerWith(reportOf(await pulses.latest(), true));

const narrowOverview: Narrow = async (_, { pulses }, allows) =>
  answerWith(await narrowReport(await pulses.latest(), allows));

const live: Route['handle'] = (call, parts) => follow(call, parts, 'all');

type Scope = 'all' | Allows;

/** Tells of all, or of what is allowed, for as long as the same person may see as much. */
function follow(call: Call, parts: Parts, scope: Scope): Response {
  return streamPulses(parts.pulses, call.request.signal, {
    report: tellerOf(scope),
    async renew() {
      const user = await parts.authentication.stillUserOf(call.request);
      if (user === undefined || user.name !== call.user?.name || user.role !== call.user.role)
        return undefined;
      const now = await scopeOf(LIVE, { ...call, user }, parts);
      return now === 'nothing' || (now === 'all') !== (scope === 'all') ? undefined : tellerOf(now);
    },
  });
}

function tellerOf(scope: Scope): Report {
  if (scope === 'all') return reportOf;
  const allows = rememberQueues(scope);
  return (pulse) => narrowReport(pulse, allows);
}

/** What happened in the last while. */
function history({ query }: Call, { histories }: Parts): Promise<unknown> {
  const range = (query.get('last') ?? '1h') as Range;
  if (HISTORY_RANGES.includes(range)) return histories.latest(range);
  throw new OptionError('last', `must be one of ${HISTORY_RANGES.join(', ')}`, range);
}

const LIVE: Route = {
  method: 'GET',
  path: '/api/live',
  permission: 'read',
  summary: 'The same about once a second, as server-sent events.',
  answer:
    'events `pulse` (as overview; after the first only the two newest of `rates`) and `trouble` ({ code, message })',
  handle: live,
  narrow: follow,
};

export const OVERVIEW_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/overview',
    permission: 'read',
    summary: 'Counts, the deepest queues, workers, and what needs attention.',
    answer: '{ at, counts, totals, rates, queues, workers, alerts, attention, oldest }',
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
  LIVE,
];
