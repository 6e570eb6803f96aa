import type { Run } from './bench.ts';
import { runC100, type RunCosts } from './scenarios/run.ts';
import { median, range } from './statistics.ts';
import { formatNumber, formatTable } from './table.ts';

const RATES = ['enqueue jobs/s', 'run jobs/s'] as const satisfies readonly (keyof RunCosts)[];
const COSTS = [
  'Redis µs/job enqueued',
  'Redis µs/job',
  'producer µs/job',
  'worker µs/job',
] as const satisfies readonly (keyof RunCosts)[];

const HEADER = [
  'linstock',
  'enqueue jobs/s',
  'of plain',
  'run jobs/s',
  'of plain',
  'Redis µs: enqueue',
  'run',
  'process µs: producer',
  'worker',
];

function figuresOf(runs: readonly Run[], figure: keyof RunCosts): Map<number, number> {
  return new Map(runs.map(({ round, outcome }) => [round, outcome.details[figure] ?? Number.NaN]));
}

/** Ratios between runs of one round, which stood near each other in time. */
function shareOfPlain(ours: ReadonlyMap<number, number>, plain: ReadonlyMap<number, number>): string {
  const shares = [...ours].flatMap(([round, value]) => value / (plain.get(round) ?? Number.NaN));
  const known = shares.filter((share) => !Number.isNaN(share));
  if (known.length === 0) return '–';
  const [min, max] = range(known);
  return `${formatNumber(median(known))} (${formatNumber(min)}…${formatNumber(max)})`;
}

function cellsOf(runs: readonly Run[], plain: readonly Run[]): string[] {
  const rates = RATES.flatMap((figure) => {
    const series = figuresOf(runs, figure);
    return [formatNumber(median([...series.values()])), shareOfPlain(series, figuresOf(plain, figure))];
  });
  const costs = COSTS.map((figure) => formatNumber(median([...figuresOf(runs, figure).values()])));
  return [runs[0]?.scenario.name ?? '', ...rates, ...costs];
}

/** What features cost our own jobs beside plain ones, enqueued in bulk and run with 100 slots; nothing when none was measured. */
export function featureCostTable(runs: readonly Run[]): string | undefined {
  const ours = runs.filter(({ contestant }) => contestant.peer === 'linstock');
  const plain = ours.filter(({ scenario }) => scenario === runC100);
  const featured = ours.filter(
    ({ outcome, scenario }) => scenario.feature && 'run jobs/s' in outcome.details,
  );
  if (featured.length === 0) return undefined;
  const scenarios = [...new Set(featured.map(({ scenario }) => scenario))];
  const groups = scenarios.map((scenario) => featured.filter((run) => run.scenario === scenario));
  const measured = plain.length === 0 ? groups : [plain, ...groups];
  return formatTable(
    HEADER,
    measured.map((group) => cellsOf(group, plain)),
  );
}
