import type { AuditEntry, AuditFilter } from '@linstock/core';
import { plainOption } from './command.ts';
import { toJsonLine } from './escape.ts';
import { formatExact } from './format-time.ts';
import type { TailView } from './tail.ts';
import type { Column } from './table.ts';

const WHO: Column<AuditEntry> = { title: 'WHO', value: ({ actor }) => actor, most: 40 };
const ACTION: Column<AuditEntry> = { title: 'ACTION', value: ({ action }) => action, most: 40 };
const TARGET: Column<AuditEntry> = { title: 'TARGET', value: ({ target }) => target, most: 40 };
const REST: readonly Column<AuditEntry>[] = [
  { title: 'WHY', value: ({ reason }) => reason, most: 60 },
  { title: 'CURSOR', value: ({ cursor }) => cursor, isWide: true },
  { title: 'DETAILS', value: ({ details }) => toJsonLine(details), isWide: true },
];

/** Columns of lists of what was changed. */
export const AUDIT_COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'WHEN', value: ({ at }) => formatExact(at) },
  WHO,
  ACTION,
  TARGET,
  ...REST,
];

/** What was changed, as it comes. */
export const AUDIT_TAIL: TailView<AuditEntry> = {
  columns: [
    { title: 'WHEN', value: ({ at }) => new Date(at).toISOString() },
    { ...WHO, least: 20 },
    { ...ACTION, least: 12 },
    { ...TARGET, least: 26 },
    ...REST,
  ],
  id: ({ cursor }) => cursor,
};

/** Options that say which entries are wanted; their names are those of {@link AuditFilter}. */
export const auditFilterOptions = [
  plainOption('--actor <name>', 'only what this one did'),
  plainOption('--action <verb>', 'only this verb, such as cancel or pause'),
  plainOption('--target <id>', 'only what was done to this job, queue, batch or recurring job'),
];

/** Which entries are wanted. */
export function auditFilterIn({ actor, action, target }: AuditFilter): AuditFilter {
  return { actor, action, target };
}
