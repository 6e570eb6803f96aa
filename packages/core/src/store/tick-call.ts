import type { Actor } from './change-call.ts';
import { reasonOf } from './change-call.ts';
import type { ScriptArgument } from '../redis/script.ts';

/** The ticks of one recurring job that have come. */
export interface TickCall {
  readonly id: string;
  readonly version: number;
  /** The tick that is due, ms since 1970; undefined: a run by hand, which moves no tick. */
  readonly due: number | undefined;
  /** The next one; undefined: none comes any more. */
  readonly next: number | undefined;
  /** Whether a run is passed over while the last one has not ended. */
  readonly overlap: 'allow' | 'skip';
  /** Who runs it by hand; undefined: it is a tick. */
  readonly actor?: Actor;
  /** How many were missed and do not run. */
  readonly missed: number;
  readonly runs: readonly {
    readonly tick: number;
    /** When it starts, ms since 1970; undefined: now. */
    readonly startAt: number | undefined;
    readonly job: string;
    readonly record: string;
  }[];
}

/** What became of the ticks of one recurring job. */
export type TickOutcome = 'OK' | 'STALE' | 'EARLY' | 'GONE' | 'CODES';
/** All of them. */
export const TICK_OUTCOMES: ReadonlySet<unknown> = new Set<TickOutcome>([
  'OK',
  'STALE',
  'EARLY',
  'GONE',
  'CODES',
]);

/** The arguments of the script. */
export function tickArguments({
  id,
  version,
  due,
  next,
  overlap,
  missed,
  actor,
  runs,
}: TickCall): ScriptArgument[] {
  const args: ScriptArgument[] = [id, version, due ?? '', next ?? 'inf', overlap, missed];
  args.push(actor?.who ?? '', actor === undefined ? '' : reasonOf(actor), runs.length);
  for (const run of runs) args.push(run.tick, run.startAt ?? '', run.job, run.record);
  return args;
}
