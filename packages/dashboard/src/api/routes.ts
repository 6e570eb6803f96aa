import { ALERT_ROUTES } from './alerts.ts';
import { AUDIT_ROUTES } from './audit.ts';
import { BATCH_ROUTES } from './batches.ts';
import type { Route } from './call.ts';
import { CONTRACT_ROUTES } from './contracts.ts';
import { ERROR_ROUTES } from './errors.ts';
import { EXPORT_ROUTES } from './export.ts';
import { BULK_ROUTES } from './bulk.ts';
import { SELECTION_ROUTES } from './selections.ts';
import { JOB_ROUTES } from './jobs.ts';
import { LIMIT_ROUTES } from './limits.ts';
import { METRICS_ROUTES } from './metrics.ts';
import { describeRoutes } from './open-api.ts';
import { OVERVIEW_ROUTES } from './overview.ts';
import { QUEUE_ROUTES } from './queues.ts';
import { RECURRING_ROUTES } from './recurring.ts';
import { SEARCH_ROUTES } from './search.ts';
import { SERVER_ROUTES } from './servers.ts';
import { sessionRoutes } from './session.ts';
import { WORKER_ROUTES } from './workers.ts';

const DESCRIPTION: Route = {
  method: 'GET',
  path: '/api/openapi.json',
  permission: 'read',
  summary: 'This description.',
  answer: 'OpenAPI 3.1',
  handle: () => describeRoutes(ROUTES),
};

/** Every route of the API, with who may use it. There is no other way in. */
export const ROUTES: readonly Route[] = [
  ...sessionRoutes(() => ROUTES),
  ...OVERVIEW_ROUTES,
  ...JOB_ROUTES,
  ...BULK_ROUTES,
  ...SELECTION_ROUTES,
  ...SEARCH_ROUTES,
  ...EXPORT_ROUTES,
  ...ERROR_ROUTES,
  ...QUEUE_ROUTES,
  ...RECURRING_ROUTES,
  ...CONTRACT_ROUTES,
  ...BATCH_ROUTES,
  ...WORKER_ROUTES,
  ...LIMIT_ROUTES,
  ...ALERT_ROUTES,
  ...AUDIT_ROUTES,
  ...SERVER_ROUTES,
  ...METRICS_ROUTES,
  DESCRIPTION,
];
