import type { Call, Parts, Route } from './call.ts';
import { numberIn } from './call.ts';
import { text, whole } from './fields.ts';

async function list({ query }: Call, { monitor }: Parts): Promise<unknown> {
  const asked = (name: string): string | undefined => query.get(name) || undefined;
  const entries = await monitor.audit({
    actor: asked('actor'),
    action: asked('action'),
    target: asked('target'),
    before: asked('before'),
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
    answer: '{ entries }',
    query: {
      actor: text('Only by this person.'),
      action: text('Only this action.'),
      target: text('Only of this job, queue, …'),
      before: text('Only older ones than this entry.'),
      limit: whole('At most so many; default 100, most 500.'),
    },
    handle: list,
  },
];
