import type { JobView } from '@linstock/core';

type Cell = string | number | undefined;

const COLUMNS: Readonly<Record<string, (job: JobView) => Cell>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  displayName: ({ displayName }) => displayName,
  state: ({ state }) => state,
  queue: ({ queue }) => queue,
  priority: ({ priority }) => priority,
  attempt: ({ attempt }) => attempt,
  createdAt: ({ createdAt }) => instant(createdAt),
  dueAt: ({ dueAt }) => instant(dueAt),
  changedAt: ({ history }) => instant(history.at(-1)?.endedAt),
  worker: ({ worker }) => worker,
  batch: ({ batch }) => batch,
  tags: ({ tags }) => tags.join(' '),
  error: ({ error }) => error && `${error.name}: ${error.message}`,
  input: ({ input }) => json(input),
  result: ({ result }) => json(result),
};

/** A spreadsheet takes what begins so for a formula, and runs it: also behind a space, and in its wide forms. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/;

/** With this a spreadsheet takes a letter of any language for what it is. */
const BYTE_ORDER_MARK = '\uFEFF';

/** The first line: the names of the columns. */
export const CSV_HEAD = `${BYTE_ORDER_MARK}${row(Object.keys(COLUMNS))}`;

/** A job as a line of CSV (RFC 4180). Pure. */
export function csvLine(job: JobView): string {
  return row(Object.values(COLUMNS).map((cell) => cell(job)));
}

function row(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

/** Always in quotes: then no letter of a text can end its cell, whatever separates cells where it is opened. */
function quoted(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(cell);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

function instant(at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function json(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
