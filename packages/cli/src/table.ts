import { escapeText } from './escape.ts';

/** A column of a table of rows. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Shown by `-o wide` only. */
  readonly isWide?: boolean;
  /** The longest text that is shown, in cells of a terminal; `-o wide` shows all of it. */
  readonly most?: number;
  /** How many cells it takes at least: rows that come one by one stand below each other. */
  readonly least?: number;
  /** How the text is coloured, where there are colours. */
  readonly paint?: (row: Row) => Paint;
}

/** Meanings that have a colour. */
export type Paint = 'good' | 'bad' | 'busy' | 'faint' | 'plain' | 'strong';

const CODES: Readonly<Record<Paint, string>> = {
  good: '32',
  bad: '31',
  busy: '36',
  faint: '2',
  plain: '0',
  strong: '1',
};
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;
/** What most texts are made of: as many cells as letters. */
const PLAIN = /^[ -~]*$/;
const COMBINING = /\p{Mn}/u;

/** Text in a colour. */
export function paint(text: string, as: Paint): string {
  return as === 'plain' ? text : `\u001B[${CODES[as]}m${text}\u001B[0m`;
}

/** How many cells of a terminal a text takes. */
export function cellWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (!COMBINING.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

interface TableStyle {
  readonly isWide: boolean;
  readonly hasColor: boolean;
}

/** A table as lines: a line of titles, then one line per row. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: TableStyle,
): string[] {
  const shown = columns.filter((column) => style.isWide || column.isWide !== true);
  const cells = rows.map((row) => shown.map((column) => cellText(column, row, style)));
  const widths = shown.map((column, i) =>
    Math.max(column.title.length, column.least ?? 0, ...lengths(cells.map((line) => line[i] ?? ''))),
  );
  const titles = shown.map((column) => column.title);
  const titleLine = joinCells(titles, widths);
  const lines = cells.map((line, r) => {
    const row = rows[r];
    const painted = line.map((text, i) => ({ text, as: row && shown[i]?.paint?.(row) }));
    return joinPainted(painted, widths, style.hasColor);
  });
  return [style.hasColor ? paint(titleLine, 'strong') : titleLine, ...lines];
}

function cellText<Row>({ value, most }: Column<Row>, row: Row, style: TableStyle): string {
  const text = escapeText(value(row));
  return style.isWide || most === undefined ? text : shorten(text, most);
}

/** Cuts a text to a number of cells. */
export function shorten(text: string, most: number): string {
  if (text.length <= most && cellWidth(text) <= most) return text;
  let cut = '';
  let width = 0;
  for (const character of text) {
    width += cellWidth(character);
    if (width > most - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** Widths, one by one: spreading a long list would overflow the stack. */
function lengths(texts: readonly string[]): [number] {
  return [texts.reduce((most, text) => Math.max(most, cellWidth(text)), 0)];
}

function joinCells(texts: readonly string[], widths: readonly number[]): string {
  return texts
    .map((text, i) => text + padding(text, i, widths))
    .join('')
    .trimEnd();
}

function joinPainted(
  cells: readonly { readonly text: string; readonly as: Paint | undefined }[],
  widths: readonly number[],
  hasColor: boolean,
): string {
  const line = cells.map(({ text, as }, i) => {
    const shown = hasColor && as !== undefined ? paint(text, as) : text;
    return shown + padding(text, i, widths);
  });
  return line.join('').trimEnd();
}

function padding(text: string, column: number, widths: readonly number[]): string {
  const isLast = column === widths.length - 1;
  return isLast ? '' : ' '.repeat((widths[column] ?? 0) - cellWidth(text) + 2);
}
