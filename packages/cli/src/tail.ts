import { escapeText, toJsonLine } from './escape.ts';
import type { Output } from './output.ts';
import type { Column } from './table.ts';
import { renderTable } from './table.ts';

/** How rows that come one by one are shown. */
export interface TailView<Row extends object> {
  /** With `least`, so that rows stand below each other. */
  readonly columns: readonly Column<Row>[];
  /** What `-o id` prints for a row. */
  readonly id: (row: Row) => string;
}

/** Prints rows as they come, with their titles above the first; JSON takes a line each. Resolves when there is room for more. */
export function tailPrinter<Row extends object>(
  output: Output,
  { columns, id }: TailView<Row>,
): (row: Row) => Promise<void> {
  let hasTitles = false;
  return async (row) => {
    if (output.format === 'id') return output.write(escapeText(id(row)));
    if (!output.isForPeople) return output.write(toJsonLine(row));
    const style = { isWide: output.format === 'wide', hasColor: output.hasColor };
    const [titles = '', line = ''] = renderTable([row], columns, style);
    if (!hasTitles) await output.write(titles);
    hasTitles = true;
    await output.write(line);
  };
}
