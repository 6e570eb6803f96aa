import type { Run } from './bench.ts';
import type { PeerName } from './peer.ts';
import { ROWS, timesBetter, type Row } from './rows.ts';
import type { Contestant } from './session.ts';
import { median, range } from './statistics.ts';

type Range = readonly [min: number, max: number];

/** One row of the report: medians over all runs; `vs…` says how many times better ours is. */
export interface RowSummary {
  readonly name: string;
  readonly unit: string;
  readonly linstock: number | null;
  readonly bullmq: number | null;
  readonly bee: number | null;
  readonly vsBullmq: number | null;
  readonly vsBee: number | null;
  /** Smallest and largest of the runs; for `vs…` of the ratios within each round. */
  readonly spread: Readonly<Record<'linstock' | 'bullmq' | 'bee' | 'vsBullmq' | 'vsBee', Range | null>>;
}

/** The figures of one contestant in one row, by round. */
type Series = ReadonlyMap<number, number>;

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function medianOf(series: Series): number | null {
  return series.size === 0 ? null : rounded(median([...series.values()]));
}

function rangeOf(series: Series): Range | null {
  if (series.size === 0) return null;
  const [min, max] = range([...series.values()]);
  return [rounded(min), rounded(max)];
}

function seriesOf(runs: readonly Run[], row: Row, { peer, retention }: Contestant): Series {
  const entries: [number, number][] = [];
  for (const { round, contestant, outcome } of runs) {
    const value = outcome.values[row.name];
    if (contestant.peer === peer && contestant.retention === retention && value !== undefined)
      entries.push([round, value]);
  }
  return new Map(entries);
}

/** A peer's figure is the better of keeping and removing its finished jobs. */
function bestSeriesOf(runs: readonly Run[], row: Row, peer: PeerName): Series {
  const keeping = seriesOf(runs, row, { peer, retention: 'default' });
  const removing = seriesOf(runs, row, { peer, retention: 'remove' });
  if (keeping.size === 0) return removing;
  if (removing.size === 0) return keeping;
  const times = timesBetter(row, median([...keeping.values()]), median([...removing.values()]));
  return times > 1 ? keeping : removing;
}

function ratio(row: Row, ours: number | null, theirs: number | null): number | null {
  return ours === null || theirs === null ? null : rounded(timesBetter(row, ours, theirs));
}

/** Ratios between runs of the same round, which stood next to each other in time. */
function ratioSeries(row: Row, ours: Series, theirs: Series): Series {
  const entries: [number, number][] = [];
  for (const [round, value] of ours) {
    const other = theirs.get(round);
    if (other !== undefined) entries.push([round, timesBetter(row, value, other)]);
  }
  return new Map(entries);
}

function summarizeRow(runs: readonly Run[], row: Row): RowSummary {
  const linstock = seriesOf(runs, row, { peer: 'linstock', retention: 'default' });
  const bullmq = bestSeriesOf(runs, row, 'bullmq');
  const bee = bestSeriesOf(runs, row, 'bee');
  return {
    name: row.name,
    unit: row.unit,
    linstock: medianOf(linstock),
    bullmq: medianOf(bullmq),
    bee: medianOf(bee),
    vsBullmq: ratio(row, medianOf(linstock), medianOf(bullmq)),
    vsBee: ratio(row, medianOf(linstock), medianOf(bee)),
    spread: {
      linstock: rangeOf(linstock),
      bullmq: rangeOf(bullmq),
      bee: rangeOf(bee),
      vsBullmq: rangeOf(ratioSeries(row, linstock, bullmq)),
      vsBee: rangeOf(ratioSeries(row, linstock, bee)),
    },
  };
}

/** Summarizes the given runs, all of one durability, for those rows that any of them fills. */
export function summarize(runs: readonly Run[]): {
  readonly rows: readonly RowSummary[];
  readonly extraRows: readonly RowSummary[];
} {
  const filled = ROWS.filter((row) => runs.some((run) => run.outcome.values[row.name] !== undefined));
  return {
    rows: filled.filter((row) => !row.isExtra).map((row) => summarizeRow(runs, row)),
    extraRows: filled.filter((row) => row.isExtra).map((row) => summarizeRow(runs, row)),
  };
}
