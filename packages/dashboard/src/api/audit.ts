import type { Call, Parts, Route } from './call.ts';
import { numberIn } from './call.ts';

async function list({ query }: Call, { monitor }: Parts): Promise<unknown> {
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const entries = await monitor.audit({
    actor: text('actor'),
    action: text('action'),
    target: text('target'),
    before: text('before'),
    limit: numberIn(query, 'limit', { least: 1, most: 500, otherwise: 100 }),
  });
  return { entries };
}

export const AUDIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/audit',
    permission: 'read',
    summary: 'Who changed what, when and why; the newest first.',
    handle: list,
  },
];
