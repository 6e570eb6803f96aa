import type { AuditEntry, AuditFilter, Monitor } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { numberIn } from './call.ts';
import type { Columns } from './csv.ts';
import { instant, json } from './csv.ts';
import { FILE_FORMATS, sendFile } from './export-file.ts';
import { choice, text, whole } from './fields.ts';

const MOST = 500;
const FILTER = {
  actor: text('Only by this person, wherever from.'),
  action: text('Only this action.'),
  target: text('Only of this job, queue, …'),
};

const COLUMNS: Columns<AuditEntry> = {
  at: ({ at }) => instant(at),
  actor: ({ actor }) => actor,
  action: ({ action }) => action,
  target: ({ target }) => target,
  reason: ({ reason }) => reason,
  details: ({ details }) => json(details),
};

function filterIn(query: URLSearchParams): AuditFilter {
  const asked = (name: string): string | undefined => query.get(name) || undefined;
  return { actor: asked('actor'), action: asked('action'), target: asked('target') };
}

async function list({ query }: Call, { monitor }: Parts): Promise<unknown> {
  const limit = numberIn(query, 'limit', { least: 1, most: MOST, otherwise: 100 });
  const before = query.get('before') || undefined;
  return { entries: await monitor.audit({ ...filterIn(query), before, limit }) };
}

async function exportAudit(call: Call, { monitor }: Parts): Promise<Response> {
  const filter = filterIn(call.query);
  const words = Object.values(filter).filter((word): word is string => typeof word === 'string');
  return sendFile(call, { noun: 'audit', words, columns: COLUMNS, parts: entriesOf(monitor, filter) });
}

async function* entriesOf(
  monitor: Monitor,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEntry[], undefined> {
  let before: string | undefined;
  for (;;) {
    const entries = await monitor.audit({ ...filter, before, limit: MOST });
    yield entries;
    if (entries.length < MOST) return undefined;
    before = entries.at(-1)?.cursor;
  }
}

export const AUDIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/audit',
    permission: 'read',
    summary: 'Who changed what, from where, when and why; the newest first.',
    answer: '{ entries }',
    query: {
      ...FILTER,
      before: text('Only older ones than this entry.'),
      limit: whole('At most so many; default 100, most 500.'),
    },
    handle: list,
  },
  {
    method: 'GET',
    path: '/api/audit/export',
    permission: 'read',
    summary: 'All of it that fits, as a file: ?format=ndjson or csv.',
    answer: 'a file; the last line of NDJSON has `done` and `audit`, how many there are, or `error`',
    query: { ...FILTER, format: choice(FILE_FORMATS, 'Default ndjson.') },
    handle: exportAudit,
  },
];
