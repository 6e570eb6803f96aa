import type { Results, Run } from './bench.ts';
import { featureCostTable } from './feature-costs.ts';
import type { Machine, Versions } from './machine.ts';
import type { Durability } from './redis-server.ts';
import { median } from './statistics.ts';
import { summarize, type RowSummary } from './summary.ts';
import { formatFigures, formatNumber, formatRange, formatRatio, formatTable } from './table.ts';

const TITLES: Readonly<Record<Durability, string>> = {
  none: 'Redis without persistence',
  'aof-everysec': 'Redis with appendonly everysec',
};

function summaryTable(rows: readonly RowSummary[]): string {
  const header = ['median', 'unit', 'linstock', 'bullmq', 'bee', 'vs bullmq', 'vs bee'];
  const cells = rows.map((row) => [
    row.name,
    row.unit,
    formatNumber(row.linstock),
    formatNumber(row.bullmq),
    formatNumber(row.bee),
    formatRatio(row.vsBullmq),
    formatRatio(row.vsBee),
  ]);
  return formatTable(header, cells);
}

function spreadTable(rows: readonly RowSummary[]): string {
  const header = ['min…max', 'unit', 'linstock', 'bullmq', 'bee', 'vs bullmq', 'vs bee'];
  const cells = rows.map(({ name, unit, spread }) => [
    name,
    unit,
    ...[spread.linstock, spread.bullmq, spread.bee, spread.vsBullmq, spread.vsBee].map(formatRange),
  ]);
  return formatTable(header, cells);
}

function mediansOf(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(records[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(records.map((record) => record[name] ?? Number.NaN))]),
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

/** Every scenario and contestant by itself, with what its runs told beside the rows. */
function detailTable(runs: readonly Run[]): string {
  const groups = groupBy(
    runs,
    ({ scenario, contestant }) => `${scenario.name} ${contestant.peer} ${contestant.retention}`,
  );
  const cells = groups.map((group) => [
    group[0]?.scenario.name ?? '',
    group[0]?.contestant.peer ?? '',
    group[0]?.contestant.retention ?? '',
    `${group.length}`,
    formatFigures(mediansOf(group.map((run) => run.outcome.values))),
    formatFigures(mediansOf(group.map((run) => run.outcome.details))),
  ]);
  return formatTable(['scenario', 'system', 'finished jobs', 'runs', 'rows', 'details'], cells, () => true);
}

function durabilitySection(durability: Durability, runs: readonly Run[]): string {
  const { rows, extraRows } = summarize(runs);
  const all = [...rows, ...extraRows];
  const costs = featureCostTable(runs);
  return [
    `## ${TITLES[durability]}`,
    summaryTable(all),
    spreadTable(all),
    ...(costs === undefined ? [] : [costs]),
    detailTable(runs),
  ].join('\n\n');
}

/** The report for people. */
export function formatReport(machine: Machine, versions: Versions, { runs, problems }: Results): string {
  const about = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, load before ${machine.loadBefore}`;
  const using = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const sections = (['none', 'aof-everysec'] as const).flatMap((durability) => {
    const group = runs.filter((run) => run.durability === durability);
    return group.length === 0 ? [] : [durabilitySection(durability, group)];
  });
  const trouble =
    problems.length === 0 ? [] : ['## Problems', problems.map((problem) => `- ${problem}`).join('\n')];
  return [about, using, ...sections, ...trouble].join('\n\n');
}

/** The report for programs: one line. Rows without persistence, if measured, come first; those with it in `aof`. */
export function formatJson(machine: Machine, versions: Versions, { runs, problems }: Results): string {
  const withoutAof = runs.filter((run) => run.durability === 'none');
  const withAof = runs.filter((run) => run.durability === 'aof-everysec');
  const isAofOnly = withoutAof.length === 0;
  const { rows, extraRows } = summarize(isAofOnly ? withAof : withoutAof);
  return JSON.stringify({
    machine,
    versions,
    durability: isAofOnly ? 'aof-everysec' : 'none',
    rows,
    extraRows,
    aof: isAofOnly ? [] : summarize(withAof).rows,
    problems,
  });
}
