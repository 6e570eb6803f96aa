/** The rows of the report, in the order in which they are printed. */
export type RowName =
  | 'enqueue-one'
  | 'enqueue-window'
  | 'enqueue-bulk'
  | 'run-c1'
  | 'run-c10'
  | 'run-c100'
  | 'run-c1-two-processes'
  | 'run-c10-two-processes'
  | 'run-c100-two-processes'
  | 'run-c100-5ms'
  | 'pickup-p50'
  | 'pickup-p99'
  | 'delayed-late-p99'
  | 'delayed-drain'
  | 'redis-cpu-per-job'
  | 'memory-per-waiting-job'
  | 'run-c100-keyed'
  | 'run-c100-keyed-tight'
  | 'run-c100-groups'
  | 'run-c100-priorities'
  | 'run-c100-rate'
  | 'enqueue-unique'
  | 'enqueue-batch'
  | 'run-c100-unique-started'
  | 'run-c100-continuations'
  | 'run-c100-workflows'
  | 'run-c100-debounce'
  | 'run-c100-throttle'
  | 'run-c100-deadline'
  | 'run-c100-tags'
  | 'run-c100-compressed'
  | 'run-c100-encrypted'
  | 'run-c100-middleware'
  | 'recurring-upsert';

export interface Row {
  readonly name: RowName;
  readonly unit: 'jobs/s' | 'upserts/s' | 'µs' | 'ms' | 'bytes';
  readonly better: 'higher' | 'lower';
  /** Measured in full runs only, and reported apart from the fourteen rows that every run has. */
  readonly isExtra: boolean;
}

function throughput(name: RowName): Row {
  return { name, unit: 'jobs/s', better: 'higher', isExtra: false };
}

function cost(name: RowName, unit: Row['unit']): Row {
  return { name, unit, better: 'lower', isExtra: false };
}

function extra(name: RowName, unit: Row['unit'] = 'jobs/s'): Row {
  return { name, unit, better: 'higher', isExtra: true };
}

export const ROWS: readonly Row[] = [
  throughput('enqueue-one'),
  throughput('enqueue-window'),
  throughput('enqueue-bulk'),
  throughput('run-c1'),
  throughput('run-c10'),
  throughput('run-c100'),
  throughput('run-c100-two-processes'),
  throughput('run-c100-5ms'),
  cost('pickup-p50', 'µs'),
  cost('pickup-p99', 'µs'),
  cost('delayed-late-p99', 'ms'),
  throughput('delayed-drain'),
  cost('redis-cpu-per-job', 'µs'),
  cost('memory-per-waiting-job', 'bytes'),
  extra('run-c1-two-processes'),
  extra('run-c10-two-processes'),
  extra('run-c100-keyed'),
  extra('run-c100-keyed-tight'),
  extra('run-c100-groups'),
  extra('run-c100-priorities'),
  extra('run-c100-rate'),
  extra('enqueue-unique'),
  extra('enqueue-batch'),
  extra('run-c100-unique-started'),
  extra('run-c100-continuations'),
  extra('run-c100-workflows'),
  extra('run-c100-debounce'),
  extra('run-c100-throttle'),
  extra('run-c100-deadline'),
  extra('run-c100-tags'),
  extra('run-c100-compressed'),
  extra('run-c100-encrypted'),
  extra('run-c100-middleware'),
  extra('recurring-upsert', 'upserts/s'),
];

export function isRowName(name: string): name is RowName {
  return ROWS.some((row) => row.name === name);
}

/** How many times better `ours` is than `theirs`, whichever direction is better for the row. */
export function timesBetter(row: Row, ours: number, theirs: number): number {
  return row.better === 'higher' ? ours / theirs : theirs / ours;
}
