import type { State } from './types.ts';

/** A recurring job as the API sends it. Instants are ms since 1970. */
export interface Recurring {
  readonly id: string;
  readonly schedule: { readonly cron?: string; readonly every?: number; readonly timeZone?: string };
  readonly job: { readonly name: string; readonly queue: string; readonly version?: number };
  readonly policy: { readonly misfire: 'once' | 'all' | 'skip'; readonly overlap: string };
  readonly paused?: { readonly by: string; readonly why: string; readonly at: number };
  readonly error?: { readonly message: string };
  readonly nextAt?: number;
  readonly words?: CronWords;
  /** What became of its last tick; only in the list. */
  readonly last?: Tick;
  /** The job that it has enqueued last, whatever became of ticks since; only in the list. */
  readonly lastRun?: { readonly job: string; readonly state?: State };
  readonly leftOut?: LeftOut;
}

/** Runs that were left out since the last one, which had not ended. */
export interface LeftOut {
  readonly count: number;
  readonly job: string;
  readonly since: number;
  readonly state?: State;
}

/** What a usual cron expression says. Times are minutes since midnight. */
export interface CronWords {
  readonly kind: 'minutes' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  readonly every?: number;
  readonly minute?: number;
  readonly at?: number;
  /** 0: Sunday. */
  readonly days?: readonly number[];
  /** 0: the last one of the month. */
  readonly day?: number;
  readonly month?: number;
}

/** What a change of the clock does to a run. */
export interface ClockEffect {
  readonly kind: 'leap' | 'once' | 'twice';
  /** The local time that there is not. */
  readonly meant?: string;
}

/** What became of a tick. */
export interface Tick {
  readonly tick?: number;
  readonly at: number;
  readonly job?: string;
  /** Of its job, where that is known. */
  readonly state?: State;
  readonly skipped?: 'overlap' | 'unique' | 'missed' | 'skip';
  readonly count?: number;
}
