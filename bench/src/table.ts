const isFirst = (column: number): boolean => column === 0;

/** Lays out cells in columns. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  isFlushLeft = isFirst,
): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) =>
        isFlushLeft(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [format(header), rule, ...rows.map(format)].map((line) => line.trimEnd()).join('\n');
}

/** A number with as many digits as it deserves, or a dash. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const digits = [10, 100].filter((limit) => Math.abs(value) < limit).length;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatRange(range: readonly [number, number] | null): string {
  return range === null ? '–' : `${formatNumber(range[0])}…${formatNumber(range[1])}`;
}

export function formatRatio(value: number | null): string {
  return value === null ? '–' : `${formatNumber(value)} ×`;
}

/** Named numbers on one line. */
export function formatFigures(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ');
}
