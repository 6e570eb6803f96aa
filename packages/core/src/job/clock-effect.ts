import type { CronTimes, WallClock } from './cron.ts';
import { firstWallTime, NEAR_MS } from './cron.ts';

/**
 * What a change of the clock does to a tick; docs/recurring.md has the rule. `leap`: the clock leaps over its time, and it runs
 * right after. `once`: its time comes twice, and it runs the first time only. `twice`: its time comes twice, and it runs both times.
 */
export interface ClockEffect {
  readonly kind: 'leap' | 'once' | 'twice';
  /** `leap`: the local time that there is not, such as `2026-03-29T02:30:00`. */
  readonly meant?: string;
}

/** Tells what a change of the clock does to a tick; undefined: nothing. */
export function clockEffects(times: CronTimes, clock: WallClock): (tick: number) => ClockEffect | undefined {
  return (tick) => {
    const last = clock.changeBetween(tick - NEAR_MS, tick);
    if (last !== undefined && last.after > last.before) {
      const meant = last.at === tick ? firstWallTime(times, tick + last.before) : undefined;
      const isLeapt = meant !== undefined && meant < tick + last.after;
      return isLeapt ? { kind: 'leap', meant: new Date(meant).toISOString().slice(0, 19) } : undefined;
    }
    if (last !== undefined && tick < last.at + last.before - last.after) return { kind: 'twice' };
    const next = clock.changeBetween(tick, tick + NEAR_MS);
    if (next === undefined || tick < next.at - (next.before - next.after)) return undefined;
    if (next.after > next.before) return undefined;
    return { kind: times.isRhythm ? 'twice' : 'once' };
  };
}
