import type { OperationView } from '@linstock/core';
import { formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import type { Column, Paint } from './table.ts';
import { termText } from './where-term.ts';

/** A bulk operation as programs see it: every field is always there. */
export interface OperationJson extends Omit<OperationView, 'ratePerSecond' | 'endedAt'> {
  readonly ratePerSecond: number | null;
  readonly endedAt: number | null;
}

const PAINTS: Readonly<Record<OperationView['state'], Paint>> = {
  running: 'busy',
  done: 'good',
  cancelled: 'faint',
};

/** A bulk operation for JSON; instants are ms since 1970. */
export function operationJson({ ratePerSecond, endedAt, ...operation }: OperationView): OperationJson {
  return { ...operation, ratePerSecond: ratePerSecond ?? null, endedAt: endedAt ?? null };
}

/** Columns of lists of bulk operations. */
export const OPERATION_COLUMNS: readonly Column<OperationJson>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'VERB', value: verbText },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => PAINTS[state] },
  { title: 'LOOKED', value: ({ looked, total }) => `${looked} of ${total}` },
  { title: 'CHANGED', value: ({ changed, matched }) => `${changed} of ${matched}` },
  {
    title: 'FAILED',
    value: ({ failed }) => String(failed),
    paint: ({ failed }) => (failed > 0 ? 'bad' : 'plain'),
  },
  { title: 'BEGAN', value: ({ createdAt }) => formatInstant(createdAt) },
  { title: 'JOBS', value: ({ filter }) => filterText(filter), most: 60 },
  { title: 'BY', value: ({ by }) => by, isWide: true },
  { title: 'WHY', value: ({ reason }) => reason, isWide: true },
];

function verbText({ verb, dryRun }: OperationJson): string {
  return dryRun ? `${verb} (only counts)` : verb;
}

/** Which jobs are meant, much as a search for them is written; the id of a selection says nothing to a person. */
export function filterText(all: OperationView['filter']): string {
  const { query, selection: _, ...filter } = all;
  if (query !== undefined) return query;
  return Object.entries(filter)
    .map(([key, value]) =>
      termText({ key, value: value instanceof Date ? value.toISOString() : String(value) }),
    )
    .join(' ');
}

/** Where jobs go, or when they are due; nothing of other verbs. */
function targetField(target: OperationView['target']): [string, string][] {
  const words = Object.entries(target).map(
    ([name, value]) => `${name}:${value instanceof Date ? value.toISOString() : value}`,
  );
  return words.length === 0 ? [] : [['To', words.join(' ')]];
}

/** All of one bulk operation. */
export function operationSheet(operation: OperationJson): Sheet {
  const { id, state, looked, total, matched, changed, failed, createdAt, endedAt } = operation;
  return {
    json: operation,
    id,
    fields: [
      ['Id', id],
      ['Verb', verbText(operation)],
      ['State', state, PAINTS[state]],
      ['Jobs', filterText(operation.filter)],
      ...targetField(operation.target),
      ['Looked at', `${looked} of ${total}`],
      ['Changed', `${changed} of ${matched}${failed === 0 ? '' : `; ${failed} could not be`}`],
      ['Rate', operation.ratePerSecond === null ? '-' : `${operation.ratePerSecond} a second`],
      ['By', operation.by],
      ['Why', operation.reason === '' ? '-' : operation.reason],
      ['Began', formatExact(createdAt)],
      ['Ended', endedAt === null ? '-' : formatExact(endedAt)],
    ],
  };
}
