import { METRICS_TYPE } from '@linstock/core/internal';
import type { Route } from './call.ts';

const show: Route['handle'] = async (_, { metrics }) =>
  new Response(await metrics.latest(), {
    headers: { 'Content-Type': METRICS_TYPE, 'Cache-Control': 'no-store' },
  });

export const METRICS_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/metrics',
    permission: 'read',
    summary: 'Counts, queues, workers and totals for Prometheus, at most some seconds old.',
    answer: "Prometheus's text format, version 0.0.4",
    handle: show,
  },
];
