import type { ClockEffect, NextRun } from '@linstock/core';
import { formatExact } from './format-time.ts';
import type { Output } from './output.ts';
import type { Column } from './table.ts';

/** A run that is to come, as programs see it. */
interface RunJson {
  /** ms since 1970. */
  readonly at: number;
  /** What a change of the clock does to it; null: nothing. */
  readonly clock: ClockEffect | null;
}

/** The next runs, as programs see them: `clock` has, by the instant, those that a change of the clock moves. */
export function runsJson(runs: readonly NextRun[]): { readonly next: number[]; readonly clock: object } {
  const moved = runs.filter(({ clock }) => clock !== undefined);
  return {
    next: runs.map(({ at }) => at.getTime()),
    clock: Object.fromEntries(moved.map(({ at, clock }) => [at.getTime(), clock])),
  };
}

/** Prints the next runs as rows. */
export async function printRuns(
  output: Output,
  runs: readonly NextRun[],
  { timeZone, empty }: { readonly timeZone: string | undefined; readonly empty: string },
): Promise<void> {
  const rows = runs.map(({ at, clock }) => ({ at: at.getTime(), clock: clock ?? null }));
  const columns = timeZone === undefined ? [RUN, CLOCK] : [localColumn(timeZone), RUN, CLOCK];
  await output.list({
    rows,
    columns,
    id: ({ at }) => new Date(at).toISOString(),
    json: runsJson(runs),
    empty,
  });
}

/** One run on a line. */
export function runText({ at, clock }: NextRun, timeZone: string | undefined): string {
  const local = timeZone === undefined ? '' : `${localTime(at, timeZone)} ${timeZone}, `;
  return `${local}${formatExact(at.getTime())}${clock === undefined ? '' : `: ${effectText(clock)}`}`;
}

/** Tells a person of the first run that a change of the clock moves, after those that are shown. */
export function noteLaterEffect(
  output: Output,
  later: readonly NextRun[],
  timeZone: string | undefined,
): void {
  const moved = later.find(({ clock }) => clock !== undefined);
  if (output.isForPeople && moved !== undefined) output.note(`later: ${runText(moved, timeZone)}`);
}

const RUN: Column<RunJson> = { title: 'RUN', value: ({ at }) => formatExact(at) };
const CLOCK: Column<RunJson> = {
  title: 'CLOCK',
  value: ({ clock }) => (clock === null ? '' : effectText(clock)),
  paint: () => 'busy',
};

function localColumn(timeZone: string): Column<RunJson> {
  return { title: timeZone.toUpperCase(), value: ({ at }) => localTime(new Date(at), timeZone) };
}

/** As ISO 8601 writes it, by the clock of a zone. */
function localTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
}

function effectText({ kind, meant }: ClockEffect): string {
  switch (kind) {
    case 'leap':
      return `the clock leaps over ${meant?.slice(11, 16) ?? 'its time'}, it runs right after`;
    case 'once':
      return 'its time comes twice, it runs the first time';
    case 'twice':
      return 'its time comes twice, it runs both times';
  }
}
