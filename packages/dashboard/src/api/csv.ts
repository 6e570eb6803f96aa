export type Cell = string | number | undefined;

/** What a table has beside each other: the name of each column, and what stands in it. */
export type Columns<T> = Readonly<Record<string, (entry: T) => Cell>>;

/** A spreadsheet takes what begins so for a formula, and runs it: also behind a space, and in its wide forms. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/;

/** With this a spreadsheet takes a letter of any language for what it is. */
const BYTE_ORDER_MARK = '\uFEFF';

/** The first line: the names of the columns. */
export function csvHead(columns: Columns<never>): string {
  return `${BYTE_ORDER_MARK}${row(Object.keys(columns))}`;
}

/** An entry as a line of CSV (RFC 4180). Pure. */
export function csvLine<T>(columns: Columns<T>, entry: T): string {
  return row(Object.values(columns).map((cell) => cell(entry)));
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

/** An instant as ISO 8601; undefined: it is none. */
export function instant(at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

export function json(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
